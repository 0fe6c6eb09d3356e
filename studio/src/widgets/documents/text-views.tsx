import { StatusWord } from "@/components/marks/status-chip";
import { runWords } from "@/i18n/en-run";
import { prefix } from "@/lib/prefix";
import { visible } from "@/lib/words";
import { useTitles } from "../answer/use-titles";
import { CodeBlock } from "../content/code-block";
import { isFacts, listOf, option, textOf } from "@/lib/facts";
import { JsonTree } from "../content/json-tree";
import { Markdown, SafeLink } from "../content/markdown";
import { linkLabel } from "@/model/link-label";
import { safeHref } from "@/model/markdown/inline";
import type { DocumentView } from "../types";

const asText = (content: unknown): string => JSON.stringify(content, null, 2);

export function MarkdownView({ document }: DocumentView) {
  return <div className="docbody"><Markdown text={textOf(document.content, "markdown", "text", "content") ?? asText(document.content)} /></div>;
}

export function PlainView({ document }: DocumentView) {
  return <CodeBlock text={textOf(document.content, "text", "content", "plain") ?? asText(document.content)} label={document.title} wrap />;
}

export function CodeView({ document, widget }: DocumentView) {
  const language = textOf(widget.options, "language") ?? textOf(isFacts(document.content) ? document.content["language"] : null) ?? "";
  return <CodeBlock text={textOf(document.content, "code", "text", "content") ?? asText(document.content)} language={language} label={document.title} />;
}

export function JsonView({ document, widget }: DocumentView) {
  const depth = option(widget.options, "depth");
  return <div className="docbody"><JsonTree value={document.content} label={document.title} depth={typeof depth === "number" ? depth : 2} /></div>;
}

export function DebugView({ document }: DocumentView) {
  return <div className="docbody"><JsonTree value={document.content} label={runWords.document.debug(document.name)} depth={1} /></div>;
}

const roleOf = (content: unknown): string => textOf(isFacts(content) ? content["role"] : null) ?? "assistant";
export const roleName = (role: string): string => runWords.document.roles[role] ?? visible(role);

/** Something that was said; people's words are set off by a line at the left. */
export function MessageView({ document }: DocumentView) {
  const role = roleOf(document.content);
  const text = textOf(document.content, "text", "content", "message") ?? asText(document.content);
  if (role === "system") return <div className="system-said" aria-label={runWords.document.said(roleName(role))}><Markdown text={text} /></div>;
  return (
    <div role="group" aria-label={runWords.document.said(roleName(role))}>
      <div className="said">{roleName(role)}</div>
      <div className={role === "user" ? "user-said" : undefined}><Markdown text={text} /></div>
    </div>
  );
}

export function ErrorView({ document }: DocumentView) {
  const titleOf = useTitles();
  const content = isFacts(document.content) ? document.content : {};
  const message = textOf(document.content, "message", "error", "text", "title") ?? asText(document.content);
  const type = textOf(content, "type", "error_type", "code");
  const trace = textOf(isFacts(document.content) ? (document.content["traceback"] ?? document.content["stack"]) : null);
  return (
    <div className="errdoc" role="group" aria-label={runWords.document.errorIn(titleOf(document.transition))}>
      <p className="b">{visible(message)}</p>
      {type === null ? null : <p className="t13 ink2">{visible(type)}</p>}
      {trace === null ? null : <Traceback text={trace} />}
    </div>
  );
}

export function Traceback({ text }: { readonly text: string }) {
  return (
    <details className="trace">
      <summary className="fold">{runWords.document.traceback(text.trimEnd().split("\n").length)}</summary>
      <CodeBlock text={text} language="traceback" />
    </details>
  );
}

export function LinkView({ document }: DocumentView) {
  const content = isFacts(document.content) ? document.content : {};
  const label = document.linked === null ? (textOf(content, "label", "title") ?? document.title) : linkLabel(content, document.linked);
  const run = textOf(content, "workflow_id", "workflowId", "run_id");
  const href = safeHref(textOf(content, "href", "url", "link") ?? "");
  if (run !== null) return <p className="row"><a className="card-link" href={`${prefix}runs/${encodeURIComponent(run)}`}>{visible(label)}</a>{document.linked === null ? null : <StatusWord status={document.linked.status} />}</p>;
  return href === null ? <p>{visible(label)}</p> : <p><SafeLink href={href}>{visible(label)}</SafeLink></p>;
}

type Column = { readonly key: string; readonly label: string };

function columnsOf(rows: readonly unknown[], wanted: unknown): readonly Column[] {
  const named = listOf(wanted).flatMap((one): Column[] => {
    if (typeof one === "string") return [{ key: one, label: one }];
    const key = textOf(isFacts(one) ? (one["key"] ?? one["name"]) : null);
    return key === null ? [] : [{ key, label: textOf(one, "label", "title") ?? key }];
  });
  if (named.length > 0) return named;
  const keys = new Set(rows.slice(0, 50).flatMap((row) => (isFacts(row) ? Object.keys(row) : Array.isArray(row) ? row.map((_, at) => String(at)) : [""])));
  return [...keys].map((key) => ({ key, label: key }));
}

function cell(row: unknown, key: string): unknown {
  if (isFacts(row)) return row[key];
  return Array.isArray(row) ? (row as readonly unknown[])[Number(key)] : row;
}

const inCell = (value: unknown): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));

export function TableView({ document, widget }: DocumentView) {
  const content = document.content;
  const rows = Array.isArray(content) ? (content as readonly unknown[]) : listOf(isFacts(content) ? (content["rows"] ?? content["items"] ?? content["data"]) : null);
  const columns = columnsOf(rows, option(widget.options, "columns") ?? (isFacts(content) ? content["columns"] : undefined));
  if (rows.length === 0) return <div className="docbody ink3">{runWords.document.empty}</div>;
  return (
    <div className="docbody md scrollx" role="region" tabIndex={0} aria-label={document.title}>
      <table>
        <thead><tr>{columns.map((column) => <th key={column.key}>{visible(column.label)}</th>)}</tr></thead>
        <tbody>
          {rows.slice(0, 500).map((row, at) => (
            <tr key={at}>{columns.map((column) => { const value = cell(row, column.key); return <td key={column.key} className={typeof value === "number" ? "r" : undefined}>{visible(inCell(value))}</td>; })}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
