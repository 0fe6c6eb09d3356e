import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronDown, ChevronRight } from "lucide-react";
import { createContext, use, useMemo, useState } from "react";
import { runQuery } from "@/api/runs";
import type { Document, Run, StepSummary } from "@/api/types";
import { Skeleton } from "@/components/frame/skeleton";
import { StatusWord } from "@/components/marks/status-chip";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import { dockOf } from "@/model/dock";
import type { FeedEntry } from "@/model/feed";
import { linkLabel } from "@/model/link-label";
import { AnsweringContext } from "@/widgets/answer/use-answer-form";
import { CallResultsContext } from "@/widgets/content/call-results";
import { ToolDrawingContext } from "@/widgets/content/tool-drawing";
import { drawCallsOf } from "@/widgets/tool-call-view";
import { isFacts } from "@/lib/facts";
import { Dock } from "../dock/dock";
import { took } from "../took";
import { useAnswerDesk } from "../use-answer-desk";
import { useRunData, type RunFeed } from "../use-run-data";
import { DocumentEntry } from "./document-entry";
import { LiveRows } from "./live-rows";
import { MarkLine } from "./mark-line";
import { Notices } from "./notices";
import { attemptsOf, RepairCard } from "./repair-card";
import { ReceiptLine } from "./receipt-line";
import { QuietStep } from "./stop-line";

export type Entry = FeedEntry<Document, StepSummary>;

type EntryProps = {
  readonly entry: Entry;
  readonly run: Run;
  readonly feed: RunFeed;
  readonly showHidden: boolean;
  readonly onStep: (step: number) => void;
  readonly onUnfold: () => void;
};

/** One entry of the feed, whatever kind it is. */
export function EntryView({ entry, run, feed, showHidden, onStep, onUnfold }: EntryProps) {
  switch (entry.kind) {
    case "document": {
      const { document } = entry;
      if (isInline(document)) return <div className="entry" data-entry><InlineRun document={document} /></div>;
      return <div className="entry" data-entry><DocumentEntry document={document} run={run} feed={feed} showHidden={showHidden} onStep={onStep} /></div>;
    }
    case "answer":
      return <ReceiptLine runId={run.id} step={entry.step} />;
    case "mark":
      return <MarkLine mark={entry.mark} />;
    case "step":
      return <QuietStep step={entry.step} onOpen={onStep} />;
    case "folded":
      return (
        <div className="quiet">
          <button type="button" className="bare quietlink" onClick={onUnfold} title={runWords.step.show}>{runWords.step.folded(entry.steps.length)}</button>
          <i className="num">{took(entry.milliseconds)}</i>
        </div>
      );
  }
}

type Linked = Document & { readonly linked: NonNullable<Document["linked"]> };

/** Whether a document stands for a child run that is shown where it was started. */
const isInline = (document: Document): document is Linked => document.linked !== null && isFacts(document.content) && document.content["embed"] === true;

/** Runs in runs are shown this deep; further down a link is enough. */
const DEEPEST = 3;
const Depth = createContext(0);

/** A child run inside the feed of its parent. What ended well is folded; whoever opened or folded it has the last word. */
function InlineRun({ document }: { readonly document: Linked }) {
  const depth = use(Depth);
  const { linked } = document;
  // Where it is open, the run itself is read: it may know of an end that happened while the feed was on its way.
  const read = useQuery({ ...runQuery(linked.id), enabled: false }).data;
  const { status, waits } = read !== undefined && read.rev > linked.rev
    ? { status: read.status, waits: read.awaiting.some((one) => one.kind === "person") }
    : { status: linked.status, waits: linked.awaits_person };
  const [chosen, setChosen] = useState<boolean | null>(null);
  const over = status === "completed" || status === "canceled";
  const open = depth < DEEPEST && (chosen ?? !over);
  const label = visible(linkLabel(document.content, linked));
  return (
    <section className="childrun" aria-label={label} id={`doc-${document.id}`}>
      <header className="row">
        {depth >= DEEPEST ? null : (
          <button type="button" className="entrymenu" aria-expanded={open} aria-label={open ? runWords.child.close(label) : runWords.child.open(label)} onClick={() => { setChosen(!open); }}>
            {open ? <ChevronDown size={16} aria-hidden /> : <ChevronRight size={16} aria-hidden />}
          </button>
        )}
        <Link className="cut" to="/runs/$runId" params={{ runId: linked.id }} search={{}}>{label}</Link>
        <StatusWord status={status} gate={status === "waiting" && !waits ? "engine" : "person"} />
      </header>
      {open ? <Depth value={depth + 1}><ChildFeed runId={linked.id} label={label} /></Depth> : null}
    </section>
  );
}

function ChildFeed({ runId, label }: { readonly runId: string; readonly label: string }) {
  const data = useRunData(runId, { showHidden: false, unfold: false, doc: undefined });
  const run = data.run.data;
  if (run === undefined || data.feed === null || data.documents.isPending) return <div className="childfeed" aria-busy="true"><Skeleton width="45%" /></div>;
  return <OpenChild run={run} feed={data.feed} label={label} />;
}

/** What a child has to show and to ask; its steps are read on its own page. */
function OpenChild({ run, feed, label }: { readonly run: Run; readonly feed: RunFeed; readonly label: string }) {
  const answering = useAnswerDesk(run);
  const navigate = useNavigate();
  const dock = useMemo(() => dockOf(run, run.widgets, feed.covered), [run, feed.covered]);
  const onStep = (step?: number): void => void navigate({ to: "/runs/$runId", params: { runId: run.id }, search: step === undefined ? {} : { panel: "steps", step } });
  const draw = useMemo(() => drawCallsOf(run), [run]);
  const last = feed.groups.at(-1);
  const attempts = last !== undefined && run.status === "failed" ? attemptsOf(last, run) : [];
  const entries = feed.groups.flatMap((group) => group.entries).filter((entry) => entry.kind === "answer" || (entry.kind === "document" && !attempts.includes(entry.document)));
  return (
    <AnsweringContext value={answering}>
      <CallResultsContext value={feed.results}>
      <ToolDrawingContext value={draw}>
        <div className="childfeed" role="group" aria-label={runWords.child.feed(label)}>
          {feed.pages.earlier ? <p><button type="button" className="btn ghost sm" onClick={() => { onStep(); }}>{runWords.child.whole}</button></p> : null}
          {entries.map((entry) => <EntryView key={entry.key} entry={entry} run={run} feed={feed} showHidden={false} onStep={onStep} onUnfold={onStep} />)}
          <LiveRows runId={run.id} />
          {run.status === "failed" ? <RepairCard run={run} step={last?.step ?? null} attempts={attempts} onStep={onStep} /> : null}
          <Notices answering={answering} steps={feed.steps} />
          {dock.forms.length > 0 || dock.buttons.length > 0 ? <Dock run={run} dock={dock} inline /> : null}
        </div>
      </ToolDrawingContext>
      </CallResultsContext>
    </AnsweringContext>
  );
}
