import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { stepQuery } from "@/api/steps";
import type { Run, StepSummary } from "@/api/types";
import { EmptyState } from "@/components/frame/empty-state";
import { SkeletonRows } from "@/components/frame/skeleton";
import { ProblemBox } from "@/components/frame/problem-box";
import { runWords } from "@/i18n/en-run";
import { JsonTree } from "@/widgets/content/json-tree";

const words = runWords.state;

/** The newest state of the run, with search. */
export function StatePanel({ run, steps }: { readonly run: Run; readonly steps: readonly StepSummary[] }) {
  const [search, setSearch] = useState("");
  const last = steps.findLast((step) => step.status === "committed");
  const step = useQuery({ ...stepQuery(run.id, last?.step ?? 0), enabled: last !== undefined });
  if (last === undefined) return <EmptyState say={words.none} />;
  if (step.error !== null && step.data === undefined) return <ProblemBox error={step.error} onRetry={() => void step.refetch()} />;
  if (step.data === undefined) return <SkeletonRows count={4} />;
  const state = step.data.state_after ?? {};
  const empty = typeof state === "object" && state !== null && Object.keys(state).length === 0;
  const result = step.data.result;
  return (
    <>
      <div className="row statehead">
        <h2 className="grow">{words.after(last.step)}</h2>
        <input className="input searchbox" type="search" aria-label={runWords.tree.search} placeholder={runWords.tree.search} value={search} onChange={(event) => { setSearch(event.target.value); }} />
      </div>
      {empty ? <p className="hint">{words.empty}</p> : <JsonTree value={state} label={runWords.panels.state} search={search} />}
      {result === null || result === undefined ? null : <><h2 className="mt16">{words.result}</h2><JsonTree value={result} label={words.result} search={search} /></>}
    </>
  );
}
