import { queryOptions } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

export const appsQuery = queryOptions({
  queryKey: keys.apps,
  queryFn: async ({ signal }) => (await told(client.GET("/api/v1/apps", { signal }))).items,
});

/** A workflow with its transitions, schemas and widgets. */
export const workflowQuery = (name: string) =>
  queryOptions({
    queryKey: keys.workflow(name),
    queryFn: ({ signal }) => told(client.GET("/api/v1/workflows/{name}", { params: { path: { name } }, signal })),
  });

export const workflowGraphQuery = (name: string) =>
  queryOptions({
    queryKey: keys.workflowGraph(name),
    queryFn: ({ signal }) => told(client.GET("/api/v1/workflows/{name}/graph", { params: { path: { name } }, signal })),
  });
