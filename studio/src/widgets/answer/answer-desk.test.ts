import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AHEAD, draftName } from "@/model/drafts";
import { AnswerDesk, type SendResult } from "./answer-desk";

type Run = { readonly id: string };
type Sent = { readonly transition: string; readonly payload: unknown; readonly step: number; readonly key: string };

const name = draftName("r1", 2, "decide");
const ref = { name, step: 2, transitions: ["decide"] };
const awaited = [{ transition: "decide", step: 2 }];

function setUp(results: SendResult<Run>[], kept = new Map<string, string>()) {
  const sent: Sent[] = [];
  const runs: Run[] = [];
  const onRefused = vi.fn();
  let made = 0;
  const desk = new AnswerDesk<Run>({
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => void kept.set(key, text), removeItem: (key) => void kept.delete(key) },
    send: (transition, body, key) => {
      sent.push({ transition, payload: body.payload, step: body.step, key });
      return Promise.resolve(results[Math.min(sent.length, results.length) - 1] ?? { status: 202 });
    },
    onRun: (run) => { runs.push(run); },
    onRefused, newKey: () => `key-${String(++made)}`,
  });
  return { desk, sent, runs, kept, onRefused };
}

const refused = (status: number, code: string, more = {}): SendResult<Run> => ({ status: "refused", refusal: { status, code, message: code, ...more } });

describe("the answer desk", () => {
  beforeEach(() => { vi.useFakeTimers({ now: 0 }); });
  afterEach(() => { vi.useRealTimers(); });

  it("sends with the form's key and step, and leaves a receipt and no draft", async () => {
    const { desk, sent, runs, kept } = setUp([{ status: 200, run: { id: "r1" } }]);
    desk.open(ref);
    desk.edit(name, { note: "n" }, { note: "n" });
    await desk.send(name, "decide", { note: "n" });
    expect(sent).toEqual([{ transition: "decide", payload: { note: "n" }, step: 2, key: "key-1" }]);
    expect(desk.read().receipts).toMatchObject([{ step: 2, transition: "decide", earlier: false }]);
    expect([runs.length, kept.size]).toEqual([1, 0]);
  });

  it("goes on with what was typed ahead of its turn when its turn comes", async () => {
    const { desk, sent, kept } = setUp([{ status: 200, run: { id: "r1" } }]);
    const before = draftName("r1", AHEAD, "decide");
    desk.open({ ...ref, name: before, step: AHEAD });
    desk.edit(before, "half a sen", "half a sen");
    expect(desk.open({ ...ref, before })).toEqual({ value: "half a sen" });
    expect([...kept.keys()]).toEqual([name]);
    await desk.send(name, "decide", "half a sentence");
    expect(sent).toEqual([{ transition: "decide", payload: "half a sentence", step: 2, key: "key-1" }]);
  });

  it("lists what was queued, and leaves the form ready for the next thing to say", async () => {
    const { desk, sent, kept } = setUp([{ status: 202, queued: "t-1" }, { status: 202, queued: "t-2" }]);
    for (const text of ["left", "right"]) {
      desk.open(ref);
      desk.edit(name, text, text);
      await desk.send(name, "decide", text);
      expect(desk.stateOf(name).phase).toBe("typing");
    }
    expect(desk.read().queued).toEqual([{ id: "t-1", transition: "decide", payload: "left" }, { id: "t-2", transition: "decide", payload: "right" }]);
    expect([new Set(sent.map((one) => one.key)).size, kept.size]).toEqual([2, 0]);
  });

  it("keeps its key over a reload, also when nothing was typed", async () => {
    const kept = new Map<string, string>();
    setUp([], kept).desk.open(ref);
    const { desk, sent } = setUp([{ status: 202 }], kept);
    expect(desk.open(ref)).toEqual({});
    await desk.send(name, "decide", null);
    expect(sent[0]?.key).toBe("key-1");
    expect(desk.stateOf(name).phase).toBe("recorded");
  });

  it("gives back what was typed before a reload", () => {
    const kept = new Map<string, string>();
    const first = setUp([], kept).desk;
    first.open(ref);
    expect(first.edit(name, { note: "half", pin: "1" }, { note: "half" })).toBe(true);
    expect(first.open(ref)).toEqual({ value: { note: "half", pin: "1" } });
    expect(setUp([], kept).desk.open(ref)).toEqual({ value: { note: "half" } });
  });

  it("repeats a lost answer with the same key until it arrives", async () => {
    const { desk, sent } = setUp([refused(0, "offline"), refused(503, "unavailable"), { status: 200, run: { id: "r1" } }]);
    desk.open(ref);
    const done = desk.send(name, "decide", 1);
    await vi.advanceTimersByTimeAsync(499);
    expect(desk.stateOf(name)).toMatchObject({ phase: "sending", lost: true });
    await vi.advanceTimersByTimeAsync(1_600);
    await done;
    expect(sent.map((one) => one.key)).toEqual(["key-1", "key-1", "key-1"]);
    expect(desk.read().receipts).toHaveLength(1);
  });

  it("gives up after half a minute and waits for the person", async () => {
    const { desk, sent } = setUp([refused(0, "offline")]);
    desk.open(ref);
    const done = desk.send(name, "decide", 1);
    await vi.advanceTimersByTimeAsync(40_000);
    await done;
    expect(desk.stateOf(name).phase).toBe("unsent");
    expect(sent.length).toBeGreaterThan(5);
    desk.awaitedNow([]);
    expect(desk.stateOf(name).phase).toBe("unsent");
  });

  it("takes a new key after a refusal and keeps the draft", async () => {
    const { desk, sent } = setUp([refused(422, "invalid_payload"), { status: 202 }]);
    desk.open(ref);
    desk.edit(name, "x", "x");
    await desk.send(name, "decide", "x");
    expect(desk.stateOf(name)).toMatchObject({ phase: "typing", refusal: { code: "invalid_payload" } });
    await desk.send(name, "decide", "y");
    expect(sent.map((one) => one.key)).toEqual(["key-1", "key-2"]);
  });

  it("tells who was faster and keeps what was typed", async () => {
    const { desk, onRefused } = setUp([refused(409, "answered", { answeredBy: "ben" })]);
    desk.open(ref);
    desk.edit(name, "mine", "mine");
    await desk.send(name, "decide", "mine");
    expect(desk.read().notices).toMatchObject([{ typed: "mine", refusal: { answeredBy: "ben" } }]);
    expect(onRefused).toHaveBeenCalledOnce();
    desk.dismiss(name);
    expect(desk.read().notices).toEqual([]);
  });

  it("keeps typed text when the question goes away, and says nothing when none was typed", () => {
    const { desk } = setUp([]);
    desk.open(ref);
    desk.awaitedNow(awaited);
    desk.awaitedNow([]);
    expect(desk.read().notices).toEqual([]);
    desk.open(ref);
    desk.edit(name, "half", "half");
    desk.awaitedNow([{ transition: "decide", step: 3 }]);
    expect(desk.read().notices).toMatchObject([{ typed: "half", refusal: null, step: 2 }]);
  });

  it("tells its listeners, and none after it is disposed of", () => {
    const { desk } = setUp([]);
    const heard = vi.fn();
    const stop = desk.subscribe(heard);
    desk.open(ref);
    desk.edit(name, "x", "x");
    desk.awaitedNow([]);
    expect(heard).toHaveBeenCalled();
    stop();
    desk.dispose();
    expect(desk.edit(name, "y", "y")).toBe(false);
  });
});
