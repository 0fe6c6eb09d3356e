import type { ReactNode } from "react";
import { isJson, isSchema, ReadOut, type Json, type JsonSchema } from "@/components/schema-form";
import { TimeText } from "@/components/data/time-text";
import { runWords } from "@/i18n/en-run";
import { eitherTitle } from "@/i18n/plural";
import { visible } from "@/lib/words";
import { transitionsOf } from "@/model/widget-state";
import { draftName } from "@/model/drafts";
import { actionsOf } from "../answer/actions";
import { AnswerForm } from "../answer/answer-form";
import { useAnswering } from "../answer/use-answer-form";
import { useTitles } from "../answer/use-titles";
import { CodeBlock } from "../content/code-block";
import { textOf } from "@/lib/facts";
import { formUi } from "../content/form-ui";
import { Markdown } from "../content/markdown";
import { JsonTree } from "../content/json-tree";
import type { DocumentView } from "../types";

export const schemaOf = (value: unknown): JsonSchema => (isSchema(value) ? value : true);
const jsonOf = (value: unknown): Json | undefined => (isJson(value) ? value : undefined);

/** Heading of a form that answers: what it is, which transitions, and where. */
export function FormHeading({ title, transitions, place, since }: { readonly title: string; readonly transitions: readonly string[]; readonly place: string; readonly since: ReactNode }) {
  const asked = eitherTitle([...new Set(transitions)].map(useTitles()));
  return (
    <>
      <b>{visible(title)}</b>
      <span className="t13 cut">{asked === visible(title) ? runWords.answer.atPlace(visible(place)) : runWords.answer.at(asked, visible(place))}</span>
      {since}
    </>
  );
}

/** A document as a form: to be edited and sent while its transition is awaited, as text to read otherwise. */
export function FormView({ document, widget, state, awaited }: DocumentView) {
  const place = useAnswering()?.run.place ?? document.place;
  const titleOf = useTitles();
  const ui = formUi(widget.options);
  const schema = schemaOf(document.schema);
  const first = awaited[0];
  if (state.kind !== "active" || first === undefined) return <Content document={document} ui={ui} schema={schema} />;
  const actions = actionsOf(widget, titleOf)
    .filter((action) => awaited.some((item) => item.transition === action.transition));
  const title = textOf(widget.options, "title") ?? document.title;
  const description = textOf(widget.options, "description");
  const form = { name: draftName(document.run_id, first.step, `${first.transition}/${document.id}`), step: first.step, transitions: transitionsOf(widget) };
  return (
    <AnswerForm key={form.name} form={form} schema={schema} ui={ui} initial={jsonOf(document.content)} actions={actions}
      heading={<FormHeading title={title} transitions={awaited.map((item) => item.transition)} place={place} since={<span className="only-wide push"><TimeText at={first.since} as="seconds" /></span>} />}
      note={description === null ? null : <div className="note"><Markdown text={description} /></div>}
      schemaOf={(transition) => schemaOf(awaited.find((item) => item.transition === transition)?.schema ?? document.schema)} />
  );
}

function Content({ document, ui, schema }: { readonly document: DocumentView["document"]; readonly ui: ReturnType<typeof formUi>; readonly schema: JsonSchema }) {
  const mime = textOf(document.meta, "mimeType", "mime_type");
  const text = typeof document.content === "string" ? document.content : textOf(document.content, "raw", "content", "text");
  if (mime !== null && text !== null) return <ByMime mime={mime} text={text} title={document.title} />;
  const value = jsonOf(document.content);
  // Content nobody described reads better as a tree.
  if (typeof value === "object" && value !== null && schema === true) return <div className="docbody"><JsonTree value={value} label={document.title} /></div>;
  return <div className="docbody"><ReadOut schema={schema} ui={ui} value={value} /></div>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Scalar documents by their MIME type; markup of other kinds is shown as its source. */
function ByMime({ mime, text, title }: { readonly mime: string; readonly text: string; readonly title: string }) {
  if (mime.includes("markdown")) return <div className="docbody"><Markdown text={text} /></div>;
  const parsed = mime.endsWith("json") ? parse(text) : undefined;
  if (parsed !== undefined) return <div className="docbody"><JsonTree value={parsed} label={title} /></div>;
  if (mime === "text/plain") return <div className="docbody plain">{visible(text)}</div>;
  return <CodeBlock text={text} language={mime.replace(/^.*\//, "")} label={title} />;
}
