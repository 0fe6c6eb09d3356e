import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

export const workspacesQuery = queryOptions({
  queryKey: keys.workspaces,
  queryFn: async ({ signal }) => (await told(client.GET("/api/v1/workspaces", { signal }))).items,
});

export type WorkspaceChange =
  | { readonly kind: "create"; readonly title: string }
  | { readonly kind: "edit"; readonly id: string; readonly title?: string; readonly favourite?: boolean }
  | { readonly kind: "delete"; readonly id: string };

async function send(change: WorkspaceChange): Promise<void> {
  switch (change.kind) {
    case "create":
      return void (await told(client.POST("/api/v1/workspaces", { body: { title: change.title } })));
    case "edit":
      return void (await told(client.PATCH("/api/v1/workspaces/{workspace_id}", {
        params: { path: { workspace_id: change.id } }, body: { title: change.title ?? null, favourite: change.favourite ?? null },
      })));
    case "delete":
      return void (await told(client.DELETE("/api/v1/workspaces/{workspace_id}", { params: { path: { workspace_id: change.id } } })));
  }
}

/** Makes, changes and deletes workspaces. Problems: 409 `workspace_default`, `workspace_not_empty`. */
export function useChangeWorkspace() {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSettled: () => queries.invalidateQueries({ queryKey: keys.workspaces }) });
}
