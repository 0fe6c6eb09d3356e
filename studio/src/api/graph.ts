import { queryOptions } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

/** The run's own definition as a picture, with what was taken. */
export const graphQuery = (runId: string) =>
  queryOptions({
    queryKey: keys.graph(runId),
    queryFn: ({ signal }) => told(client.GET("/api/v1/runs/{run_id}/graph", { params: { path: { run_id: runId } }, signal })),
  });
