import { isOpen, liveSteps, type RunShape, type StepShape } from "./shapes";

/** What a stop on the track looks like. `plan`: not reached yet. */
export type StopMark = "completed" | "running" | "waiting" | "engine" | "pending" | "paused" | "failed" | "canceled";

/** One visit of one place. `step` is the step that left it, absent where the run stands or ended. */
export type TrackStop<S extends StepShape> = {
  readonly key: string;
  readonly place: string;
  readonly arrived: string | null;
  readonly mark: StopMark;
  readonly step: S | null;
  /** The run stands here. */
  readonly here: boolean;
};

function markOfHere(run: RunShape): StopMark {
  if (run.status === "waiting") return run.awaiting.some((item) => item.kind === "person") ? "waiting" : "engine";
  return run.status;
}

/** Whether a person ended the step. Its author may have said where that leads; then the run has left the place. */
export const wasStopped = (step: StepShape): boolean => step.status === "closed" && step.error?.code === "stopped";

/**
 * The stops of a run in the order they were reached: one for every step that left a place, and one where the run
 * stands now. A step that is still running belongs to the stop where the run stands.
 */
export function trackStops<S extends StepShape>(run: RunShape, steps: readonly S[]): readonly TrackStop<S>[] {
  const begun = run.started_at ?? run.created_at;
  const stops: TrackStop<S>[] = [];
  let arrived: string | null = begun;
  let unfinished: S | null = null;
  for (const step of liveSteps(steps)) {
    const stopped = wasStopped(step) && step.to !== step.from;
    if (step.status !== "committed" && !stopped) {
      unfinished = step;
      continue;
    }
    stops.push({ key: `s${step.step}`, place: step.from, arrived, mark: stopped ? "canceled" : "completed", step, here: false });
    arrived = step.ended_at ?? arrived;
    unfinished = null;
  }
  stops.push(lastStop(run, unfinished, stops.at(-1), arrived));
  return stops;
}

function lastStop<S extends StepShape>(
  run: RunShape, unfinished: S | null, before: TrackStop<S> | undefined, arrived: string | null,
): TrackStop<S> {
  const closed = !isOpen(run.status);
  // A failed step left no place: its stop is where it stood. The key stays the same when it commits later.
  const number = unfinished?.step ?? (before?.step ? before.step.step + 1 : 0);
  const lands = before?.step?.to ?? run.place;
  // Between a step's event and the run's own the place of the step is the newer truth.
  const place = unfinished?.from ?? (run.status === "running" || closed ? run.place : lands);
  return { key: `s${number}`, place, arrived, mark: markOfHere(run), step: unfinished, here: true };
}

/** The stretch below a stop: travelled, being travelled now, or nothing. */
export function stretchBelow(stop: TrackStop<StepShape>): "done" | "live" | "none" {
  if (!stop.here) return "done";
  return stop.mark === "running" ? "live" : "none";
}
