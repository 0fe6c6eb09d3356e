import { asText, isFacts, type Facts } from "@/lib/facts";
import type { DocumentShape } from "./shapes";

/** What came back for a tool call. */
export type CallResult = { readonly content: string; readonly failed: boolean };

type Said = DocumentShape & { readonly content: unknown };

function blocksOf(document: Said): readonly Facts[] {
  const blocks = isFacts(document.content) ? document.content["blocks"] : undefined;
  return Array.isArray(blocks) ? blocks.filter(isFacts) : [];
}

const idOf = (block: Facts): string | null => {
  const id = block["tool_call_id"] ?? block["toolCallId"] ?? block["id"];
  return typeof id === "string" ? id : null;
};

/** Results of tool calls by the id of their call, and the documents without those that hold nothing else. */
export function joinCalls<D extends Said>(documents: readonly D[]): { readonly documents: readonly D[]; readonly results: ReadonlyMap<string, CallResult> } {
  const calls = new Set(documents.flatMap((document) => blocksOf(document).filter((block) => block["type"] === "tool_call").map(idOf)));
  const results = new Map<string, CallResult>();
  const rest = documents.filter((document) => {
    const blocks = blocksOf(document);
    const answered = blocks.filter((block) => block["type"] === "tool_result" && calls.has(idOf(block)));
    for (const block of answered) results.set(idOf(block) ?? "", { content: asText(block["content"]), failed: block["is_error"] === true || block["isError"] === true });
    return blocks.length === 0 || answered.length < blocks.length;
  });
  return { documents: rest, results };
}
