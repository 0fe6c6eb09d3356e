import { describe, expect, it } from "vitest";
import { sameValue, stateDiff } from "./state-diff";

const lines = (before: unknown, after: unknown) => stateDiff(before, after).map((line) => `${line.sign} ${"  ".repeat(line.depth)}${line.name} ${line.value}`.trimEnd());

describe("the difference of two states", () => {
  it("names what came, went and changed, and leaves out the rest", () => {
    expect(lines({ a: 1, b: null, c: [1], d: 2 }, { a: 1, b: "x", c: [1, 2], e: true })).toEqual([
      "minus b null", 'plus b "x"', "minus c [1]", "plus c [1,2]", "minus d 2", "plus e true",
    ]);
  });

  it("goes into objects", () => {
    expect(lines({ notes: { date: null, who: ["a"] } }, { notes: { date: "d", who: ["a"] } })).toEqual(["same notes", "minus   date null", 'plus   date "d"']);
  });

  it("starts from nothing", () => {
    expect(lines(null, { a: 1 })).toEqual(["plus a 1"]);
    expect(lines({ a: { b: 1 } }, { a: { b: 1 } })).toEqual([]);
  });

  it("cuts what is too long for a line", () => {
    expect(stateDiff({}, { text: "x".repeat(500) })[0]?.value).toHaveLength(160);
    expect(stateDiff({}, { nothing: undefined })[0]).toBeUndefined();
  });

  it("knows equal values", () => {
    expect(sameValue([{ a: 1 }], [{ a: 1 }])).toBe(true);
    expect(sameValue([1], [1, 2])).toBe(false);
    expect(sameValue({ a: 1 }, { b: 1 })).toBe(false);
    expect(sameValue({}, [])).toBe(false);
  });
});
