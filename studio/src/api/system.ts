import { queryOptions } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

/** Counts and the health of Temporal, store and workers; the parts around the runs send no events, so this one is read again every 20 s. */
export const systemQuery = queryOptions({
  queryKey: keys.system,
  queryFn: ({ signal }) => told(client.GET("/api/v1/system", { signal })),
  refetchInterval: 20_000,
});

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => told(client.GET("/api/v1/me", { signal })),
});
