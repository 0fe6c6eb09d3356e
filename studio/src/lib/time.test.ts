import { describe, expect, it } from "vitest";
import { age, dayAge, distance, duration, moment } from "./time";

const now = new Date(2026, 10, 19, 14, 30).getTime();
const before = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

describe("times in words", () => {
  it.each([[0.02, "0.0 s"], [0.4, "0.4 s"], [6.2, "6.2 s"], [38, "38 s"], [250, "4 min 10 s"], [10_920, "3 h 2 min"], [3600, "1 h"], [187_200, "2 d 4 h"]])("%d seconds are %s", (length, words) => {
    expect(duration(length)).toBe(words);
  });

  it.each([[0, "now"], [4, "4 min"], [62, "1 h"], [60 * 26, "1 d"], [60 * 24 * 20, "30 Oct"], [60 * 24 * 400, "15 Oct 2025"]])("%d minutes ago is an age of %s", (minutes, words) => {
    expect(age(before(minutes), now)).toBe(words);
  });

  it.each([[62, "1 h"], [60 * 20, "yesterday"], [60 * 24 * 3, "Mon"], [60 * 24 * 20, "30 Oct"]])("%d minutes ago in prose is %s", (minutes, words) => {
    expect(dayAge(before(minutes), now)).toBe(words);
  });

  it.each([[24, "14:06"], [60 * 21, "yesterday 17:30"], [-60 * 24, "Fri 14:30"], [60 * 24 * 20, "30 Oct 14:30"]])("%d minutes ago is the moment %s", (minutes, words) => {
    expect(moment(before(minutes), now)).toBe(words);
  });

  it("says how far away something is", () => {
    expect(distance(before(-180), now)).toBe("in 3 h");
    expect(distance(before(120), now)).toBe("2 h ago");
    expect(distance(new Date(now + 32_000).toISOString(), now)).toBe("in 32 s");
  });
});
