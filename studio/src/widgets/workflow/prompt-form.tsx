import { useId, useState, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import { validate, type FieldError, type Json, type JsonSchema } from "@/components/schema-form";
import { runWords } from "@/i18n/en-run";
import { withCommand } from "@/lib/platform";
import { visible } from "@/lib/words";
import type { WidgetShape } from "@/model/shapes";
import { transitionsOf } from "@/model/widget-state";
import { ActionRow } from "../answer/action-row";
import type { FormRef } from "../answer/answer-desk";
import { refusedFields } from "../answer/answer-form";
import { AnswerStatus } from "../answer/answer-status";
import { useAnswerForm, useAnswering } from "../answer/use-answer-form";
import { isFacts, textOf } from "../content/facts";

type PromptProps = { readonly form: FormRef; readonly widget: WidgetShape; readonly schema: JsonSchema; readonly heading: ReactNode; readonly beside: ReactNode; /** It takes the place of one that was sent, and its focus. */ readonly again?: boolean };

/** The one text field of an object schema, if that is all it has. */
function onlyField(schema: JsonSchema): string | null {
  const properties = isFacts(schema) && isFacts(schema["properties"]) ? Object.keys(schema["properties"]) : [];
  return properties.length === 1 ? (properties[0] ?? null) : null;
}

const coarse = (): boolean => matchMedia("(pointer: coarse)").matches;

/** One growing text field, as in a chat: Enter sends, Shift+Enter is a new line; on touch Enter is a new line. */
export function PromptForm({ form: ref, widget, schema, heading, beside, again = false }: PromptProps) {
  const form = useAnswerForm(useAnswering(), ref, { initial: "", schema });
  const [wrong, setWrong] = useState<readonly FieldError[]>([]);
  const id = useId();
  const text = typeof form.value === "string" ? form.value : "";
  const busy = form.state.phase === "sending" || form.state.phase === "recorded";
  const errors = wrong.length > 0 ? wrong : refusedFields(form.state);
  const send = (event?: FormEvent | KeyboardEvent): void => {
    event?.preventDefault();
    if (busy || text.trim() === "") return;
    const field = onlyField(schema);
    const payload: Json = field === null ? text : { [field]: text };
    const found = validate(schema, payload);
    setWrong(found);
    if (found.length === 0) form.send(transitionsOf(widget)[0] ?? ref.transitions[0] ?? "", payload);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While a word is being composed, Enter belongs to the input method.
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    if (withCommand(event) || (!event.shiftKey && !coarse())) send(event);
  };
  return (
    <form className="form" onSubmit={send} aria-labelledby={`${id}-heading`} data-answer>
      <header id={`${id}-heading`}>{heading}</header>
      <label className="sr" htmlFor={id}>{runWords.answer.reply}</label>
      <textarea id={id} className="input" rows={1} value={text} readOnly={busy} autoFocus={again} placeholder={textOf(widget.options, "placeholder") ?? undefined} aria-invalid={errors.length > 0 || undefined}
        aria-describedby={errors.length > 0 ? `${id}-errors` : undefined} onKeyDown={onKeyDown} onChange={(event) => { setWrong([]); form.setValue(event.target.value); }} />
      {errors.length === 0 ? null : <p className="err" id={`${id}-errors`}>{errors.map((error) => error.message).join(" ")}</p>}
      <AnswerStatus state={form.state} shown onSendNow={() => { send(); }} />
      <ActionRow busy={form.state} kept={form.kept} beside={beside} keys actions={[{ key: "send", label: visible(textOf(widget.options, "label") ?? runWords.answer.send), variant: "primary", submit: true, run: send }]} />
    </form>
  );
}
