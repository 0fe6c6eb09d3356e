import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { client, IDEMPOTENCY_KEY, told } from "./client";
import { keys } from "./keys";
import type { RunFilter } from "./keys";
import { problemFrom } from "./problem";
import type { Run, StartRun, TriggerReceipt } from "./types";

const PAGE = 50;
const RECENT = 8;

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => told(client.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: id } }, signal })),
  });

export const recentRunsQuery = queryOptions({
  queryKey: keys.recent,
  queryFn: async ({ signal }) => (await told(client.GET("/api/v1/runs", { params: { query: { limit: RECENT } }, signal }))).items,
});

const asQuery = (filter: RunFilter) => ({ status: filter.status === undefined ? undefined : [filter.status], workflow: filter.workflow, workspace_id: filter.workspace, search: filter.q });

/** Runs by filter, newest first, one page of 50 after the other. */
export const runsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: keys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      told(client.GET("/api/v1/runs", { params: { query: { ...asQuery(filter), limit: PAGE, ...(pageParam === "" ? {} : { cursor: pageParam }) } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor,
  });

/** How many runs each status has under the other filters. */
export const facetsQuery = (filter: RunFilter) =>
  queryOptions({
    queryKey: keys.facets(filter),
    queryFn: ({ signal }) => told(client.GET("/api/v1/runs/facets", { params: { query: asQuery({ ...filter, status: undefined }) }, signal })),
  });

export const runSearchQuery = (text: string) =>
  queryOptions({
    queryKey: keys.search(text),
    queryFn: async ({ signal }) => (await told(client.GET("/api/v1/runs", { params: { query: { search: text, limit: 6 } }, signal }))).items,
    enabled: text.trim() !== "",
    staleTime: 5_000,
  });

/** Starts a run; `key` stays the same while the same form is sent again after a lost reply. */
export function useStartRun() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: { readonly body: StartRun; readonly key: string }) =>
      told(client.POST("/api/v1/runs", { body, headers: { [IDEMPOTENCY_KEY]: key } })),
    onSuccess: (run) => { remember(queries, run); },
  });
}

/** What came of an answer: the run went on (200), or it is safe and will (202). */
export type Answered = { readonly kind: "applied"; readonly run: Run } | { readonly kind: "recorded"; readonly receipt: TriggerReceipt };

export type AnswerInput = {
  readonly transition: string;
  readonly payload: unknown;
  /** The step of the question that is answered. */
  readonly step: number | undefined;
  /** Keep it for its turn if nobody waits for it now. */
  readonly queue?: boolean;
  readonly key: string;
};

/** Answers a wait of the run. Problems: 409 `answered`, `not_awaited`, `idempotency_key_reused`; 422 with `fields`. */
export function useAnswer(runId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ transition, payload, step, queue = false, key }: AnswerInput): Promise<Answered> => {
      const { data, error, response } = await client.POST("/api/v1/runs/{run_id}/transitions/{name}", {
        params: { path: { run_id: runId, name: transition } }, body: { payload, step: step ?? null, queue }, headers: { [IDEMPOTENCY_KEY]: key },
      });
      if (data === undefined) throw problemFrom(error, response);
      return "trigger_id" in data ? { kind: "recorded", receipt: data } : { kind: "applied", run: data };
    },
    onSuccess: (answered) => { if (answered.kind === "applied") remember(queries, answered.run); },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.why(runId) }),
  });
}

/** Runs the failed transition again. */
export function useRetryRun(runId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ step }: { readonly step: number | undefined }) => told(client.POST("/api/v1/runs/{run_id}/retry", { params: { path: { run_id: runId } }, body: { step: step ?? null } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.run(runId) }),
  });
}

/** Pauses the run, or lets it go on. Problem: 409 `no_effect` when somebody else was faster. */
export function usePauseRun(runId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ paused }: { readonly paused: boolean }) => told(client.POST(paused ? "/api/v1/runs/{run_id}/pause" : "/api/v1/runs/{run_id}/resume", { params: { path: { run_id: runId } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.run(runId) }),
  });
}

/** Ends the step that runs, and not the run. Problem: 409 `nothing_runs` when it had ended by itself. */
export function useStopStep(runId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ step }: { readonly step: number }) => told(client.POST("/api/v1/runs/{run_id}/stop", { params: { path: { run_id: runId } }, body: { step, reason: null } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.run(runId) }),
  });
}

/** Stops the run. */
export function useCancelRun(runId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ reason }: { readonly reason: string | undefined }) => told(client.POST("/api/v1/runs/{run_id}/cancel", { params: { path: { run_id: runId } }, body: { reason: reason ?? null } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.run(runId) }),
  });
}

/** Puts what a reply said about a run into the cache, unless something newer is there already. */
export function remember(queries: QueryClient, run: Run): void {
  const queryKey = keys.run(run.id);
  const known = queries.getQueryData<Run>(queryKey);
  if (known === undefined || known.rev <= run.rev) queries.setQueryData(queryKey, run);
  // What the stream told of it while the reply was on its way changed nothing: whoever shows it reads it once more.
  if (known === undefined) void queries.invalidateQueries({ queryKey, exact: true });
}
