import { useId, useState, type ClipboardEvent, type DragEvent, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import { validate, type FieldError, type JsonSchema } from "@/components/schema-form";
import { runWords } from "@/i18n/en-run";
import { widgetWords } from "@/i18n/en-widgets";
import { textOf } from "@/lib/facts";
import { withCommand } from "@/lib/platform";
import { visible } from "@/lib/words";
import type { WidgetShape } from "@/model/shapes";
import { transitionsOf } from "@/model/widget-state";
import { ActionRow } from "../answer/action-row";
import type { FormRef } from "../answer/answer-desk";
import { refusedFields } from "../answer/answer-form";
import { AnswerStatus } from "../answer/answer-status";
import { useAnswerForm, useAnswering } from "../answer/use-answer-form";
import { AttachButton, AttachedFiles } from "./attached-files";
import { intakeOf, payloadOf } from "./intake";
import { useAttachments } from "./use-attachments";

type PromptProps = { readonly form: FormRef; readonly widget: WidgetShape; readonly schema: JsonSchema; readonly heading: ReactNode; readonly beside: ReactNode; /** It takes the place of one that was sent, and its focus. */ readonly again?: boolean };

/** Characters of a payload that are always taken; the server counts bytes and has the last word. */
const LONGEST = 512 * 1024 - 4_096;

const coarse = (): boolean => matchMedia("(pointer: coarse)").matches;
const holdsFiles = (data: DataTransfer): boolean => data.types.includes("Files");

/** One growing text field, as in a chat: Enter sends, Shift+Enter is a new line; on touch Enter is a new line. Files come along where the payload takes them. */
export function PromptForm({ form: ref, widget, schema, heading, beside, again = false }: PromptProps) {
  const form = useAnswerForm(useAnswering(), ref, { initial: "", schema });
  const [wrong, setWrong] = useState<readonly FieldError[]>([]);
  const [dragged, setDragged] = useState(false);
  const id = useId();
  const intake = intakeOf(schema);
  const attachments = useAttachments(intake);
  const text = typeof form.value === "string" ? form.value : "";
  const busy = form.state.phase === "sending" || form.state.phase === "recorded";
  const errors = wrong.length > 0 ? wrong : refusedFields(form.state);
  const send = (event?: FormEvent | KeyboardEvent): void => {
    event?.preventDefault();
    if (busy || (text.trim() === "" && attachments.files.length === 0)) return;
    const payload = payloadOf(intake, text, attachments.files);
    const found = JSON.stringify(payload).length > LONGEST ? [{ path: [], message: widgetWords.attach.tooLong }] : validate(schema, payload);
    setWrong(found);
    if (found.length === 0) form.send(transitionsOf(widget)[0] ?? ref.transitions[0] ?? "", payload);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While a word is being composed, Enter belongs to the input method.
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    if (withCommand(event) || (!event.shiftKey && !coarse())) send(event);
  };
  const take = (event: DragEvent | ClipboardEvent, files: FileList): void => {
    if (intake.files === null || busy || files.length === 0) return;
    event.preventDefault();
    setWrong([]);
    attachments.add([...files]);
  };
  const onDrag = (event: DragEvent): void => {
    if (intake.files === null || !holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    setDragged(event.type !== "dragleave");
  };
  const onDrop = (event: DragEvent): void => {
    setDragged(false);
    take(event, event.dataTransfer.files);
  };
  return (
    <form className={dragged ? "form dropping" : "form"} onSubmit={send} onDragEnter={onDrag} onDragOver={onDrag} onDragLeave={onDrag} onDrop={onDrop} aria-labelledby={`${id}-heading`} data-answer>
      <header id={`${id}-heading`}>{heading}</header>
      <label className="sr" htmlFor={id}>{runWords.answer.reply}</label>
      <textarea id={id} className="input" rows={1} value={text} readOnly={busy} autoFocus={again} placeholder={textOf(widget.options, "placeholder") ?? undefined} aria-invalid={errors.length > 0 || undefined}
        aria-describedby={errors.length > 0 ? `${id}-errors` : undefined} onKeyDown={onKeyDown} onPaste={(event) => { take(event, event.clipboardData.files); }} onChange={(event) => { setWrong([]); form.setValue(event.target.value); }} />
      <AttachedFiles attachments={attachments} disabled={busy} />
      {dragged ? <p className="hint">{widgetWords.attach.drop}</p> : null}
      {errors.length === 0 ? null : <p className="err" id={`${id}-errors`}>{errors.map((error) => error.message).join(" ")}</p>}
      <AnswerStatus state={form.state} shown onSendNow={() => { send(); }} />
      <ActionRow busy={form.state} kept={form.kept} keys actions={[{ key: "send", label: visible(textOf(widget.options, "label") ?? runWords.answer.send), variant: "primary", submit: true, run: send }]}
        beside={<>{intake.files === null ? null : <AttachButton types={intake.files.types} disabled={busy} onFiles={(files) => { setWrong([]); attachments.add(files); }} />}{beside}</>} />
    </form>
  );
}
