import type { System } from "@/api/types";
import { en } from "@/i18n/en";

/** Home's heading: the state of the house in one or two sentences. A no-break space stands until it is known. */
export function headline(counts: System["counts"] | undefined, lost: boolean): string {
  if (counts === undefined) return lost ? en.home.unreachable : "\u00a0";
  const running = (counts.statuses.running ?? 0) + (counts.statuses.pending ?? 0);
  const total = Object.values(counts.statuses).reduce((sum, count) => sum + count, 0);
  if (total === 0) return en.home.firstTime;
  const sentences = [
    counts.waiting_for_person > 0 ? en.home.waiting(counts.waiting_for_person) : undefined,
    counts.failed > 0 ? en.home.failed(counts.failed) : undefined,
  ].filter((each) => each !== undefined);
  if (sentences.length > 0) return sentences.join(" ");
  return running > 0 ? `${en.home.quiet} ${en.home.running(running)}` : en.home.quiet;
}
