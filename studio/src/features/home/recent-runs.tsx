import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { recentRunsQuery } from "@/api/runs";
import type { RunSummary } from "@/api/types";
import { TimeText } from "@/components/data/time-text";
import { EmptyState } from "@/components/frame/empty-state";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { PathStrip } from "@/components/marks/path-strip";
import { StatusWord } from "@/components/marks/status-chip";
import { en } from "@/i18n/en";
import { gateOf, runWords } from "@/model/run-words";

export function RecentRuns() {
  const runs = useQuery(recentRunsQuery);
  if (runs.isError) return <div className="mt16"><ProblemBox error={runs.error} onRetry={() => void runs.refetch()} /></div>;
  if (runs.data === undefined) return <SkeletonRows count={8} />;
  if (runs.data.length === 0) return <EmptyState say={en.home.noRuns} />;
  return <ul>{runs.data.map((run) => <RunRow key={run.id} run={run} />)}</ul>;
}

function RunRow({ run }: { readonly run: RunSummary }) {
  const { name, beside } = runWords(run);
  const gate = gateOf(run);
  return (
    <li className="runrow">
      <StatusWord status={run.status} gate={gate} />
      <span className="name cut">
        <Link to="/runs/$runId" params={{ runId: run.id }}><span className="b">{name}</span></Link>
        {beside === undefined ? null : <span className="ink3"> {beside}</span>}
      </span>
      <span className="row gap16">
        <PathStrip path={run.path} status={run.status} gate={gate} />
        <TimeText className="age" at={run.created_at} as="dayAge" />
      </span>
    </li>
  );
}
