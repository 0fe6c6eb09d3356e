import { runWords } from "@/i18n/en-run";
import type { DisabledReason } from "@/model/widget-state";

/** Why a widget cannot be used now, in words. */
export function reasonText(reason: DisabledReason, titleOf: (transition: string) => string): string {
  const words = runWords.reasons;
  switch (reason.code) {
    case "not_here":
      return words.not_here(reason.places);
    case "written_elsewhere":
      return words.written_elsewhere(reason.place);
    case "not_awaited":
      return words.not_awaited(titleOf(reason.transition));
    case "unfinished":
    case "not_open":
    case "older_version":
    case "switched_off":
      return words[reason.code];
  }
}
