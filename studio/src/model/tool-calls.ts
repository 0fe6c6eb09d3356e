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

/** Whose result comes next under an id: the message that called, and the id its call has here. */
type Owner = { readonly message: string; readonly id: string };

/** The id of a call: its own, unless an earlier message had that one. Versions of one message are one. */
function ownId(id: string, document: Said, owners: Map<string, Owner>): string {
  const message = document.key ?? document.id;
  const before = owners.get(id);
  if (before?.message === message) return before.id;
  const owner = { message, id: before === undefined ? id : `${id} ${message}` };
  owners.set(id, owner);
  return owner.id;
}

/**
 * Results of tool calls by the id of their call, and the documents without those that hold nothing else.
 *
 * A result belongs to the last call before it that has its id. Some servers use an id again in a later turn: that call
 * gets another id in the documents given back, so that it shows its own result and not that of the first one.
 */
export function joinCalls<D extends Said>(documents: readonly D[]): { readonly documents: readonly D[]; readonly results: ReadonlyMap<string, CallResult> } {
  const owners = new Map<string, Owner>();
  const results = new Map<string, CallResult>();
  const rest = documents.flatMap((document) => {
    const blocks = blocksOf(document);
    let joined = 0;
    const told = blocks.map((block) => {
      const id = idOf(block);
      if (id !== null && block["type"] === "tool_call") {
        const own = ownId(id, document, owners);
        return own === id ? block : { ...block, id: own };
      }
      const owner = id !== null && block["type"] === "tool_result" ? owners.get(id) : undefined;
      if (owner !== undefined) {
        joined += 1;
        results.set(owner.id, { content: asText(block["content"]), failed: block["is_error"] === true || block["isError"] === true });
      }
      return block;
    });
    if (joined > 0 && joined === blocks.length) return [];
    const same = told.every((block, place) => block === blocks[place]);
    return [same || !isFacts(document.content) ? document : { ...document, content: { ...document.content, blocks: told } }];
  });
  return { documents: rest, results };
}
