import type { Run } from "@/api/types";
import { runWords } from "@/i18n/en-run";
import { grouped } from "@/i18n/plural";
import { visible } from "@/lib/words";

const words = runWords.model;

/** Tokens in, cached ones too, and tokens out. */
const tokensOf = (usage: Run["usage"]): string =>
  words.tokens(grouped(usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens), grouped(usage.output_tokens));

/** What a run's model calls took, in a few words: "3 model calls · 1,204 in, 310 out · $0.02 · small-1". */
export function spentBy(usage: Run["usage"]): string {
  return [
    words.calls(usage.calls),
    tokensOf(usage),
    usage.cost === null ? null : words.cost(usage.cost),
    usage.unpriced > 0 && usage.cost !== null ? words.unpriced(usage.unpriced) : null,
    usage.models.flatMap((one) => (one.model === null ? [] : [visible(one.model)])).join(", "),
  ].filter((part) => part !== null && part !== "").join(" · ");
}

/** The same for the head of a page: tokens and cost, as far as they are known. */
export function spentInShort(usage: Run["usage"]): string | null {
  if (usage.calls === 0) return null;
  return usage.cost === null ? tokensOf(usage) : `${tokensOf(usage)} · ${words.cost(usage.cost)}`;
}
