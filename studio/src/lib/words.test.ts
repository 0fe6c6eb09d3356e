import { expect, it } from "vitest";
import { humanise, visible } from "./words";

it.each([["waiting_for_approval", "Waiting for approval"], ["rawNotes", "Raw notes"], ["send-all", "Send all"], ["ID", "ID"], ["Already said", "Already said"], ["_", "_"]])("%s becomes %s", (name, words) => {
  expect(humanise(name)).toBe(words);
});

it("shows characters that would change how a title reads", () => {
  expect(visible("pay\u202Enot\u0000")).toBe("pay⟨U+202E⟩not⟨U+0000⟩");
});
