import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Ellipsis } from "lucide-react";
import { Component, lazy, Suspense, useId, useState, type ReactNode } from "react";
import { documentQuery } from "@/api/documents";
import type { Document, Run, Widget } from "@/api/types";
import { Menu } from "@/components/frame/menu";
import { detailWords } from "@/i18n/en-details";
import { runWords } from "@/i18n/en-run";
import { moment } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { visible } from "@/lib/words";
import { transitionsOf, widgetState, type WidgetState } from "@/model/widget-state";
import { DiffLines } from "@/widgets/content/diff-lines";
import { JsonTree } from "@/widgets/content/json-tree";
import { isFacts, textOf } from "@/lib/facts";
import { titleIn } from "@/widgets/answer/use-titles";
import { documentWidget, widgetsOf } from "@/widgets/registry";
import { reasonText } from "../reason-text";
import { awaitedFor } from "../awaited-for";
import { ownerOf, type RunFeed } from "../use-run-data";

// Looked at rarely: the dialog comes when it is asked for.
const MessageDetails = lazy(async () => ({ default: (await import("./message-details")).MessageDetails }));

/** Whether a document is a message that a model wrote. */
const isAnswer = (document: Document): boolean => document.name === "llm_message" && isFacts(document.content) && document.content["role"] === "assistant";

type EntryProps = { readonly document: Document; readonly run: Run; readonly feed: RunFeed; readonly showHidden: boolean; readonly onStep: (step: number) => void };

/** One document in the feed: its title, its versions, and what its widgets draw. */
export function DocumentEntry({ document, run, feed, showHidden, onStep }: EntryProps) {
  const [version, setVersion] = useState<number | null>(null);
  const [raw, setRaw] = useState(false);
  const [comparing, setComparing] = useState(false);
  const [detailed, setDetailed] = useState(false);
  const history = useQuery({ ...documentQuery(document.id), enabled: document.version > 1 && (version !== null || comparing) });
  const shown = version === null ? document : (history.data?.versions.find((one) => one.version === version) ?? document);
  const drawn = widgetsOf(shown).map((widget) => ({ widget, state: widgetState(widget, ownerOf(shown, feed), run, showHidden) })).filter(({ state }) => state.kind !== "hidden");
  const active = drawn.some(({ widget, state }) => state.kind === "active" && awaitedFor(transitionsOf(widget), run.awaiting).length > 0);
  const framed = drawn.some(({ widget }) => documentWidget(widget.widget).frame === "card");
  const ownForm = active && drawn.every(({ widget }) => documentWidget(widget.widget).answers === true);
  const menu = <EntryMenu document={document} raw={raw} onRaw={() => { setRaw(!raw); }} onStep={onStep} version={version} onVersion={setVersion} comparing={comparing} onCompare={() => { setComparing(!comparing); }} {...(isAnswer(shown) ? { onDetails: () => { setDetailed(true); } } : {})} />;
  const compared = comparing ? comparedWith(version ?? document.version - 1, document, history.data?.versions) : null;
  const body = compared !== null ? <DiffLines before={compared.before} after={compared.after} label={document.title} /> : raw ? <div className="docbody"><JsonTree value={shown.content} label={document.title} /></div> : drawn.map(({ widget, state }, at) => <WidgetBody key={at} document={shown} widget={widget} state={state} run={run} />);
  if (ownForm && !raw && compared === null) return <div className="asks" id={`doc-${document.id}`}>{body}</div>;
  if (!framed) return <article className="bareentry" id={`doc-${document.id}`}>{body}<div className="entrytools">{menu}</div>{detailed ? <Suspense><MessageDetails document={shown} onClose={() => { setDetailed(false); }} /></Suspense> : null}</article>;
  return (
    <article className={["doc", active ? "asks" : "", levelOf(shown)].filter((name) => name !== "").join(" ")} id={`doc-${document.id}`} aria-label={visible(shown.title)}>
      <header>
        <span className="cut">{visible(textOf(widgetsOf(shown)[0]?.options, "title") ?? shown.title)}</span>
        <span className="meta row">
          {document.hidden ? runWords.document.hidden : null}
          {compared !== null ? runWords.document.compared(compared.from, document.version) : shown.version > 1 || version !== null ? runWords.document.version(shown.version) : null}
          {menu}
        </span>
      </header>
      {body}
    </article>
  );
}

