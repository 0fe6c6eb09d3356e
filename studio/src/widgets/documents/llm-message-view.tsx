import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import { isFacts, listOf, textOf, type Facts } from "../content/facts";
import { Markdown } from "../content/markdown";
import type { DocumentView } from "../types";
import { roleName } from "./text-views";

/** A model's message: its text, thinking folded, tool calls with what came back. */
export function LlmMessageView({ document }: DocumentView) {
  const content = isFacts(document.content) ? document.content : {};
  const role = textOf(content["role"]) ?? "assistant";
  const blocks = listOf(content["blocks"] ?? content["content"]).filter(isFacts);
  const text = textOf(document.content, "text", "content");
  const results = blocks.filter((block) => typeOf(block) === "tool_result");
  const calls = new Set(blocks.filter((block) => typeOf(block) === "tool_call" || typeOf(block) === "tool_use").map(idOf));
  return (
    <div role="group" aria-label={runWords.document.said(roleName(role))}>
      <div className="said">{roleName(role)}{textOf(content, "model") === null ? null : <span className="ink3 thin">{visible(textOf(content, "model") ?? "")}</span>}</div>
      <div className={role === "user" ? "user-said" : "stack"}>
        {blocks.length === 0 && text !== null ? <Markdown text={text} /> : null}
        {blocks.map((block, at) => <BlockView key={at} block={block} results={results} known={calls} />)}
      </div>
    </div>
  );
}

const typeOf = (block: Facts): string => textOf(block["type"]) ?? "text";
const idOf = (block: Facts): string => textOf(block, "toolCallId", "tool_call_id", "id", "tool_use_id") ?? "";
const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

type BlockProps = { readonly block: Facts; readonly results: readonly Facts[]; readonly known: ReadonlySet<string> };

function BlockView({ block, results, known }: BlockProps) {
  switch (typeOf(block)) {
    case "thinking":
      return (
        <details>
          <summary className="fold">{runWords.document.thinking}</summary>
          <div className="ink2"><Markdown text={textOf(block, "thinking", "text") ?? ""} /></div>
        </details>
      );
    case "tool_call":
    case "tool_use":
      return <CallView call={block} result={results.find((one) => idOf(one) === idOf(block))} />;
    case "tool_result":
      return known.has(idOf(block)) ? null : <CallView call={null} result={block} />;
    default: {
      const text = textOf(block, "text");
      return text === null ? <code className="t13">{visible(shown(block))}</code> : <Markdown text={text} />;
    }
  }
}

function CallView({ call, result }: { readonly call: Facts | null; readonly result: Facts | undefined }) {
  const args = call?.["args"] ?? call?.["input"] ?? call?.["arguments"];
  const list = isFacts(args) ? Object.entries(args).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ") : args === undefined ? "" : shown(args);
  return (
    <div className="call">
      {call === null ? null : <div className="io"><span>{runWords.document.call}</span><code>{visible(`${textOf(call, "name", "toolName", "tool_name") ?? ""}(${list})`)}</code></div>}
      {result === undefined ? null : <div className="io"><span>{runWords.document.result}</span><code>{visible(shown(result["content"] ?? result["result"]))}</code></div>}
    </div>
  );
}
