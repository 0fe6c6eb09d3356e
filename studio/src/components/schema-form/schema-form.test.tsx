import { cleanup, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { initialValue } from "./initial-value";
import { ReadOut } from "./read-out";
import { focusFirstInvalid, SchemaForm } from "./schema-form";
import type { FieldError, FieldUi, Json, JsonSchema } from "./types";
import { everything } from "../../../testing/sample-schema.ts";

type Probe = { readonly schema: JsonSchema; readonly ui?: FieldUi; readonly errors?: readonly FieldError[]; readonly given?: Json; readonly seen: (value: Json | undefined) => void };

function Form({ schema, ui, errors, given, seen }: Probe) {
  const [value, setValue] = useState(() => initialValue(schema, given));
  return <SchemaForm schema={schema} ui={ui ?? {}} value={value} errors={errors ?? []} idPrefix="t" onChange={(next) => { setValue(next); seen(next); }} />;
}

const object = (properties: Record<string, JsonSchema>, required: readonly string[] = []): JsonSchema => ({ type: "object", properties, required });

function draw(schema: JsonSchema, more: Partial<Probe> = {}) {
  const result: { value: Json | undefined } = { value: undefined };
  render(<Form schema={schema} seen={(value) => { result.value = value; }} {...more} />);
  return { result, user: userEvent.setup() };
}

afterEach(cleanup);

describe("a form made from a schema", () => {
  it("keeps values typed and absent things absent", async () => {
    const { result, user } = draw(object({ name: { type: "string" }, count: { type: "integer" }, price: { anyOf: [{ type: "number" }, { type: "string", pattern: "\\d" }] }, note: { type: ["string", "null"] } }, ["name", "count"]));
    await user.type(screen.getByLabelText("Name"), "x");
    await user.type(screen.getByLabelText("Count"), "12");
    await user.type(screen.getByLabelText(/^Price/), "1.50");
    expect(result.value).toEqual({ name: "x", count: 12, price: "1.50" });
    await user.clear(screen.getByLabelText("Count"));
    expect(result.value).toEqual({ name: "x", price: "1.50", count: undefined });
  });

  it("keeps a number as it is typed while it is not one yet", async () => {
    const { result, user } = draw(object({ rate: { type: "number" } }, ["rate"]));
    const input = screen.getByLabelText<HTMLInputElement>("Rate");
    await user.type(input, "0,5");
    expect(input.value).toBe("0,5");
    expect(result.value).toEqual({ rate: 0.5 });
    await user.type(input, "x");
    expect(result.value).toEqual({ rate: "0,5x" });
  });

  it("offers choices with their own types and the author's words", async () => {
    const { result, user } = draw(object({ size: { enum: [1, 2] } }, ["size"]), { ui: { properties: { size: { label: "How big?", enumOptions: [{ value: 1, label: "Small" }, { value: 2, label: "Big" }] } } } });
    await user.selectOptions(screen.getByLabelText("How big?"), "Big");
    expect(result.value).toEqual({ size: 2 });
  });

  it("asks for yes or no where nothing is the default, and offers a switch where something is", async () => {
    const { result, user } = draw(object({ agree: { type: "boolean" }, loud: { type: "boolean", default: true } }, ["agree"]));
    await user.click(screen.getByLabelText("No"));
    await user.click(screen.getByRole("checkbox", { name: "Loud" }));
    expect(result.value).toEqual({ agree: false, loud: false });
  });

  it("adds, moves and removes entries of a list", async () => {
    const { result, user } = draw(object({ tags: { type: "array", items: { type: "string" } } }, ["tags"]), { given: { tags: ["a", "b"] } });
    await user.click(screen.getByRole("button", { name: "Move entry 2 up" }));
    expect(result.value).toEqual({ tags: ["b", "a"] });
    await user.click(screen.getByRole("button", { name: "Remove entry 1" }));
    await user.click(screen.getByRole("button", { name: "Add" }));
    await user.type(screen.getByLabelText("Entry 2"), "c");
    expect(result.value).toEqual({ tags: ["a", "c"] });
  });

  it("changes the fields with the kind of a union", async () => {
    const { result, user } = draw(everything);
    await user.selectOptions(screen.getByLabelText("Shape: Kind"), "Square");
    await user.type(screen.getByLabelText("Side"), "4");
    expect(result.value).toMatchObject({ shape: { kind: "square", side: 4 } });
  });

  it("says errors at their fields, the rest above, and finds the first", () => {
    draw(object({ a: { type: "string" }, b: object({ c: { type: "string" } }, ["c"]) }, ["a", "b"]), { errors: [{ path: ["b", "c"], message: "Deep." }, { path: ["gone"], message: "Elsewhere." }] });
    const input = screen.getByLabelText("C");
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(input.getAttribute("aria-describedby") ?? "")?.textContent).toBe("Deep.");
    expect(screen.getByText("Elsewhere.")).toBeTruthy();
    focusFirstInvalid(document.body);
    expect(document.activeElement).toBe(input);
  });

  it("follows the author's order and leaves out what is hidden", () => {
    draw(object({ a: { type: "string" }, b: { type: "string" }, c: { type: "string" } }), { ui: { order: ["c"], properties: { b: { hidden: true } } } });
    expect(screen.getAllByRole("textbox").map((input) => input.id)).toEqual(["t-c", "t-a"]);
  });

  it("draws every kind of field with a name of its own", () => {
    draw(everything);
    for (const input of document.querySelectorAll("input, select, textarea")) {
      const named = input.hasAttribute("aria-label") || document.querySelector(`label[for="${input.id}"]`) !== null || input.closest("label") !== null;
      expect(named, input.id).toBe(true);
    }
  });

  it("edits free JSON and hands on only what is JSON", async () => {
    const { result, user } = draw(object({ any: {} }, ["any"]));
    const editor = screen.getByLabelText("Any");
    await user.type(editor, "[[1");
    expect(result.value).toBeUndefined();
    expect(screen.getByText("This is not valid JSON.")).toBeTruthy();
    await user.type(editor, "]");
    expect(result.value).toEqual({ any: [1] });
  });

  it("reads out a value as text", () => {
    render(<ReadOut schema={everything} value={{ topic: "Tea", agree: true, tags: ["a", "b"], language: "german", people: [{ name: "Ines", age: null }] }} />);
    for (const text of ["Tea", "Yes", "German", "Ines"]) expect(screen.getByText(text)).toBeTruthy();
  });
});