const LEVELS = new Set(["debug", "info", "warning", "error"]);

/** How loud a document is, as its class or its save says. */
function levelOf(document: Document): string {
  const level = textOf(document.meta, "level");
  return level !== null && LEVELS.has(level) ? `level-${level}` : "";
}

function WidgetBody({ document, widget, state, run }: { readonly document: Document; readonly widget: Widget; readonly state: WidgetState; readonly run: Run }) {
  const { View } = documentWidget(widget.widget);
  const awaited = state.kind === "active" ? awaitedFor(transitionsOf(widget), run.awaiting) : [];
  // Of a form that had its time only the reading is left: a reason is worth a line while others wait for an answer.
  const reason = state.kind === "disabled" && run.status === "waiting" && state.reason.code === "switched_off" ? reasonText(state.reason, (name) => titleIn(run, name)) : null;
  return (
    <Guarded document={document}>
      <View document={document} widget={widget} state={state} awaited={awaited} />
      {reason === null ? null : <p className="hint docbody">{reason}</p>}
    </Guarded>
  );
}

const asText = (document: Document): string => textOf(document.content, "markdown", "text", "content", "message") ?? JSON.stringify(document.content, null, 2);

/** What changed between a version and the newest, as far as the older one is here. */
function comparedWith(from: number, document: Document, versions: readonly Document[] | undefined) {
  const older = versions?.find((one) => one.version === from);
  return older === undefined ? null : { from, before: asText(older), after: asText(document) };
}

type GuardedProps = { readonly document: Document; readonly children: ReactNode };

/** A document that cannot be drawn must not take the page with it. */
class Guarded extends Component<GuardedProps, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    const { document, children } = this.props;
    if (!this.state.broken) return children;
    return (
      <div className="docbody">
        <p className="hint">{runWords.document.broken(visible(document.title))}</p>
        <JsonTree value={document.content} label={document.title} />
      </div>
    );
  }
}

type MenuProps = {
  readonly document: Document; readonly raw: boolean; readonly onRaw: () => void; readonly onStep: (step: number) => void;
  readonly version: number | null; readonly onVersion: (version: number | null) => void;
  readonly comparing: boolean; readonly onCompare: () => void;
  /** Only a model's messages have details. */
  readonly onDetails?: () => void;
};

function EntryMenu({ document, raw, onRaw, onStep, version, onVersion, comparing, onCompare, onDetails }: MenuProps) {
  const [asked, setAsked] = useState(false);
  const id = useId();
  const history = useQuery({ ...documentQuery(document.id), enabled: asked && document.version > 1 });
  const text = asText(document);
  const older = (history.data?.versions ?? []).filter((one) => one.version !== document.version);
  const now = useNow();
  return (
    <Menu
      trigger={<button type="button" className="entrymenu" id={id} aria-label={`${runWords.document.options}: ${document.title}`} onFocus={() => { setAsked(true); }} onPointerEnter={() => { setAsked(true); }}>{document.version > 1 ? <ChevronDown size={16} aria-hidden /> : <Ellipsis size={16} aria-hidden />}</button>}
      actions={[
        ...(version === null ? [] : [{ key: "current", label: runWords.document.current, onSelect: () => { onVersion(null); } }]),
        ...older.toReversed().map((one) => ({ key: one.id, label: runWords.document.older(one.version, moment(one.created_at, now)), onSelect: () => { onVersion(one.version); } })),
        ...(document.version > 1 ? [{ key: "compare", label: comparing ? runWords.document.hideChanges : runWords.document.changes, onSelect: onCompare }] : []),
        ...(onDetails === undefined ? [] : [{ key: "details", label: detailWords.open, onSelect: onDetails }]),
        { key: "copy", label: runWords.document.copy, onSelect: () => void navigator.clipboard.writeText(text) },
        { key: "link", label: runWords.document.link, onSelect: () => void navigator.clipboard.writeText(`${location.origin}${location.pathname}?doc=${encodeURIComponent(document.id)}`) },
        { key: "raw", label: raw ? runWords.document.hideRaw : runWords.document.raw, onSelect: onRaw },
        { key: "step", label: runWords.document.step, onSelect: () => { onStep(document.step); } },
      ]}
    />
  );
}
