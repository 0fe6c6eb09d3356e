import { describe, expect, it } from "vitest";
import type { Json, JsonSchema } from "./types";
import { matchingBranch, same, validate } from "./validate";
import { describe as read } from "./schema-node";

const codes = (schema: JsonSchema, value: Json | undefined): string[] => validate(schema, value).map((error) => `${error.path.join(".")}:${error.code ?? ""}`);

describe("what is wrong with a value", () => {
  it.each<[JsonSchema, Json | undefined, string[]]>([
    [{ type: "string" }, "x", []],
    [{ type: "string" }, undefined, [":required"]],
    [{ type: "string" }, null, [":required"]],
    [{ type: ["string", "null"] }, null, []],
    [{ type: "string", minLength: 3 }, "ab", [":min_length"]],
    [{ type: "string", maxLength: 1 }, "☕☕", [":max_length"]],
    [{ type: "string", pattern: "^a" }, "b", [":pattern"]],
    [{ type: "string", pattern: "(?P<python>x)" }, "b", []],
    [{ type: "string", format: "email" }, "no", [":format"]],
    [{ type: "string", format: "date" }, "2026-11-17", []],
    [{ type: "integer" }, 1.5, [":type"]],
    [{ type: "integer" }, "12x", [":type"]],
    [{ type: "number", minimum: 1 }, 0, [":minimum"]],
    [{ type: "number", exclusiveMaximum: 1 }, 1, [":exclusive_maximum"]],
    [{ type: "number", multipleOf: 0.1 }, 0.3, []],
    [{ type: "number", multipleOf: 0.1 }, 0.35, [":multiple_of"]],
    [{ type: "boolean" }, false, []],
    [{ enum: ["a", "b"] }, "c", [":enum"]],
    [{ enum: [1, 2] }, "1", [":enum"]],
    [{ anyOf: [{ type: "number" }, { type: "string", pattern: "^\\d" }] }, "12.50", []],
    [{ anyOf: [{ type: "number" }, { type: "string", pattern: "^\\d" }] }, "twelve", [":type"]],
    [{ type: "array", items: { type: "integer" }, minItems: 2 }, [1], [":min_items"]],
    [{ type: "array", items: { type: "integer" } }, [1, "x"], ["1:type"]],
    [{ type: "array", items: {}, uniqueItems: true }, [{ a: 1 }, { a: 1 }], [":unique_items"]],
    [{ type: "object", required: ["a"], properties: { a: { type: "string" }, b: { type: "integer" } } }, { b: 1 }, ["a:required"]],
    [{ type: "object", additionalProperties: { type: "integer" } }, { a: 1, b: "x" }, ["b:type"]],
    [{ type: "array", prefixItems: [{ type: "integer" }, { type: "string" }] }, [1], ["1:required"]],
    [true, { any: "thing" }, []],
  ])("%j with %j", (schema, value, expected) => {
    expect(codes(schema, value)).toEqual(expected);
  });

  it("checks the alternative that the tag names", () => {
    const schema: JsonSchema = { oneOf: [{ type: "object", required: ["k", "r"], properties: { k: { const: "c" }, r: { type: "number" } } }, { type: "object", required: ["k", "s"], properties: { k: { const: "s" }, s: { type: "number" } } }] };
    expect(codes(schema, { k: "s" })).toEqual(["s:required"]);
    expect(codes(schema, { k: "c", r: 1 })).toEqual([]);
  });

  it("finds the alternative of a plain value by its type", () => {
    const schema: JsonSchema = { anyOf: [{ type: "integer" }, { type: "array", items: { type: "string" } }] };
    const node = read(schema, schema);
    expect(node.kind === "union" && [matchingBranch(node.branches, 3, schema), matchingBranch(node.branches, ["a"], schema), matchingBranch(node.branches, undefined, schema)]).toEqual([0, 1, undefined]);
  });

  it("compares without looking at the order of keys", () => {
    expect(same({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  });
});
