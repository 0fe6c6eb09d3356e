import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Document, Run, StepSummary } from "@/api/types";
import { StatusMark } from "@/components/marks/status-mark";
import { runWords } from "@/i18n/en-run";
import type { FeedGroup } from "@/model/feed";
import { isOpen } from "@/model/shapes";
import { CallResultsContext } from "@/widgets/content/call-results";
import { ToolDrawingContext } from "@/widgets/content/tool-drawing";
import { drawCallsOf } from "@/widgets/tool-call-view";
import type { RunFeed } from "../use-run-data";
import { EntryView, type Entry } from "./entry-view";
import { LiveRows } from "./live-rows";
import { attemptsOf, RepairCard } from "./repair-card";
import { ResultView } from "./result-view";
import { StopLine } from "./stop-line";
import { StopStep } from "./stop-step";
import { useFollow } from "./use-follow";

type Group = FeedGroup<Document, StepSummary>;

type FeedProps = {
  readonly run: Run;
  readonly feed: RunFeed;
  readonly showHidden: boolean;
  /** The dock has taken the place where the run stands. */
  readonly docked: boolean;
  readonly onStep: (step: number) => void;
  readonly onUnfold: () => void;
  /** What the desk has to tell: receipts on their way, notices. */
  readonly foot: ReactNode;
  /** A document the address names: the page opens there. */
  readonly doc: string | undefined;
};

const isAsking = (entry: Entry | undefined, feed: RunFeed): boolean => entry?.kind === "document" && feed.asking.has(entry.document.position);

/** What happened, from top to bottom, with the track beside it. */
export function Feed(props: FeedProps) {
  const { run, feed, docked } = props;
  const documents = useMemo(() => feed.groups.flatMap((group) => group.entries).flatMap((entry) => (entry.kind === "document" ? [entry.key] : [])), [feed.groups]);
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const [content, setContent] = useState<HTMLOListElement | null>(null);
  const { doc } = props;
  useEffect(() => {
    if (doc !== undefined) document.getElementById(`doc-${doc}`)?.scrollIntoView({ block: "center" });
  }, [doc]);
  const last = feed.groups.at(-1);
  const before = feed.groups.at(-2);
  // At an open gate the place moves into the heading of what answers: of the dock, or of the document right above.
  const gated = last?.mark === "waiting" && last.entries.length === 0 && (docked || isAsking(before?.entries.at(-1), feed));
  const follow = useFollow({ scroller, content }, documents, isOpen(run.status) && doc === undefined, gated && !docked ? last.key : null, feed.pages);
  const { earlier, later } = feed.pages;
  const draw = useMemo(() => drawCallsOf(run), [run]);
  const behind = later && isOpen(run.status) && !follow.following;
  const shown = gated ? feed.groups.slice(0, -1) : feed.groups;
  return (
    <CallResultsContext value={feed.results}>
    <ToolDrawingContext value={draw}>
    <div className="feedwrap" ref={setScroller} tabIndex={-1}>
      {earlier ? <p className="moredocs"><button type="button" className="btn ghost sm" onClick={feed.pages.wantEarlier}>{runWords.earlier}</button></p> : null}
      <ol className="feed" ref={setContent} aria-label={runWords.feed}>
        {shown.map((group, at) => <GroupView key={group.key} {...props} group={group} first={at === 0} last={at === shown.length - 1 && !gated} gate={gated && !docked && at === shown.length - 1} />)}
      </ol>
      {later ? <p className="moredocs"><button type="button" className="btn ghost sm" onClick={feed.pages.wantLater}>{runWords.later}</button></p> : null}
      {props.foot}
      {follow.unseen > 0 || behind ? (
        <button type="button" className="newpill below" onClick={() => { if (later) feed.pages.toEnd(); follow.toEnd(); }}>{behind ? runWords.newest : runWords.fresh(follow.unseen)}</button>
      ) : null}
      <Announcer count={documents.length} />
    </div>
    </ToolDrawingContext>
    </CallResultsContext>
  );
}

type GroupProps = FeedProps & { readonly group: Group; readonly first: boolean; readonly last: boolean; readonly gate: boolean };

function GroupView({ group, first, last, gate, ...props }: GroupProps) {
  const { run } = props;
  const failing = group.here && run.status === "failed";
  const attempts = failing ? attemptsOf(group, run) : [];
  const entries = group.entries.filter((entry) => entry.kind !== "document" || !attempts.includes(entry.document));
  const asking = gate ? entries.at(-1) : undefined;
  const names = [first ? "first" : "", last ? "last" : "", last && entries.length > 0 ? "tail" : ""].filter((name) => name !== "").join(" ");
  return (
    <>
      <li className={names}>
        <StopLine stop={group} action={group.here ? <StopStep run={run} /> : undefined} />
        {entries.filter((entry) => entry !== asking).map((entry) => <EntryView key={entry.key} entry={entry} {...props} />)}
        {group.here ? <LiveRows runId={run.id} /> : null}
        {failing ? <RepairCard run={run} step={group.step} attempts={attempts} onStep={props.onStep} /> : null}
        {group.here && run.status === "completed" ? <ResultView result={run.result} open={props.feed.groups.every((one) => one.entries.every((entry) => entry.kind !== "document"))} /> : null}
      </li>
      {asking === undefined ? null : (
        <li className="gate inline">
          <span className="ring"><StatusMark status="waiting" /></span>
          <EntryView entry={asking} {...props} />
        </li>
      )}
    </>
  );
}

const QUIET_MS = 2_000;

/** Says how many documents came, at most once in two seconds. */
function Announcer({ count }: { readonly count: number }) {
  const told = useRef(count);
  const [words, setWords] = useState("");
  useEffect(() => {
    if (count <= told.current) return undefined;
    const timer = setTimeout(() => {
      setWords(runWords.newEntry(count - told.current));
      told.current = count;
    }, QUIET_MS);
    return () => { clearTimeout(timer); };
  }, [count]);
  return <div className="sr" role="status">{words}</div>;
}
