import { useEffect, useMemo, useState } from "react";
import type { Document, Run, StepSummary } from "@/api/types";
import { transitionsOf } from "@/model/widget-state";
import { widgetsOf } from "@/widgets/registry";
import { awaitedFor } from "./awaited-for";

type StepPages = { readonly isPending: boolean; readonly isFetching: boolean; readonly isError: boolean; readonly hasNextPage: boolean; readonly refetch: () => Promise<unknown> };

const isQuestion = (document: Document, run: Run): boolean => widgetsOf(document).some((widget) => awaitedFor(transitionsOf(widget), run.awaiting).length > 0);

/**
 * Steps of documents that are not known to be over. Documents may come before the list of steps: a question is asked
 * once its place is known, not in the last group first and then, mounted anew, at the gate. A step that a list read
 * since does not hold, or whose list cannot be read, holds up nobody.
 */
export function useUnfinished(run: Run | undefined, documents: readonly Document[], steps: readonly StepSummary[], pages: StepPages): ReadonlySet<number> {
  const { isPending, isFetching, isError, hasNextPage, refetch } = pages;
  const [sought, setSought] = useState<ReadonlySet<number>>(new Set());
  const status = useMemo(() => new Map(steps.map((step) => [step.step, step.status])), [steps]);
  const unfinished = useMemo(() => {
    const isUnfinished = (step: number): boolean => (status.has(step) ? status.get(step) === "running" : step >= 0 && !sought.has(step));
    return new Set(isError ? [] : documents.map((document) => document.step).filter(isUnfinished));
  }, [documents, status, sought, isError]);
  useEffect(() => {
    if (run === undefined || isPending || isFetching || hasNextPage) return;
    const missing = documents.filter((one) => unfinished.has(one.step) && !status.has(one.step) && isQuestion(one, run)).map((one) => one.step);
    if (missing.length > 0) void refetch().then(() => { setSought((known) => new Set([...known, ...missing])); });
  }, [run, documents, status, unfinished, isPending, isFetching, hasNextPage, refetch]);
  return unfinished;
}
