import { expect, it } from "vitest";
import { workflow } from "../../testing/fixtures.ts";
import { planOf } from "./plan";

it("draws the way to the end, with waits, what may happen instead, and timers", () => {
  expect(planOf(workflow).map((stop) => [stop.kind, stop.title, stop.others, stop.timer?.after])).toEqual([
    ["automatic", "The raw notes are shown", [], undefined],
    ["wait", "You correct them", [], 172_800],
    ["automatic", "A model writes the draft", [], undefined],
    ["wait", "You confirm", ["write it again"], undefined],
    ["end", "", [], undefined],
  ]);
});

it("stops at a place it has been to, and at one that leads nowhere", () => {
  const loop = workflow.transitions.map((each) => ({ ...each, to: each.from }));
  expect(planOf({ transitions: loop })).toHaveLength(1);
  expect(planOf({ transitions: [] })).toEqual([]);
});
