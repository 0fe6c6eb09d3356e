import type { Awaiting, Run, Widget } from "@/api/types";
import { runWords } from "@/i18n/en-run";
import type { DockButton } from "@/model/dock";
import { draftName } from "@/model/drafts";
import { transitionsOf } from "@/model/widget-state";
import { actionsOf, variantOf } from "@/widgets/answer/actions";
import { ActionRow } from "@/widgets/answer/action-row";
import { AnswerStatus } from "@/widgets/answer/answer-status";
import { useAnswerForm, useAnswering } from "@/widgets/answer/use-answer-form";
import { titleIn } from "@/widgets/answer/use-titles";
import { reasonText } from "../reason-text";

/** Whether a button that can be pressed is the way on by its author's word. */
export const hasPrimary = (buttons: readonly DockButton<Awaiting, Widget>[]): boolean =>
  buttons.some((button) => button.off === null && actionsOf(button.widget, String).some((action) => action.variant === "primary"));

type ButtonsProps = { readonly run: Run; readonly buttons: readonly DockButton<Awaiting, Widget>[]; readonly alone: boolean };

/** Buttons that answer without a form; beside a form's own buttons they step back. */
export function WaitButtons({ run, buttons, alone }: ButtonsProps) {
  const steps = buttons.map((button) => button.awaited?.step ?? run.step);
  const name = draftName(run.id, steps[0] ?? run.step, "buttons");
  return <Row key={name} run={run} buttons={buttons} alone={alone} name={name} />;
}

function Row({ run, buttons, alone, name }: ButtonsProps & { readonly name: string }) {
  const transitions = buttons.flatMap((button) => transitionsOf(button.widget));
  const step = buttons.find((button) => button.awaited !== null)?.awaited?.step ?? run.step;
  const form = useAnswerForm(useAnswering(), { name, step, transitions }, { initial: undefined, schema: true });
  const titleOf = (transition: string): string => titleIn(run, transition);
  const usable = buttons.findIndex((button) => button.off === null);
  const actions = buttons.flatMap((button, at) => {
    const [action] = actionsOf(button.widget, titleOf);
    if (action === undefined) return [];
    const variant = alone ? variantOf(action, at === usable ? 0 : 1) : (action.variant ?? "outline");
    return [{ key: button.key, label: action.label, variant, confirm: action.confirm, off: button.off === null ? null : reasonText(button.off, titleOf), run: () => { form.send(action.transition, action.constants ?? null); } }];
  });
  const row = <ActionRow busy={form.state} actions={actions} bare={!alone} />;
  const off = alone ? actions.flatMap((action) => (action.off === null ? [] : [`${action.label}: ${action.off}`])) : [];
  return (
    <>
      {alone ? <AnswerStatus state={form.state} onSendNow={() => { if (form.state.phase === "unsent") form.send(form.state.transition, null); }} /> : null}
      {row}
      {off.length === 0 || off.length === actions.length ? null : <p className="hint">{off.join(" ")}</p>}
      {alone || form.state.phase === "typing" || form.state.phase === "sending" ? null : <span className="hint">{runWords.answer.unsent}</span>}
    </>
  );
}
