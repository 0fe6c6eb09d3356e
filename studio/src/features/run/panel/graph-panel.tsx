import { useQuery } from "@tanstack/react-query";
import { graphQuery } from "@/api/graph";
import type { Graph, Run, StepSummary } from "@/api/types";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { runWords } from "@/i18n/en-run";
import { duration } from "@/lib/time";
import { gateOf } from "@/model/run-words";
import { GraphView } from "@/widgets/graph/graph-view";
import { took } from "../took";
import { StepInspector } from "./step-inspector";

type Edge = Graph["edges"][number];
type PanelProps = { readonly run: Run; readonly steps: readonly StepSummary[]; readonly selected: number | null; readonly onStep: (step: number | null) => void };

/** How the last step over an edge went. A wait shows how long the person took. */
function noteOf(edge: Edge, steps: readonly StepSummary[], run: Run): { readonly text: string; readonly failed: boolean } | null {
  if (edge.kind === "error" || edge.kind === "retry" || edge.kind === "stop") return null;
  const own = steps.filter((step) => step.transition === edge.transition && step.from === edge.from);
  const last = own.at(-1);
  if (last === undefined) return edge.after === null ? null : { text: runWords.graph.after(duration(edge.after)), failed: false };
  if (last.status === "failed" && run.status === "failed") return { text: runWords.graph.failed(Math.max(1, last.failures)), failed: true };
  if (own.length > 1) return { text: runWords.graph.times(own.length), failed: false };
  const arrived = steps.findLast((step) => step.step < last.step)?.ended_at;
  const since = last.sender !== null && arrived ? Date.parse(last.started_at) - Date.parse(arrived) : last.duration_ms;
  return since === null ? null : { text: took(Math.max(0, since)), failed: false };
}

/** The run's own definition with the way it took, and the selected step below. */
export function GraphPanel({ run, steps, selected, onStep }: PanelProps) {
  const graph = useQuery(graphQuery(run.id));
  const shown = selected ?? steps.findLast((step) => step.status !== "running")?.step ?? null;
  if (graph.error !== null && graph.data === undefined) return <ProblemBox error={graph.error} onRetry={() => void graph.refetch()} />;
  if (graph.data === undefined) return <SkeletonRows count={5} />;
  return (
    <>
      <GraphView graph={graph.data} facts={{
        note: (edge) => noteOf(edge, steps, run), here: { status: run.status, gate: gateOf(run) },
        onEdge: (edge) => { if (edge.last_step !== null) onStep(edge.last_step); },
      }} />
      {shown === null ? null : <><hr /><StepInspector run={run} step={shown} compact onOpen={onStep} /></>}
    </>
  );
}
