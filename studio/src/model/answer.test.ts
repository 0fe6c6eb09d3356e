import { describe, expect, it } from "vitest";
import { isLost, needsNewKey, nextAnswer, resendDelay, TYPING, type AnswerState, type Refusal } from "./answer";

const refusal = (status: number, code = "x"): Refusal => ({ status, code, message: "no" });
const sending = nextAnswer(TYPING, { type: "send", transition: "decide", now: 0 });
const after = (state: AnswerState, status: number, code: string, now = 1_000) => nextAnswer(state, { type: "refused", refusal: refusal(status, code), now });

describe("an answer", () => {
  it("becomes a receipt by 200 and a record by 202", () => {
    expect(nextAnswer(sending, { type: "accepted", status: 200 })).toEqual({ phase: "receipt", transition: "decide", earlier: false });
    expect(nextAnswer(sending, { type: "accepted", status: 202 })).toEqual({ phase: "recorded", transition: "decide" });
  });

  it("comes back to the form with what is wrong", () => {
    const back = after(sending, 422, "invalid_payload");
    expect(back).toMatchObject({ phase: "typing", refusal: { status: 422 } });
    expect(nextAnswer(back, { type: "edit" })).toBe(TYPING);
  });

  it("closes when somebody else was faster, and when the run moved on", () => {
    expect(after(sending, 409, "answered").phase).toBe("elsewhere");
    expect(after(sending, 409, "not_awaited").phase).toBe("moved_on");
    expect(after(sending, 409, "run_ended").phase).toBe("moved_on");
  });

  it("says that an earlier answer under the same key counted", () => {
    expect(after(sending, 409, "idempotency_key_reused")).toMatchObject({ phase: "receipt", earlier: true });
  });

  it("is sent again for half a minute, then waits for a person", () => {
    const lost = after(sending, 0, "offline");
    expect(lost).toMatchObject({ phase: "sending", lost: true });
    expect(after(lost, 503, "unavailable", 30_000)).toEqual({ phase: "unsent", transition: "decide" });
    expect(nextAnswer({ phase: "unsent", transition: "decide" }, { type: "send", transition: "decide", now: 5 }).phase).toBe("sending");
  });

  it("ignores a late reply to something that is over", () => {
    expect(nextAnswer(TYPING, { type: "accepted", status: 200 })).toBe(TYPING);
    expect(after(TYPING, 409, "answered")).toBe(TYPING);
    expect(nextAnswer(sending, { type: "edit" })).toBe(sending);
  });

  it("keeps its key only while nobody has seen the request", () => {
    expect([0, 503].map((status) => isLost(refusal(status)))).toEqual([true, true]);
    expect([409, 422, 500].map((status) => needsNewKey(refusal(status)))).toEqual([true, true, false]);
    expect([0, 1, 9].map(resendDelay)).toEqual([500, 1_000, 4_000]);
  });
});
