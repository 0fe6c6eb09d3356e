import { useId, useRef, useState, type FormEvent, type KeyboardEvent, type ReactNode } from "react";
import { runWords } from "@/i18n/en-run";
import { withCommand } from "@/lib/platform";
import { visible } from "@/lib/words";
import { ActionRow } from "../answer/action-row";
import { AnswerStatus } from "../answer/answer-status";
import { isFacts, listOf, option, textOf } from "@/lib/facts";
import { Markdown } from "../content/markdown";
import type { DocumentView } from "../types";
import { isAsked, usePrompt } from "./use-prompt";

const questionOf = (view: DocumentView): string => textOf(view.document.content, "question", "markdown", "text", "label") ?? textOf(view.widget.options, "label") ?? view.document.title;

/** Question above, answer below; once answered, both to read. */
function Frame({ view, children }: { readonly view: DocumentView; readonly children: ReactNode }) {
  const given = isFacts(view.document.content) ? view.document.content["answer"] : undefined;
  const answer = Array.isArray(given) ? given.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join(", ") : given;
  return (
    <div className="docbody">
      <Markdown text={questionOf(view)} />
      {isAsked(view) ? children : null}
      {answer === undefined || answer === null || answer === "" ? null : <p className="user-said mt12">{visible(typeof answer === "string" ? answer : JSON.stringify(answer))}</p>}
    </div>
  );
}

export function TextPromptView(view: DocumentView) {
  return <Frame view={view}><TextPrompt {...view} /></Frame>;
}

function TextPrompt(view: DocumentView) {
  const { form, text, setText, busy, transition } = usePrompt(view);
  const id = useId();
  const rows = option(view.widget.options, "rows");
  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    if (!busy && text.trim() !== "") form.send(transition, { answer: text.trim() });
  };
  return (
    <form className="inner" onSubmit={send} data-answer>
      <label className="sr" htmlFor={id}>{visible(questionOf(view))}</label>
      <textarea id={id} className="input" rows={typeof rows === "number" ? rows : 3} value={text} readOnly={busy} placeholder={textOf(view.widget.options, "placeholder") ?? undefined}
        onChange={(event) => { setText(event.target.value); }} onKeyDown={(event: KeyboardEvent) => { if (event.key === "Enter" && withCommand(event)) send(); }} />
      <AnswerStatus state={form.state} onSendNow={() => { send(); }} />
      <ActionRow busy={form.state} kept={form.kept} keys actions={[{ key: "send", label: runWords.answer.send, variant: "primary", submit: true, run: send }]} />
    </form>
  );
}

export function ConfirmPromptView(view: DocumentView) {
  return <Frame view={view}><ConfirmPrompt {...view} /></Frame>;
}

function ConfirmPrompt(view: DocumentView) {
  const { form, transition } = usePrompt(view);
  const label = (key: string, word: string): string => textOf(option(view.widget.options, key)) ?? word;
  const send = (answer: string) => () => { form.send(transition, { answer }); };
  return (
    <div className="inner" role="group" aria-label={visible(questionOf(view))} data-answer>
      <AnswerStatus state={form.state} onSendNow={() => { if (form.state.phase === "unsent") form.send(transition, { answer: "yes" }); }} />
      <ActionRow busy={form.state} actions={[
        { key: "yes", label: label("yes", runWords.answer.yes), variant: "outline", run: send("yes") },
        { key: "no", label: label("no", runWords.answer.no), variant: "outline", run: send("no") },
      ]} />
    </div>
  );
}

export function ChoicesView(view: DocumentView) {
  return <Frame view={view}><Choices {...view} /></Frame>;
}

type Choice = { readonly value: unknown; readonly label: string };

function choicesOf(view: DocumentView): readonly Choice[] {
  const content = isFacts(view.document.content) ? view.document.content : {};
  return listOf(content["options"] ?? content["choices"] ?? option(view.widget.options, "options")).map((one): Choice => {
    if (isFacts(one)) return { value: one["value"] ?? one["label"], label: textOf(one, "label", "title", "value") ?? "" };
    return { value: one, label: String(one) };
  });
}

function Choices(view: DocumentView) {
  const { form, busy, transition } = usePrompt(view);
  const [own, setOwn] = useState("");
  const element = useRef<HTMLFormElement>(null);
  const id = useId();
  const choices = choicesOf(view);
  const content = isFacts(view.document.content) ? view.document.content : {};
  const other = (content["allowCustomAnswer"] ?? content["allow_custom_answer"] ?? content["allow_other"] ?? option(view.widget.options, "other")) === true;
  const several = option(view.widget.options, "multiple") === true;
  const offered = [...choices.map((choice, at) => ({ key: String(at), label: choice.label })), ...(other ? [{ key: "other", label: runWords.answer.other }] : [])];
  // In the order in which they are offered, not in that of the clicks.
  const picked = offered.map(({ key }) => key).filter((key) => listOf(form.value).includes(key));
  const answers = picked.map((key) => (key === "other" ? own.trim() : choices[Number(key)]?.value)).filter((answer) => answer !== "" && answer !== undefined);
  const pick = (key: string): void => { form.setValue(several && picked.includes(key) ? picked.filter((one) => one !== key) : [...(several ? picked : []), key]); };
  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    if (!busy && answers.length > 0) form.send(transition, { answer: several ? answers : answers[0] });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && withCommand(event)) send(event);
    const at = Number(event.key) - 1;
    if (event.target instanceof HTMLInputElement && at in choices) pick(String(at));
  };
  return (
    <form className="inner" ref={element} onSubmit={send} onKeyDown={onKeyDown} data-answer>
      <fieldset className="choices">
        <legend className="sr">{visible(questionOf(view))}</legend>
        {offered.map((choice) => (
          <label className="choice" key={choice.key}>
            <input type={several ? "checkbox" : "radio"} className="box" name={id} value={choice.key} checked={picked.includes(choice.key)} disabled={busy} onChange={() => { pick(choice.key); }} />
            <span>{visible(choice.label)}</span>
          </label>
        ))}
      </fieldset>
      {picked.includes("other") ? <textarea className="input" rows={2} aria-label={runWords.answer.otherText} value={own} readOnly={busy} onChange={(event) => { setOwn(event.target.value); }} /> : null}
      <AnswerStatus state={form.state} onSendNow={() => { send(); }} />
      <ActionRow busy={form.state} keys actions={[{ key: "send", label: runWords.answer.send, variant: "primary", submit: true, run: send }]} />
    </form>
  );
}
