import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";

const PAGE = 50;

/** Positions to go on from. */
type Page = { readonly after?: number; readonly before?: number };

const first: Page = {};

/** A run's documents in pages of 50 by position, in both directions from the start. */
export const documentsQuery = (runId: string, hidden = false) =>
  infiniteQueryOptions({
    queryKey: [...keys.documents(runId), { hidden }],
    queryFn: ({ pageParam, signal }) =>
      told(client.GET("/api/v1/runs/{run_id}/documents", { params: { path: { run_id: runId }, query: { ...pageParam, hidden, limit: PAGE } }, signal })),
    initialPageParam: first,
    getNextPageParam: (page): Page | undefined => (page.after === null ? undefined : { after: page.after }),
    getPreviousPageParam: (page): Page | undefined => (page.before === null ? undefined : { before: page.before }),
  });

/** One document with all its versions. */
export const documentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.document(id),
    queryFn: ({ signal }) => told(client.GET("/api/v1/documents/{document_id}", { params: { path: { document_id: id } }, signal })),
  });
