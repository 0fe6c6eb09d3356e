import { keys } from "@/api/keys";
import type { Key } from "@/api/keys";
import type { Run, RunStatus, StudioEvent } from "@/api/types";

/** Fields of a run that an event already knows; only applied where `rev` is higher than what is shown. */
export type RunPatch = { readonly runId: string; readonly rev: number; readonly fields: Partial<Run>; readonly awaitsPerson: boolean };

export type Outcome = {
  readonly patches: readonly RunPatch[];
  readonly stale: readonly Key[];
  /** Runs whose rows in lists should be read again, in place. */
  readonly rows: readonly string[];
  /** Runs that lists do not show yet. */
  readonly fresh: readonly string[];
  /** Worth telling somebody who cannot see the page change. */
  readonly announce?: { readonly runId: string; readonly status: RunStatus };
};

/** What the cache knows that decides whether an event is news. */
export type Known = { readonly rev: (runId: string) => number | undefined; readonly status: (runId: string) => RunStatus | undefined };

const nothing: Outcome = { patches: [], stale: [], rows: [], fresh: [] };

type Changed = Extract<StudioEvent, { type: "run.changed" }>;

function changed(event: Changed, known: Known): Outcome {
  const id = event.run_id;
  if (event.rev <= (known.rev(id) ?? -1)) return nothing;
  const fields: Partial<Run> = {
    status: event.status, place: event.place, step: event.step, has_error: event.has_error ?? false, error_message: event.error_message ?? null,
    can_retry: event.can_retry ?? false, can_stop: event.status === "running", retry: event.retry ?? null, path: event.path ?? [], ended_at: event.ended_at ?? null,
    // An open question needs its form, which only the API knows; that there is none any more is known here.
    ...((event.awaiting ?? []).length === 0 ? { awaiting: [] } : {}),
  };
  const before = known.status(id);
  return {
    patches: [{ runId: id, rev: event.rev, fields, awaitsPerson: (event.awaiting ?? []).some((item) => item.kind === "person") }],
    stale: [keys.run(id), keys.why(id), keys.graph(id), keys.allFacets, keys.system],
    rows: [id],
    fresh: [],
    ...(before !== undefined && before !== event.status ? { announce: { runId: id, status: event.status } } : {}),
  };
}

/**
 * What an event means for the cache. Pure: the same events in any order and any number of times end in the same cache,
 * because patches carry `rev` and everything else is read again.
 */
export function applyEvent(event: StudioEvent, known: Known): Outcome {
  switch (event.type) {
    case "run.created":
      return { ...nothing, stale: [keys.recent, keys.allFacets, keys.system], fresh: [event.run_id] };
    case "run.changed":
      return changed(event, known);
    case "run.rewound":
      return { ...nothing, stale: [keys.run(event.run_id), keys.marks(event.run_id), keys.documents(event.run_id), keys.steps(event.run_id), keys.why(event.run_id), keys.graph(event.run_id)], rows: [event.run_id] };
    case "run.deleted": // Gone from every list at once; whoever looks at the run itself reads that it is gone.
      return { ...nothing, stale: [keys.run(event.run_id), keys.lists, keys.recent, keys.allFacets, keys.tasks, keys.system] };
    case "document.saved":
      return { ...nothing, stale: [keys.documents(event.run_id), keys.document(event.id)] };
    case "step.started":
    case "step.committed":
    case "step.failed":
      return { ...nothing, stale: [keys.steps(event.run_id), keys.why(event.run_id)] };
    case "task.opened":
    case "task.closed":
      return { ...nothing, stale: [keys.tasks, keys.system, keys.run(event.run_id)] };
    case "trigger.kept":
    case "trigger.rejected":
      return { ...nothing, stale: [keys.run(event.run_id), keys.marks(event.run_id), keys.steps(event.run_id)] };
    case "catalog.changed":
      return { ...nothing, stale: [keys.apps, keys.workflows, keys.system] };
    case "hello":
    case "ping":
    case "stream.reset":
    case "live.snapshot":
    case "live.delta":
    case "live.end":
      return nothing; // The stream itself and text in flight: not the cache's business.
    default:
      return unknown(event);
  }
}

/** A newer server may say more than this build knows: ignored, and a compile error as soon as the types say it. */
function unknown(event: never): Outcome {
  void event;
  return nothing;
}

/** Applies a patch to anything that looks like a run; older news never overwrite. */
export function patchRun<T extends { readonly id: string; readonly rev: number }>(run: T, patch: RunPatch): T {
  if (run.id !== patch.runId || run.rev >= patch.rev) return run;
  const known = Object.fromEntries(Object.entries(patch.fields).filter(([name]) => name in run));
  return { ...run, ...known, rev: patch.rev };
}
