import { describe as suite, expect, it } from "vitest";
import { initialValue } from "./initial-value";
import { describe } from "./schema-node";
import type { JsonSchema } from "./types";

const kind = (schema: JsonSchema): unknown => {
  const node = describe(schema, schema);
  return { kind: node.kind, nullable: node.nullable };
};

suite("what a pydantic schema means", () => {
  it.each<[string, JsonSchema, object]>([
    ["str | None", { anyOf: [{ type: "string" }, { type: "null" }], default: null }, { kind: "string", nullable: true }],
    ["Decimal", { anyOf: [{ type: "number" }, { type: "string", pattern: "^\\d+$" }] }, { kind: "decimal", nullable: false }],
    ["Decimal | None", { anyOf: [{ type: "number" }, { type: "string", pattern: "^\\d+$" }, { type: "null" }] }, { kind: "decimal", nullable: true }],
    ["int | str", { anyOf: [{ type: "integer" }, { type: "string" }] }, { kind: "union", nullable: false }],
    ["Literal", { enum: ["a", "b"], type: "string" }, { kind: "choice", nullable: false }],
    ["one Literal", { const: "a", type: "string" }, { kind: "const", nullable: false }],
    ["Literal | None", { anyOf: [{ enum: ["a", "b"] }, { type: "null" }] }, { kind: "choice", nullable: true }],
    ["constants with titles", { oneOf: [{ const: 1, title: "One" }, { const: 2, title: "Two" }] }, { kind: "choice", nullable: false }],
    ["dict[str, int]", { type: "object", additionalProperties: { type: "integer" } }, { kind: "map", nullable: false }],
    ["dict", { type: "object", additionalProperties: true }, { kind: "json", nullable: false }],
    ["Any", {}, { kind: "json", nullable: false }],
    ["tuple[int, str]", { type: "array", prefixItems: [{ type: "integer" }, { type: "string" }] }, { kind: "tuple", nullable: false }],
    ["type as a list", { type: ["integer", "null"] }, { kind: "number", nullable: true }],
  ])("%s", (_, schema, expected) => {
    expect(kind(schema)).toEqual(expected);
  });

  it("follows references, and what stands beside them wins", () => {
    const root = { $defs: { "A/b": { type: "string", title: "Inner" } }, properties: { x: { $ref: "#/$defs/A~1b", title: "Outer" } }, type: "object" };
    expect(describe(root.properties.x, root)).toMatchObject({ kind: "string", title: "Outer" });
    expect(describe({ allOf: [{ $ref: "#/$defs/A~1b" }], description: "More" }, root)).toMatchObject({ kind: "string", title: "Inner", description: "More" });
  });

  it("a reference to itself or to nothing is no trouble", () => {
    expect(kind({ $ref: "#" })).toMatchObject({ kind: "json" });
    expect(kind({ $ref: "#/$defs/Missing" })).toMatchObject({ kind: "json" });
  });

  it("labels alternatives by title and knows their tag", () => {
    const root = { oneOf: [{ $ref: "#/$defs/Cat" }, { $ref: "#/$defs/Dog" }], discriminator: { propertyName: "kind" }, $defs: { Cat: { type: "object", title: "Cat", properties: { kind: { const: "cat" } } }, Dog: { type: "object", properties: { kind: { enum: ["dog"] } } } } };
    const node = describe(root, root);
    expect(node.kind === "union" && node.branches.map(({ label, tag }) => ({ label, tag }))).toEqual([{ label: "Cat", tag: { name: "kind", value: "cat" } }, { label: "Dog", tag: { name: "kind", value: "dog" } }]);
  });
});

suite("the value a form begins with", () => {
  const tree: JsonSchema = {
    $ref: "#/$defs/Node",
    $defs: { Node: { type: "object", required: ["name", "kind", "parts"], properties: { name: { type: "string" }, kind: { const: "n" }, size: { type: "integer", default: 3 }, parts: { type: "array", items: { $ref: "#/$defs/Node" } }, left: { anyOf: [{ $ref: "#/$defs/Node" }, { type: "null" }], default: null } } } },
  };

  it("has the defaults, empty lists and constants, and ends for recursive models", () => {
    expect(initialValue(tree)).toEqual({ kind: "n", size: 3, parts: [], left: null });
  });

  it("keeps what is given", () => {
    expect(initialValue(tree, { name: "a", size: 0 })).toMatchObject({ name: "a", size: 0 });
  });

  it("leaves out what is optional and has no default", () => {
    expect(initialValue({ type: "object", properties: { a: { type: "object", properties: { b: { type: "string", default: "x" } } } } })).toEqual({});
  });
});
