import { useQuery } from "@tanstack/react-query";
import { stepQuery } from "@/api/steps";
import { meQuery } from "@/api/system";
import type { StepSummary } from "@/api/types";
import { runWords } from "@/i18n/en-run";
import { en } from "@/i18n/en";
import { isFacts } from "@/lib/facts";
import { humanise, visible } from "@/lib/words";

const SHORT = 60;
const MOST = 4;

function brief(value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return value ? en.form.yes.toLowerCase() : en.form.no.toLowerCase();
  if (typeof value === "string") return value.length <= SHORT && !value.includes("\n") ? visible(value) : runWords.receipt.characters([...value].length);
  if (Array.isArray(value)) return runWords.receipt.entries(value.length);
  return isFacts(value) ? runWords.tree.keys(Object.keys(value).length) : JSON.stringify(value);
}

/** An answer in a few words: "Approved: yes · Note: fine". */
export function summary(payload: unknown): string {
  if (!isFacts(payload)) return brief(payload) ?? "";
  const parts = Object.entries(payload).flatMap(([name, value]) => {
    const words = brief(value);
    return words === null ? [] : [`${humanise(name)}: ${words}`];
  });
  return parts.slice(0, MOST).join(" · ");
}

/** Who answered. This person is "you", also where authentication is off. */
export function useWho(): (by: string | null | undefined) => string {
  const me = useQuery(meQuery);
  return (by) => (by === null || by === undefined ? runWords.receipt.someone : by === me.data?.id ? runWords.receipt.you : visible(by));
}

/** What a person answered, where the track moved on. */
export function ReceiptLine({ runId, step }: { readonly runId: string; readonly step: StepSummary }) {
  const who = useWho();
  const detail = useQuery({ ...stepQuery(runId, step.step), staleTime: Number.POSITIVE_INFINITY, enabled: step.status !== "running" });
  const channel = runWords.receipt.channel(step.sender?.channel ?? "");
  return (
    <div className="quiet receipt">
      <span>{[runWords.receipt.answered(who(step.sender?.by)), channel].filter((part) => part !== "").join(" ")}</span>
      <i className="cut">{summary(detail.data?.payload)}</i>
    </div>
  );
}
