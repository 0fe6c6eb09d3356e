import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { documentsQuery } from "@/api/documents";
import { runQuery } from "@/api/runs";
import { stepsQuery } from "@/api/steps";
import type { Awaiting, Document, Run, StepSummary } from "@/api/types";
import { feedGroups, type FeedGroup } from "@/model/feed";
import { liveSteps } from "@/model/shapes";
import { transitionsOf, widgetState, type OwnerDocument } from "@/model/widget-state";
import { widgetsOf } from "@/widgets/registry";

const nothing = [] as const;

/** All documents of a run. Pages follow each other until the last is here. */
function useDocuments(runId: string, showHidden: boolean) {
  const query = useInfiniteQuery(documentsQuery(runId, showHidden));
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const documents = useMemo(() => data?.pages.flatMap((page) => page.items) ?? nothing, [data]);
  return { documents, query };
}

function useSteps(runId: string) {
  const query = useInfiniteQuery(stepsQuery(runId));
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
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
};

/** What a widget has to know of its document, with the place its step led to. */
export function ownerOf(document: Document, steps: readonly StepSummary[]): OwnerDocument {
  const step = steps.find((one) => one.step === document.step);
  return { place: document.place, landed: step?.to ?? null, content: document.content, meta: document.meta, hidden: document.hidden, older: !document.live };
}

/** What is awaited for a widget, in the order in which the widget names it. */
export const awaitedFor = (names: readonly string[], awaiting: readonly Awaiting[]): readonly Awaiting[] =>
  names.flatMap((name) => awaiting.find((item) => item.transition === name) ?? []);

function answerable(run: Run, documents: readonly Document[], steps: readonly StepSummary[]) {
  const covered = new Set<string>();
  const asking = new Set<number>();
  for (const document of documents) {
    for (const widget of widgetsOf(document)) {
      const names = transitionsOf(widget);
      if (names.length === 0 || widgetState(widget, ownerOf(document, steps), run).kind !== "active") continue;
      for (const item of awaitedFor(names, run.awaiting)) {
        covered.add(item.transition);
        asking.add(document.position);
      }
    }
  }
  return { covered, asking };
}

/** Everything the page shows of a run, as far as it is here. */
export function useRunData(runId: string, options: { readonly showHidden: boolean; readonly unfold: boolean }) {
  const { showHidden, unfold } = options;
  const run = useQuery(runQuery(runId));
  const { documents, query: documentPages } = useDocuments(runId, showHidden);
  const { steps, query: stepPages } = useSteps(runId);
  const feed = useMemo((): RunFeed | null => {
    if (run.data === undefined) return null;
    const live = liveSteps(steps);
    return { groups: feedGroups(run.data, documents, live, { showHidden, unfold }), steps: live, ...answerable(run.data, documents, live) };
  }, [run.data, documents, steps, showHidden, unfold]);
  return { run, feed, documents: documentPages, steps: stepPages };
}
