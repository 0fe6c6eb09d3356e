import fc from "fast-check";
import { expect, it } from "vitest";
import { lineDiff } from "./text-diff";

const shown = (before: string, after: string): readonly string[] => lineDiff(before, after).map((row) => `${{ plus: "+", minus: "-", same: " " }[row.sign]}${row.text}`);

it("keeps what is the same and shows what went before what came", () => {
  expect(shown("a\nb\nc\n", "a\nx\nc\nd\n")).toEqual([" a", "-b", "+x", " c", "+d"]);
  expect(shown("", "one")).toEqual(["+one"]);
  expect(shown("same", "same")).toEqual([" same"]);
});

it("numbers the lines of both sides", () => {
  expect(lineDiff("a\nb", "b\nc").map((row) => [row.left, row.right])).toEqual([[1, null], [2, 1], [null, 2]]);
});

it("always holds both texts whole, in order", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 12 }).map((lines) => `${lines.join("\n")}\n`);
  fc.assert(fc.property(text, text, (before, after) => {
    const rows = lineDiff(before, after);
    const side = (without: string): string => rows.filter((row) => row.sign !== without).map((row) => `${row.text}\n`).join("");
    expect([side("plus"), side("minus")]).toEqual([before, after]);
  }));
});

it("does not stop for texts that have nothing in common", () => {
  const many = (name: string): string => Array.from({ length: 5_000 }, (_, at) => `${name}${String(at)}`).join("\n");
  expect(lineDiff(many("a"), many("b"))).toHaveLength(10_000);
});
