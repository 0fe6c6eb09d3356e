import { describe, expect, it } from "vitest";
import { joinCalls } from "./tool-calls";

const said = (id: string, blocks: readonly unknown[]) => ({ id, name: "llm_message", position: 1, version: 1, step: 0, place: "ready", created_at: "2026-01-01T00:00:00Z", content: { role: "assistant", blocks } });

describe("tool calls and what came back", () => {
  it("joins results to their calls and leaves out messages that hold nothing else", () => {
    const asked = said("a", [{ type: "text", text: "Let me look." }, { type: "tool_call", id: "c1", name: "weather", args: {} }, { type: "tool_call", id: "c2", name: "clock", args: {} }]);
    const answered = said("b", [{ type: "tool_result", tool_call_id: "c1", content: "sunny" }, { type: "tool_result", tool_call_id: "c2", content: "no clock", is_error: true }]);
    const { documents, results } = joinCalls([asked, answered]);
    expect(documents.map((document) => document.id)).toEqual(["a"]);
    expect([...results]).toEqual([["c1", { content: "sunny", failed: false }], ["c2", { content: "no clock", failed: true }]]);
  });

  it("keeps results whose call is on another page, and messages that say more", () => {
    const foreign = said("a", [{ type: "tool_result", tool_call_id: "gone", content: "x" }]);
    const mixed = said("c", [{ type: "tool_result", tool_call_id: "c1", content: "x" }, { type: "text", text: "And now?" }]);
    const asked = said("b", [{ type: "tool_call", id: "c1", name: "weather", args: {} }]);
    expect(joinCalls([foreign, asked, mixed]).documents.map((document) => document.id)).toEqual(["a", "b", "c"]);
  });

  it("takes documents that are no messages as they are", () => {
    const odd = [{ ...said("a", []), content: "text" }, { ...said("b", []), content: null }, { ...said("c", []), content: { blocks: "no list" } }];
    expect(joinCalls(odd).documents).toEqual(odd);
  });
});
