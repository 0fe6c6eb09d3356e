import { expect, it } from "vitest";
import { drawnOf } from "./tool-look";

it("draws arguments with the fields of the result over them", () => {
  expect(drawnOf({ path: "a", after: "x" }, '{"before": "y", "after": "z"}')).toEqual({ path: "a", before: "y", after: "z" });
});

it("puts a text and a list where widgets look for them, and never over an argument", () => {
  expect(drawnOf({ city: "Rome" }, "Sun.")).toEqual({ city: "Rome", text: "Sun." });
  expect(drawnOf({ text: "mine" }, "Sun.")).toEqual({ text: "mine" });
  expect(drawnOf({}, "[1, 2]")).toEqual({ rows: [1, 2] });
  expect(drawnOf(null, "{half")).toEqual({ text: "{half" });
});
