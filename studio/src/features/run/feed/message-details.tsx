import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { questionQuery } from "@/api/documents";
import { Problem } from "@/api/problem";
import type { Document, ModelQuestion } from "@/api/types";
import { Dialog } from "@/components/frame/dialog";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { detailWords as words } from "@/i18n/en-details";
import { runWords } from "@/i18n/en-run";
import { grouped } from "@/i18n/plural";
import { isFacts, textOf, type Facts } from "@/lib/facts";
import { visible } from "@/lib/words";
import { CodeBlock } from "@/widgets/content/code-block";
import { JsonTree } from "@/widgets/content/json-tree";
import { roleName } from "@/widgets/documents/text-views";

type DetailsProps = { readonly document: Document; readonly onClose: () => void };

/** A model's message from all sides: what it took, what was asked, what came back, and the document itself. */
export function MessageDetails({ document, onClose }: DetailsProps) {
  const { response, ...meta } = document.meta;
  return (
    <Dialog open onOpenChange={onClose} title={words.title} className="wide details">
      <Part title={words.took}><Took meta={meta} content={document.content} /></Part>
      <Part title={words.asked}><Asked id={document.id} /></Part>
      <Part title={words.answered}>{response === undefined ? <p className="hint">{words.noResponse}</p> : <JsonTree value={response} label={words.answered} depth={1} />}</Part>
      <Part title={words.document}><JsonTree value={document.content} label={words.document} /><JsonTree value={meta} label={words.meta} depth={1} /></Part>
      <div className="acts"><button type="button" className="btn" onClick={onClose}>{words.close}</button></div>
    </Dialog>
  );
}

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => <section aria-label={title}><h3 className="lab mt16 mb4">{title}</h3>{children}</section>;

function Took({ meta, content }: { readonly meta: Facts; readonly content: unknown }) {
  const usage = isFacts(meta["usage"]) ? Object.entries(meta["usage"]) : [];
  const cost = isFacts(meta["cost"]) ? meta["cost"]["amount"] : null;
  const facts: readonly (readonly [string, string | null])[] = [
    [words.model, [textOf(meta, "provider"), textOf(meta, "model")].filter((part) => part !== null).join(" · ")],
    ...usage.flatMap(([name, count]) => (typeof count === "number" && (count > 0 || !name.startsWith("cache")) ? [[words.usage[name] ?? visible(name), grouped(count)] as const] : [])),
    [words.cost, typeof cost === "number" ? runWords.model.cost(cost) : textOf(meta, "cost_note")],
    [words.stopped, textOf(isFacts(content) ? content["stop_reason"] : null)],
  ];
  return <dl className="kv roomy">{facts.flatMap(([name, value]) => (value === null || value === "" ? [] : [<dt key={`${name}-name`}>{name}</dt>, <dd key={name}>{visible(value)}</dd>]))}</dl>;
}

function Asked({ id }: { readonly id: string }) {
  const question = useQuery(questionQuery(id));
  if (question.error instanceof Problem && question.error.status === 404) return <p className="hint">{words.notKept}</p>;
  if (question.error !== null) return <ProblemBox error={question.error} onRetry={() => void question.refetch()} />;
  return question.data === undefined ? <SkeletonRows count={2} /> : <Question question={question.data} />;
}

function Question({ question }: { readonly question: ModelQuestion }) {
  return (
    <>
      <h4 className="lab">{words.system}</h4>
      {question.system === null ? <p className="hint">{words.noSystem}</p> : <CodeBlock text={question.system} label={words.system} wrap />}
      <h4 className="lab mt12">{words.tools}</h4>
      <p className={question.tools.length === 0 ? "hint" : "mono t13"}>{question.tools.length === 0 ? words.noTools : question.tools.map(visible).join(", ")}</p>
      {Object.keys(question.settings).length === 0 ? null : <><h4 className="lab mt12">{words.settings}</h4><JsonTree value={question.settings} label={words.settings} /></>}
      <h4 className="lab mt12">{words.messages}</h4>
      {question.origin === "run" ? <p className="hint">{words.ofRun(question.count)}</p> : question.count > question.messages.length ? <p className="hint">{words.newest(question.messages.length, question.count)}</p> : null}
      {question.messages.map((message, at) => (
        <div key={at} className="mt4">
          <span className="t13 ink2">{roleName(message.role)}</span>
          {message.blocks.length === 0 ? <CodeBlock text={message.text} label={roleName(message.role)} wrap /> : <JsonTree value={message.blocks} label={roleName(message.role)} />}
        </div>
      ))}
    </>
  );
}
