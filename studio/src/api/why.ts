import { queryOptions } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

/** The one true sentence about a run, in parts. */
export const whyQuery = (runId: string) =>
  queryOptions({
    queryKey: keys.why(runId),
    queryFn: ({ signal }) => told(client.GET("/api/v1/runs/{run_id}/why", { params: { path: { run_id: runId } }, signal })),
  });
