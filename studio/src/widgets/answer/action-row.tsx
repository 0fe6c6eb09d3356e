import { useState, type ReactNode } from "react";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import type { AnswerState } from "@/model/answer";
import type { Variant } from "./actions";
import { useAnswering, type DraftKept } from "./use-answer-form";

export type ActionButton = {
  readonly key: string;
  readonly label: string;
  readonly variant: Variant;
  /** The form's own submit button. */
  readonly submit?: boolean;
  /** A question to be asked before. */
  readonly confirm?: string | null;
  readonly run: () => void;
  /** Why it cannot be pressed. */
  readonly off?: string | null;
};

type ActionRowProps = {
  readonly actions: readonly ActionButton[];
  readonly busy: AnswerState;
  readonly kept?: DraftKept;
  readonly beside?: ReactNode;
  readonly keys?: boolean;
  /** What stands beside is the way on: it comes last. */
  readonly besideLast?: boolean;
  /** Only the buttons, to stand in another form's row. */
  readonly bare?: boolean;
};

const mac = typeof navigator !== "undefined" && /Mac|iP(hone|ad)/.test(navigator.userAgent);

export const classOf = (variant: Variant): string => ({ primary: "btn primary", outline: "btn", ghost: "btn ghost", danger: "btn danger" })[variant];

/** The buttons of a form, the way on at the end, and what is kept of a draft. */
export function ActionRow({ actions, busy, kept = "none", beside, keys = false, bare = false, besideLast = false }: ActionRowProps) {
  const [asked, setAsked] = useState<string | null>(null);
  const online = useAnswering()?.online ?? true;
  const sending = busy.phase === "sending";
  const blocked = sending || busy.phase === "recorded" || busy.phase === "receipt";
  const question = actions.find((action) => action.key === asked);
  if (question) {
    return (
      <div className="acts" role="group" aria-label={question.label}>
        <span className="hint">{runWords.answer.sure(question.confirm ?? question.label)}</span>
        <button type="button" className="btn" autoFocus onClick={() => { setAsked(null); }}>{runWords.answer.cancel}</button>
        <button type="button" className={question.variant === "danger" ? "btn danger sure" : "btn primary"} onClick={() => { setAsked(null); question.run(); }}>{visible(question.label)}</button>
      </div>
    );
  }
  const press = (action: ActionButton) => () => {
    if (blocked || action.off) return;
    if (action.confirm) setAsked(action.key);
    else action.run();
  };
  const hint = !online ? runWords.answer.offline : kept === "kept" ? runWords.answer.kept : kept === "secret" ? runWords.answer.notKept : "";
  const buttons = actions.toReversed().map((action) => {
        const off = blocked || Boolean(action.off);
        const label = sending && action.submit === true ? runWords.answer.sending : visible(action.label);
        return (
          // Disabled buttons stay reachable: their reason can be read where they are.
          <button key={action.key} type={action.submit === true && !action.confirm ? "submit" : "button"} className={classOf(action.variant)} aria-disabled={off || undefined}
            title={action.off ?? undefined} onClick={action.submit === true && !action.confirm ? (event) => { if (off) event.preventDefault(); } : press(action)}>
            {label}
            {keys && action.submit === true ? <kbd className="only-wide" aria-hidden="true">{mac ? "⌘↵" : "Ctrl ↵"}</kbd> : null}
          </button>
        );
      });
  if (bare) return buttons;
  return (
    <div className="acts">
      <span className="hint" aria-live="polite">{hint}</span>
      {besideLast ? null : beside}
      {buttons}
      {besideLast ? beside : null}
    </div>
  );
}
