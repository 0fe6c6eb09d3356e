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

  it("gives every turn its own result when a model uses an id again", () => {
    const call = (id: string, city: string) => said(id, [{ type: "tool_call", id: "c1", name: "weather", args: { city } }]);
    const result = (id: string, content: string) => said(id, [{ type: "tool_result", tool_call_id: "c1", content }]);
    const { documents, results } = joinCalls([call("a", "Rome"), result("b", "sunny"), call("c", "Oslo"), result("d", "snow"), call("e", "Bonn")]);
    const ids = documents.map((document) => (document.content.blocks[0] as { readonly id: string }).id);
    expect(documents.map((document) => document.id)).toEqual(["a", "c", "e"]);
    expect(ids.map((id) => results.get(id)?.content)).toEqual(["sunny", "snow", undefined]);
  });

  it("takes versions of one message as one, and a result only for a call before it", () => {
    const call = { type: "tool_call", id: "c1", name: "weather", args: {} };
    const versions = [{ ...said("a", [call]), key: "m" }, { ...said("a2", [call]), key: "m" }];
    const early = said("x", [{ type: "tool_result", tool_call_id: "c1", content: "of an earlier page" }]);
    const late = said("y", [{ type: "tool_result", tool_call_id: "c1", content: "sunny" }]);
    const { documents, results } = joinCalls([early, ...versions, late]);
    expect(documents).toEqual([early, ...versions]);
    expect([...results]).toEqual([["c1", { content: "sunny", failed: false }]]);
  });

  it("takes documents that are no messages as they are", () => {
    const odd = [{ ...said("a", []), content: "text" }, { ...said("b", []), content: null }, { ...said("c", []), content: { blocks: "no list" } }];
    expect(joinCalls(odd).documents).toEqual(odd);
  });
});
