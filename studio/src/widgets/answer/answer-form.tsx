import { useId, useRef, useState, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import { focusFirstInvalid, FormattedText, SchemaForm, validate, type FieldError, type FieldUi, type Json, type JsonSchema } from "@/components/schema-form";
import type { AnswerState } from "@/model/answer";
import { inOrder, payloadFor, variantOf, type Action } from "./actions";
import { ActionRow } from "./action-row";
import type { FormRef } from "./answer-desk";
import { AnswerStatus } from "./answer-status";
import { Markdown } from "../content/markdown";
import { useAnswerForm, useAnswering } from "./use-answer-form";

const formatted = (text: string): ReactNode => <Markdown text={text} />;

type AnswerFormProps = {
  readonly form: FormRef;
  readonly heading: ReactNode;
  readonly schema: JsonSchema;
  readonly ui?: FieldUi;
  readonly initial: Json | undefined;
  readonly actions: readonly Action[];
  /** The schema an action's payload is checked against before it is sent. */
  readonly schemaOf?: (transition: string) => JsonSchema;
  readonly note?: ReactNode;
  /** Sending nothing is an answer too. */
  readonly optional?: boolean;
  /** Buttons of other waits at the same place. */
  readonly beside?: ReactNode;
  /** One of the buttons beside is the way on: the form's own step back. */
  readonly secondary?: boolean;
};

export function refusedFields(state: AnswerState): readonly FieldError[] {
  return state.phase === "typing" ? (state.refusal?.fields ?? []).map((field) => ({ path: field.path, message: field.message, ...(field.code === undefined ? {} : { code: field.code }) })) : [];
}

const isBusy = (state: AnswerState): boolean => state.phase === "sending" || state.phase === "recorded" || state.phase === "receipt";

/** A form made from a schema that answers a wait: checks, sends, and shows what the server says at the fields. */
export function AnswerForm(props: AnswerFormProps) {
  const answering = useAnswering();
  const form = useAnswerForm(answering, props.form, { initial: props.initial, schema: props.schema, ui: props.ui });
  const [wrong, setWrong] = useState<readonly FieldError[]>([]);
  const element = useRef<HTMLFormElement>(null);
  const id = useId();
  const busy = isBusy(form.state);
  const errors = wrong.length > 0 ? wrong : refusedFields(form.state);

  const submit = (action: Action): void => {
    const payload = payloadFor(action, inOrder(props.schema, form.value));
    const schema = props.schemaOf?.(action.transition) ?? props.schema;
    const found = props.optional === true && payload === undefined ? [] : validate(schema, payload as Json | undefined);
    setWrong(found);
    if (found.length > 0) requestAnimationFrame(() => { focusFirstInvalid(element.current); });
    else form.send(action.transition, payload);
  };
  const first = props.actions[0];
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (first && !busy) submit(first);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    if (first && !busy) submit(first);
  };
  return (
    <form className="form" ref={element} onSubmit={onSubmit} onKeyDown={onKeyDown} aria-labelledby={`${id}-heading`} noValidate data-answer>
      <header id={`${id}-heading`}>{props.heading}</header>
      {props.note}
      <FormattedText value={formatted}><SchemaForm schema={props.schema} {...(props.ui ? { ui: props.ui } : {})} value={form.value} errors={errors} readOnly={busy} idPrefix={id}
        onChange={(value) => { setWrong([]); form.setValue(value); }} /></FormattedText>
      <AnswerStatus state={form.state} wrong={wrong.length} shown onSendNow={() => { if (form.state.phase === "unsent") resend(form.state.transition); }} />
      <ActionRow kept={form.kept} busy={form.state} beside={props.beside} besideLast={props.secondary === true} keys actions={props.actions.map((action, at) => ({
        key: `${action.transition}-${String(at)}`, label: action.label, variant: variantOf(action, props.secondary === true ? at + 1 : at), submit: at === 0, confirm: action.confirm, run: () => { submit(action); },
      }))} />
    </form>
  );

  function resend(transition: string): void {
    const action = props.actions.find((one) => one.transition === transition);
    if (action) submit(action);
  }
}
