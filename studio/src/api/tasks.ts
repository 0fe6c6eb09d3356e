import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

/** What waits for a person, the longest waiting first, with the number of all. */
export const tasksQuery = queryOptions({
  queryKey: keys.tasks,
  queryFn: ({ signal }) => told(client.GET("/api/v1/tasks", { params: { query: { limit: 20 } }, signal })),
});

/** All of them, page by page. */
export const inboxQuery = infiniteQueryOptions({
  queryKey: keys.inbox,
  queryFn: ({ pageParam, signal }) => told(client.GET("/api/v1/tasks", { params: { query: { limit: 50, ...(pageParam === "" ? {} : { cursor: pageParam }) } }, signal })),
  initialPageParam: "",
  getNextPageParam: (page) => page.cursor,
});
