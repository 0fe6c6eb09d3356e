import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/frame/empty-state";
import { ProblemBox } from "@/components/frame/problem-box";
import { SidePanel } from "@/components/frame/side-panel";
import { Skeleton } from "@/components/frame/skeleton";
import { buttonClass } from "@/components/controls/button";
import { Problem } from "@/api/problem";
import { runWords } from "@/i18n/en-run";
import { useLook } from "@/live/use-live";
import { useState } from "react";
import { OpenRun } from "./open-run";
import { useRunData } from "./use-run-data";
import "./run-page.css";

/** What the address says beside the run: panel, step, document. */
export type RunSearch = { readonly panel?: string; readonly step?: number; readonly doc?: string };

type RunPageProps = { readonly runId: string; readonly search: RunSearch; readonly onSearch: (change: RunSearch) => void };

/** One run, read from top to bottom, answered at its foot. */
export function RunPage({ runId, search, onSearch }: RunPageProps) {
  useLook(runId);
  const [showHidden, setShowHidden] = useState(false);
  const [unfold, setUnfold] = useState(false);
  const data = useRunData(runId, { showHidden, unfold, doc: search.doc });
  const run = data.run.data;
  if (run === undefined && data.run.error instanceof Problem && data.run.error.status === 404) return <UnknownRun />;
  if (run === undefined && data.run.error !== null) return <main className="page"><ProblemBox error={data.run.error} onRetry={() => void data.run.refetch()} /></main>;
  // The feed is drawn when its documents are here: so it opens at its end at once.
  if (run === undefined || data.feed === null || data.documents.isPending || data.steps.isPending) return <Opening problem={data.documents.error ?? data.steps.error} onRetry={() => { void data.documents.refetch(); void data.steps.refetch(); }} />;
  return <OpenRun run={run} feed={data.feed} search={search} onSearch={onSearch} view={{ showHidden, unfold, onShowHidden: () => { setShowHidden(!showHidden); }, onUnfold: () => { setUnfold(!unfold); } }} />;
}

function UnknownRun() {
  return (
    <main className="page"><div className="in">
      <h1 className="head28" tabIndex={-1}>{runWords.unknownRun}</h1>
      <EmptyState say={runWords.unknownRunText}><Link to="/runs" search={{}} className={buttonClass("primary")}>{runWords.toRuns}</Link></EmptyState>
    </div></main>
  );
}

function Opening({ problem, onRetry }: { readonly problem: Error | null; readonly onRetry: () => void }) {
  return (
    <div className="with-panel">
    <main className="main" aria-busy="true">
      <header className="runhead">
        <div className="crumb"><Skeleton width={180} /></div>
        <div className="name"><h1 className="sr" tabIndex={-1}>{runWords.run}</h1><Skeleton width={320} height={20} /></div>
        <Skeleton width={420} height={16} />
      </header>
      <div className="feedwrap"><div className="feed">
        {problem === null ? <div className="stack opening"><Skeleton width="30%" /><Skeleton height={120} /><Skeleton width="45%" /></div> : <ProblemBox error={problem} onRetry={onRetry} />}
      </div></div>
    </main>
    <SidePanel label={runWords.details}><div className="tabs" /></SidePanel>
    </div>
  );
}
