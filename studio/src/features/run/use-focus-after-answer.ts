import { useEffect, useSyncExternalStore } from "react";
import type { Run } from "@/api/types";
import type { AnswerDesk } from "@/widgets/answer/answer-desk";

/** Time for the answered form to leave the page. */
const SETTLE_MS = 120;

/** A form takes the focus with it when it goes: it is put back into the feed, where the run goes on. */
export function useFocusAfterAnswer(desk: AnswerDesk<Run>): void {
  const count = useSyncExternalStore(desk.subscribe, () => desk.read().receipts.length);
  useEffect(() => {
    if (count === 0) return undefined;
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) document.querySelector<HTMLElement>(".feedwrap")?.focus({ preventScroll: true });
    }, SETTLE_MS);
    return () => { clearTimeout(timer); };
  }, [count]);
}
