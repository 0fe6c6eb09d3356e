import { useSyncExternalStore } from "react";
import type { Run, StepSummary } from "@/api/types";
import { Button } from "@/components/controls/button";
import { CopyButton } from "@/components/controls/copy-button";
import { runWords } from "@/i18n/en-run";
import { age } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { visible } from "@/lib/words";
import { tellsAnswer } from "@/model/feed";
import { isOpen } from "@/model/shapes";
import type { Answering } from "@/widgets/answer/use-answer-form";
import { useTitles } from "@/widgets/answer/use-titles";
import type { Notice, Receipt } from "@/widgets/answer/answer-desk";
import { summary, useWho } from "./receipt-line";

const words = runWords.answer;

type NoticesProps = { readonly answering: Answering; readonly steps: readonly StepSummary[] };

/** What the desk has to tell below the feed: answers whose step is not listed yet, and questions that others answered. */
export function Notices({ answering, steps }: NoticesProps) {
  const { desk, run } = answering;
  const { notices, receipts, queued } = useSyncExternalStore(desk.subscribe, desk.read);
  const open = isOpen(run.status) ? queued.filter((one) => !steps.some((step) => step.sender?.id === one.id)) : [];
  const fresh = receipts.filter((receipt) => !tellsAnswer(steps, receipt.step));
  const earlier = receipts.some((receipt) => receipt.earlier);
  if (fresh.length === 0 && notices.length === 0 && open.length === 0 && !earlier) return null;
  return (
    <div className="deskfoot" role="status">
      {fresh.map((receipt) => <ReceiptNow key={receipt.step} receipt={receipt} />)}
      {open.map((one) => <p className="quiet receipt" key={one.id}><span>{runWords.receipt.queued}</span><i className="cut">{summary(one.payload)}</i></p>)}
      {earlier ? <p className="quiet">{runWords.receipt.earlier}</p> : null}
      {notices.map((notice) => <NoticeLine key={notice.name} notice={notice} run={run} step={steps.find((step) => step.step === notice.step)} onDismiss={() => { desk.dismiss(notice.name); }} />)}
    </div>
  );
}

function ReceiptNow({ receipt }: { readonly receipt: Receipt }) {
  return (
    <p className="quiet receipt">
      <span>{runWords.receipt.answered(runWords.receipt.you)}</span>
      <i className="cut">{summary(receipt.payload)}</i>
    </p>
  );
}

type LineProps = { readonly notice: Notice; readonly run: Run; readonly step: StepSummary | undefined; readonly onDismiss: () => void };

const asText = (typed: unknown): string => (typeof typed === "string" ? typed : JSON.stringify(typed, null, 2));

function NoticeLine({ notice, run, step, onDismiss }: LineProps) {
  const now = useNow(1_000);
  const who = useWho();
  const { refusal } = notice;
  const by = refusal?.answeredBy ?? step?.sender?.by ?? null;
  const at = refusal?.answeredAt ?? step?.ended_at ?? null;
  const titleOf = useTitles();
  const transition = titleOf(refusal?.answeredTransition ?? step?.transition ?? notice.transition);
  const ago = at === null ? "" : ageAgo(at, now);
  const say = by !== null ? words.elsewhere(capital(who(by)), transition, ago) : refusal !== null ? words.movedOn(titleOf(notice.transition)) : step !== undefined ? words.expired(visible(run.place)) : words.nobody(transition);
  return (
    <div className="notice">
      <p>{say} {notice.typed === undefined ? null : <>{words.textKept} <CopyButton text={asText(notice.typed)} label={words.copy} small /></>}</p>
      <Button variant="ghost" small onClick={onDismiss}>{words.dismiss}</Button>
    </div>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function ageAgo(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1_000));
  return seconds < 45 ? runWords.ago(`${String(seconds)} s`) : runWords.ago(age(at, now));
}
