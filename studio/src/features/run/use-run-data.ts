import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { documentQuery, documentsQuery, pinEnd, type FeedStart } from "@/api/documents";
import { runQuery } from "@/api/runs";
import { marksQuery, stepsQuery } from "@/api/steps";
import type { Document, Run, StepSummary } from "@/api/types";
import { feedGroups, type FeedGroup } from "@/model/feed";
import { isOpen, liveSteps } from "@/model/shapes";
import { joinCalls, type CallResult } from "@/model/tool-calls";
import { transitionsOf, widgetState, type OwnerDocument } from "@/model/widget-state";
import { widgetsOf } from "@/widgets/registry";
import { awaitedFor } from "./awaited-for";
import { useUnfinished } from "./use-unfinished";

const nothing = [] as const;

/** A reading under way is let finish. Cut off for another page it would take news with it: the pages would count as read. */
const UNHURRIED = { cancelRefetch: false } as const;

/** The documents around where the reader is. More are read as they are asked for, those far away are let go. */
function useDocuments(runId: string, showHidden: boolean, from: FeedStart | null) {
  const queries = useQueryClient();
  const options = documentsQuery(runId, showHidden, from ?? "start");
  const query = useInfiniteQuery({ ...options, enabled: from !== null, placeholderData: keepPreviousData });
  const { data } = query;
  useEffect(() => { pinEnd(queries, options.queryKey); });
  const documents = useMemo(() => data?.pages.flatMap((page) => page.items) ?? nothing, [data]);
  return { documents, query };
}

/** Where reading begins: at a named document, at the end of a run that goes on, at the start of one that is over. */
function useFeedStart(run: Run | undefined, doc: string | undefined) {
  const named = useQuery({ ...documentQuery(doc ?? ""), enabled: doc !== undefined });
  const [from, setFrom] = useState<FeedStart | null>(null);
  if (from === null && run !== undefined && (doc === undefined || !named.isPending)) {
    setFrom(named.data?.position ?? (isOpen(run.status) ? "end" : "start"));
  }
  return { from, jump: setFrom };
}

function useSteps(runId: string) {
  const query = useInfiniteQuery(stepsQuery(runId));
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage(UNHURRIED);
  }, [hasNextPage, isFetching, fetchNextPage]);
  const steps = useMemo(() => data?.pages.flatMap((page) => page.items) ?? nothing, [data]);
  return { steps, query };
}

export type RunFeed = {
  readonly groups: readonly FeedGroup<Document, StepSummary>[];
  readonly steps: readonly StepSummary[];
  /** Transitions that a document answers. */
  readonly covered: ReadonlySet<string>;
  /** Positions of documents that can be answered now. */
  readonly asking: ReadonlySet<number>;
  /** Steps whose documents ask nothing yet: nobody knows that they are over. */
  readonly unfinished: ReadonlySet<number>;
  readonly pages: FeedPages;
  /** What came back for tool calls, by the id of the call. */
  readonly results: ReadonlyMap<string, CallResult>;
};

/** The rest of a long feed. */
export type FeedPages = {
  readonly earlier: boolean;
  readonly later: boolean;
  /** Unless something is being read. */
  readonly readEarlier: () => void;
  readonly readLater: () => void;
  /** Asked for by a person: after what is being read. */
  readonly wantEarlier: () => void;
  readonly wantLater: () => void;
  /** Goes to the newest documents, however many are between. */
  readonly toEnd: () => void;
};

/** What a widget has to know of its document, with the place its step led to. */
export function ownerOf(document: Document, { steps, unfinished }: Pick<RunFeed, "steps" | "unfinished">): OwnerDocument {
  const step = steps.find((one) => one.step === document.step);
  return { place: document.place, landed: step?.to ?? null, unfinished: unfinished.has(document.step), content: document.content, meta: document.meta, hidden: document.hidden, older: !document.live };
}

/** What documents answer, and which of them ask now. */
export function answerable(run: Run, documents: readonly Document[], known: Pick<RunFeed, "steps" | "unfinished">, pages: Pick<FeedPages, "earlier" | "later">) {
  const here = new Set(documents.map((document) => document.id));
  // A question whose document is not here yet, or has no place yet, is asked there all the same.
  const comes = (id: string): boolean => !here.has(id) && (pages.later || !pages.earlier);
  const covered = new Set(run.awaiting.filter((item) => item.document_ids.some(comes)).map((item) => item.transition));
  const asking = new Set<number>();
  for (const document of documents) {
    for (const widget of widgetsOf(document)) {
      const names = transitionsOf(widget);
      const state = names.length === 0 ? null : widgetState(widget, ownerOf(document, known), run);
      const soon = state?.kind === "disabled" && state.reason.code === "unfinished";
      if (state?.kind !== "active" && !soon) continue;
      for (const item of awaitedFor(names, run.awaiting)) {
        covered.add(item.transition);
        if (!soon) asking.add(document.position);
      }
    }
  }
  return { covered, asking };
}

/** Everything the page shows of a run, as far as it is here. */
export function useRunData(runId: string, options: { readonly showHidden: boolean; readonly unfold: boolean; readonly doc: string | undefined }) {
  const { showHidden, unfold } = options;
  const queries = useQueryClient();
  const run = useQuery(runQuery(runId));
  const { from, jump } = useFeedStart(run.data, options.doc);
  const { documents, query } = useDocuments(runId, showHidden, from);
  const { steps, query: stepPages } = useSteps(runId);
  const unfinished = useUnfinished(run.data, documents, steps, stepPages);
  const { data: marks } = useQuery(marksQuery(runId));
  const { hasPreviousPage: earlier, hasNextPage: later, isFetching, fetchNextPage, fetchPreviousPage } = query;
  const idle = async (): Promise<unknown> => (isFetching ? query.refetch(UNHURRIED) : undefined);
  const pages: FeedPages = {
    earlier, later,
    readEarlier: () => { if (earlier && !isFetching) void fetchPreviousPage(UNHURRIED); },
    readLater: () => { if (later && !isFetching) void fetchNextPage(UNHURRIED); },
    wantEarlier: () => void idle().then(() => fetchPreviousPage(UNHURRIED)),
    wantLater: () => void idle().then(() => fetchNextPage(UNHURRIED)),
    toEnd: () => {
      if (from === "end") void queries.resetQueries({ queryKey: documentsQuery(runId, showHidden, "end").queryKey });
      jump("end");
    },
  };
  const drawn = useMemo(() => {
    if (run.data === undefined) return null;
    const live = liveSteps(steps);
    const { documents: told, results } = joinCalls(documents);
    return { groups: feedGroups(run.data, told, live, { showHidden, unfold, earlier, later, marks: marks ?? nothing }), steps: live, unfinished, results, ...answerable(run.data, documents, { steps: live, unfinished }, { earlier, later }) };
  }, [run.data, documents, steps, unfinished, showHidden, unfold, earlier, later, marks]);
  const feed: RunFeed | null = drawn === null ? null : { ...drawn, pages };
  return { run, feed, documents: query, steps: stepPages };
}
