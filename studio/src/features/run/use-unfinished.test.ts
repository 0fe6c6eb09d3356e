import { cleanup, renderHook, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Document, StepSummary } from "@/api/types";
import { makeAwaiting, makeWholeRun } from "../../../testing/make-run.ts";
import { useUnfinished } from "./use-unfinished";

const run = makeWholeRun({ status: "waiting", awaiting: [makeAwaiting({ transition: "confirm" })] });
const question = { step: 2, widgets: [{ widget: "form", options: { transition: "confirm" }, show_when: [], enabled_when: [] }] } as Partial<Document> as Document;
const listed = (status: StepSummary["status"]): readonly StepSummary[] => [{ step: 2, status } as StepSummary];
const idle = { isPending: false, isFetching: false, isError: false, hasNextPage: false };

afterEach(cleanup);

describe("which steps are not known to be over", () => {
  const look = (steps: readonly StepSummary[], pages: Partial<typeof idle>, refetch = vi.fn(() => Promise.resolve())) => {
    const documents = [question];
    const hook = renderHook((props: { readonly steps: readonly StepSummary[]; readonly pages: Partial<typeof idle> }) => useUnfinished(run, documents, props.steps, { ...idle, ...props.pages, refetch }), { initialProps: { steps, pages } });
    return { ...hook, refetch, now: () => [...hook.result.current] };
  };

  it("those that are listed as running, and those that are not listed while the list is read", () => {
    expect(look(listed("running"), {}).now()).toEqual([2]);
    expect(look([], { isFetching: true }).now()).toEqual([2]);
    expect(look([], { hasNextPage: true }).now()).toEqual([2]);
    expect(look(listed("committed"), {}).now()).toEqual([]);
  });

  it("none when the list cannot be read: a question does not stay closed for it", () => {
    expect(look([], { isError: true }).now()).toEqual([]);
  });

  it("one that an older list does not hold is looked for once, and then holds up nobody", async () => {
    const { refetch, now, rerender } = look([], { isFetching: true });
    expect(refetch).not.toHaveBeenCalled();
    rerender({ steps: [], pages: {} });
    expect(now()).toEqual([2]);
    await waitFor(() => { expect(now()).toEqual([]); });
    rerender({ steps: [], pages: { isFetching: true } });
    rerender({ steps: [], pages: {} });
    expect(now()).toEqual([]);
    expect(refetch).toHaveBeenCalledTimes(1);
  });
});
