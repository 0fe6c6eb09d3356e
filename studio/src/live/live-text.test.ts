import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StudioEvent } from "@/api/types";
import { liveText } from "./live-text";
import type { LiveTexts } from "./live-text";

type Live = Parameters<typeof liveText>[1];

const base = { run_id: "r", live_id: "m", attempt: 1 } as const;
const snapshot = (seq: number, text: string, attempt = 1): Live => ({ ...base, type: "live.snapshot", step: 1, transition: "write", place: "start", attempt, seq, text, thinking: "", tool_calls: [] });
const delta = (seq: number, text: string, attempt = 1): Live => ({ ...base, type: "live.delta", attempt, seq, part: "text", text });
const play = (events: readonly Live[], from: LiveTexts = new Map()): LiveTexts => events.reduce(liveText, from);
const textOf = (texts: LiveTexts): string | undefined => texts.get("m")?.text;

describe("text in flight", () => {
  it("joins deltas in order", () => {
    expect(textOf(play([snapshot(1, "A"), delta(2, " cup"), delta(3, " of tea")]))).toBe("A cup of tea");
  });

  it("never shows a repeated piece twice", () => {
    expect(textOf(play([snapshot(1, "A"), delta(2, " cup"), delta(2, " cup"), snapshot(1, "A")]))).toBe("A cup");
  });

  it("waits for a snapshot after a gap", () => {
    const gap = play([snapshot(1, "A"), delta(3, " of tea")]);
    expect(textOf(gap)).toBe("A");
    expect(textOf(play([delta(4, "!"), snapshot(4, "A cup of tea!"), delta(5, " Yes.")], gap))).toBe("A cup of tea! Yes.");
  });

  it("starts over with a higher attempt and says so", () => {
    const again = play([snapshot(1, "First"), delta(1, "Second", 2)]).get("m");
    expect(again).toMatchObject({ text: "Second", attempt: 2, restarted: true });
  });

  it("ignores what an earlier attempt still says", () => {
    expect(textOf(play([snapshot(1, "New", 2), delta(9, "old", 1)]))).toBe("New");
  });

  it("keeps words, thoughts and tool calls apart", () => {
    const call = { id: "c", name: "search", args: { for: "tea" } };
    const texts = play([
      snapshot(1, "A"), { ...base, type: "live.delta", seq: 2, part: "thinking", text: "hm" }, { ...base, type: "live.delta", seq: 3, part: "tool_call", text: "", data: call }, delta(4, " cup"),
    ]);
    expect(texts.get("m")).toMatchObject({ text: "A cup", thinking: "hm", toolCalls: [call] });
  });

  it("says why it ended early, and goes when it is dropped", () => {
    const failed = play([snapshot(1, "A"), { ...base, type: "live.end", seq: 2, error: "cut off", dropped: false }]);
    expect(failed.get("m")).toMatchObject({ text: "A", ended: true, error: "cut off" });
    expect(play([{ ...base, type: "live.end", seq: 3, error: null, dropped: true }], failed).size).toBe(0);
    expect(textOf(play([snapshot(1, "New", 2), { ...base, type: "live.end", seq: 9, error: null, dropped: true }]))).toBe("New");
  });

  it("ends when the document is there", () => {
    const saved: StudioEvent = {
      type: "document.saved", run_id: "r", root_id: null, workspace_id: null, rev: 3, at: "2026-01-01T00:00:00Z", id: "d", name: "markdown", key: null, position: 1, version: 1, live_id: "m", step: 1, hidden: false,
    };
    expect(play([snapshot(1, "A"), { ...base, type: "live.end", seq: 2, error: null, dropped: false }, saved]).size).toBe(0);
  });

  it("ends in the same text however often the stream is cut and resumed with a snapshot", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 6 }), { minLength: 1, maxLength: 30 }), fc.array(fc.record({ at: fc.nat(), back: fc.nat(5) }), { maxLength: 20 }), (pieces, cuts) => {
        const whole = pieces.join("");
        const events: Live[] = [snapshot(0, "")];
        pieces.forEach((piece, index) => {
          events.push(delta(index + 1, piece));
          for (const one of cuts.filter((each) => each.at % pieces.length === index)) {
            const from = Math.max(0, index - one.back);
            events.push(snapshot(from + 1, pieces.slice(0, from + 1).join("")));
            for (let again = from + 1; again <= index; again += 1) events.push(delta(again + 1, pieces[again] ?? ""));
          }
        });
        expect(textOf(play(events))).toBe(whole);
      }),
    );
  });
});
