import { queryOptions } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

export const workspacesQuery = queryOptions({
  queryKey: keys.workspaces,
  queryFn: async ({ signal }) => (await told(client.GET("/api/v1/workspaces", { signal }))).items,
});
