import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { client, told } from "./client";
import { keys } from "./keys";
import type { DocumentPage } from "./types";

const PAGE = 50;
/** Pages held at a time: a reader of ten thousand documents holds some hundred, wherever they are. */
const HELD = 8;

/** Where a page begins: after or before a position, or at the end of the feed. */
type Page = { readonly after?: number; readonly before?: number; readonly end?: true };

/** Where reading begins. */
export type FeedStart = "start" | "end" | number;

/** Documents before the one an address names, so that it does not stand at the very top. */
const LEAD = 10;

function firstPage(from: FeedStart): Page {
  if (typeof from === "number") return { after: Math.max(-1, from - LEAD) };
  return from === "end" ? { end: true } : {};
}

async function readPage(runId: string, page: Page, hidden: boolean, signal: AbortSignal): Promise<DocumentPage> {
  const backwards = page.end === true || page.before !== undefined;
  const where = page.end === true ? {} : page;
  const read = await told(client.GET("/api/v1/runs/{run_id}/documents", {
    params: { path: { run_id: runId }, query: { ...where, hidden, limit: PAGE, order: backwards ? "desc" : "asc" } }, signal,
  }));
  return backwards ? { ...read, items: read.items.toReversed() } : read;
}

/** A run's documents in pages by position, in both directions from where reading begins. */
export const documentsQuery = (runId: string, hidden: boolean, from: FeedStart) =>
  infiniteQueryOptions({
    queryKey: [...keys.documents(runId), { hidden, from }],
    queryFn: ({ pageParam, signal }) => readPage(runId, pageParam, hidden, signal),
    initialPageParam: firstPage(from),
    maxPages: HELD,
    getNextPageParam: (page): Page | undefined => (page.after === null ? undefined : { after: page.after }),
    getPreviousPageParam: (page): Page | undefined => (page.before === null ? undefined : { before: page.before }),
  });

/**
 * Pins a page that was read from the end to the position where it began. Read again it would otherwise slide along with
 * every new document, and take away from above what somebody is reading.
 */
export function pinEnd(queries: QueryClient, queryKey: readonly unknown[]): void {
  const data = queries.getQueryData<InfiniteData<DocumentPage, Page>>(queryKey);
  const first = data?.pages[0]?.items[0];
  // Nothing is written where nothing changes: what is written counts as read, and news on their way would be forgotten.
  if (data === undefined || first === undefined || data.pageParams[0]?.end !== true) return;
  queries.setQueryData(queryKey, { ...data, pageParams: [{ after: first.position - 1 }, ...data.pageParams.slice(1)] });
}

/** One document with all its versions. */
export const documentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.document(id),
    queryFn: ({ signal }) => told(client.GET("/api/v1/documents/{document_id}", { params: { path: { document_id: id } }, signal })),
  });

/** What a model was asked before it wrote a message. It never changes. */
export const questionQuery = (id: string) =>
  queryOptions({
    queryKey: keys.question(id),
    queryFn: ({ signal }) => told(client.GET("/api/v1/documents/{document_id}/question", { params: { path: { document_id: id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
