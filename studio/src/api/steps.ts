import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

export const stepsQuery = (runId: string) =>
  infiniteQueryOptions({
    queryKey: keys.steps(runId),
    queryFn: ({ pageParam, signal }) =>
      told(client.GET("/api/v1/runs/{run_id}/steps", { params: { path: { run_id: runId }, query: { limit: 200, ...(pageParam === "" ? {} : { cursor: pageParam }) } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor,
  });

/** What happened beside the steps: early and refused answers, resets. */
export const marksQuery = (runId: string) =>
  queryOptions({
    queryKey: keys.marks(runId),
    queryFn: async ({ signal }) => (await told(client.GET("/api/v1/runs/{run_id}/marks", { params: { path: { run_id: runId } }, signal }))).items,
  });

/** One step, whole: payload, state before and after. */
export const stepQuery = (runId: string, step: number) =>
  queryOptions({
    queryKey: keys.step(runId, step),
    queryFn: ({ signal }) => told(client.GET("/api/v1/runs/{run_id}/steps/{step}", { params: { path: { run_id: runId, step } }, signal })),
  });
