import { runWords } from "@/i18n/en-run";
import { grouped } from "@/i18n/plural";
import { visible } from "@/lib/words";
import { useCallResult } from "../content/call-results";
import { asText, isFacts, listOf, textOf, type Facts } from "@/lib/facts";
import { Markdown } from "../content/markdown";
import type { DocumentView } from "../types";
import { AttachedView } from "./attached-view";
import { CallCard } from "./call-card";
import { roleName } from "./text-views";

const words = runWords.model;

/** Reasons to stop that go without saying. */
const USUAL = new Set(["end_turn", "tool_use", "stop_sequence"]);

/** A model's message: its text, thinking folded, tool calls with what came back. */
export function LlmMessageView({ document }: DocumentView) {
  const content = isFacts(document.content) ? document.content : {};
  const role = textOf(content["role"]) ?? "assistant";
  const blocks = listOf(content["blocks"] ?? content["content"]).filter(isFacts);
  const text = textOf(document.content, "text", "content");
  const stopped = textOf(content, "stop_reason", "stopReason");
  return (
    <div role="group" aria-label={runWords.document.said(roleName(role))}>
      <div className="said">{roleName(role)}<Spent meta={isFacts(document.meta) ? document.meta : {}} /></div>
      <div className={role === "user" ? "user-said" : "stack"}>
        {text !== null && text !== "" && !blocks.some((block) => typeOf(block) === "text") ? <Markdown text={text} /> : null}
        {blocks.map((block, at) => <BlockView key={at} block={block} />)}
        {stopped === null || USUAL.has(stopped) ? null : <p className="hint">{words.stopped[stopped] ?? words.stoppedBy(visible(stopped))}</p>}
      </div>
    </div>
  );
}

/** Which model answered and what that took. */
function Spent({ meta }: { readonly meta: Facts }) {
  const model = textOf(meta, "model");
  const usage = isFacts(meta["usage"]) ? meta["usage"] : null;
  const input = usage?.["input_tokens"];
  const output = usage?.["output_tokens"];
  const cost = isFacts(meta["cost"]) ? meta["cost"]["amount"] : null;
  const parts = [
    model === null ? null : visible(model),
    typeof input === "number" && typeof output === "number" ? words.tokens(grouped(input), grouped(output)) : null,
    typeof cost === "number" ? words.cost(cost) : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : <span className="ink3 thin num">{parts.join(" · ")}</span>;
}

const typeOf = (block: Facts): string => textOf(block["type"]) ?? "text";
const idOf = (block: Facts): string => textOf(block, "tool_call_id", "toolCallId", "id", "tool_use_id") ?? "";

function BlockView({ block }: { readonly block: Facts }) {
  switch (typeOf(block)) {
    case "thinking":
      return <Thinking text={textOf(block, "thinking", "text") ?? ""} />;
    case "tool_call":
    case "tool_use":
      return <Call block={block} />;
    case "server_tool_use":
      return <CallCard name={textOf(block, "name") ?? ""} args={block["input"]} result={undefined} open={false} />;
    case "tool_result":
      return <CallCard name={null} args={undefined} result={{ content: asText(block["content"]), failed: block["is_error"] === true }} open={false} />;
    case "server_tool_result":
      return <CallCard name={null} args={undefined} result={{ content: asText(block["content"]), failed: false }} open={false} />;
    case "image":
    case "file":
      return <AttachedView block={block} />;
    default: {
      const text = textOf(block, "text");
      return text === null ? <code className="t13">{visible(asText(block))}</code> : <Markdown text={text} />;
    }
  }
}

function Call({ block }: { readonly block: Facts }) {
  const result = useCallResult(idOf(block));
  return <CallCard name={textOf(block, "name", "toolName", "tool_name") ?? ""} args={block["args"] ?? block["input"] ?? block["arguments"]} result={result} open />;
}

/** What a model thought before it answered. */
export function Thinking({ text }: { readonly text: string }) {
  return (
    <details>
      <summary className="fold">{runWords.document.thinking}</summary>
      <div className="ink2"><Markdown text={text} /></div>
    </details>
  );
}
