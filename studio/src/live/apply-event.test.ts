import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keys } from "@/api/keys";
import type { RunSummary, StudioEvent } from "@/api/types";
import { makeRun } from "../../testing/make-run.ts";
import { applyEvent, patchRun } from "./apply-event";
import type { Known } from "./apply-event";

type Changed = Extract<StudioEvent, { type: "run.changed" }>;

const head = { run_id: "run-1", root_id: null, workspace_id: "default", at: "2026-01-01T00:00:00Z" } as const;
const changed = (rev: number, change: Partial<Changed> = {}): Changed => ({
  ...head, type: "run.changed", rev, status: "running", place: `p${String(rev)}`, step: rev, awaiting: [], has_error: false, error_message: null, can_retry: false, retry: null, path: [], ended_at: null, ...change,
});
const knows = (run?: RunSummary): Known => ({ rev: (id) => (run?.id === id ? run.rev : undefined), status: (id) => (run?.id === id ? run.status : undefined) });

/** What the provider does with the patches of an event, for one run. */
const apply = (run: RunSummary, event: StudioEvent): RunSummary => applyEvent(event, knows(run)).patches.reduce(patchRun, run);

describe("what an event means", () => {
  it("a change patches the run and makes its sentence stale", () => {
    const outcome = applyEvent(changed(10), knows(makeRun()));
    expect(outcome.patches[0]).toMatchObject({ runId: "run-1", rev: 10, fields: { place: "p10", awaiting: [] } });
    expect(outcome.stale).toContainEqual(keys.why("run-1"));
    expect(outcome.rows).toEqual(["run-1"]);
    expect(outcome.announce).toEqual({ runId: "run-1", status: "running" });
  });

  it("an open question is left for the API, which knows its form", () => {
    const outcome = applyEvent(changed(10, { awaiting: [{ transition: "ok", kind: "person", since: head.at, due: null }] }), knows());
    expect(outcome.patches[0]?.fields).not.toHaveProperty("awaiting");
    expect(outcome.stale).toContainEqual(keys.run("run-1"));
  });

  it("old news changes nothing at all", () => {
    expect(applyEvent(changed(9), knows(makeRun({ rev: 9 })))).toEqual({ patches: [], stale: [], rows: [], fresh: [] });
  });

  it("a new run is announced to lists, not pushed in", () => {
    const outcome = applyEvent({ ...head, type: "run.created", rev: 1, workflow: "w", app: "a", title: null, number: 1, parent_id: null, status: "pending" }, knows());
    expect(outcome.fresh).toEqual(["run-1"]);
    expect(outcome.stale).toContainEqual(keys.recent);
    expect(outcome.stale).not.toContainEqual(keys.lists);
  });

  it("a deleted run leaves every list, and its own page reads that it is gone", () => {
    const outcome = applyEvent({ ...head, type: "run.deleted" }, knows(makeRun()));
    expect(outcome.stale).toEqual(expect.arrayContaining([keys.run("run-1"), keys.lists, keys.recent, keys.allFacets, keys.tasks]));
    expect(outcome.patches).toEqual([]);
  });

  it("a document makes the run's feed stale and nothing of the run", () => {
    const outcome = applyEvent({ ...head, type: "document.saved", rev: 4, id: "d1", name: "notes", key: "draft", position: 0, version: 2, live_id: null, step: 1, hidden: false }, knows());
    expect(outcome.stale).toEqual([keys.documents("run-1"), keys.document("d1")]);
  });

  it.each(["hello", "ping", "stream.reset", "something.newer"])("%s leaves the cache alone", (type) => {
    const event = { type, cursor: "1", build: "b", server_time: head.at, reason: "" } as StudioEvent;
    expect(applyEvent(event, knows()).stale).toEqual([]);
  });

  it("any order with any repetition ends in the same run", () => {
    const revs = fc.uniqueArray(fc.integer({ min: 10, max: 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(revs.chain((list) => fc.tuple(fc.constant(list), fc.array(fc.constantFrom(...list), { maxLength: 12 }), fc.array(fc.nat(), { minLength: 24, maxLength: 24 }))), ([list, repeated, order]) => {
        const events = [...list, ...repeated].map((rev) => changed(rev, { status: rev % 2 === 0 ? "running" : "waiting" }));
        const shuffled = events.map((event, index) => ({ event, at: order[index] ?? 0 })).sort((left, right) => left.at - right.at).map((each) => each.event);
        const inOrder = [...events].sort((left, right) => left.rev - right.rev);
        const run = makeRun();
        expect(shuffled.reduce(apply, run)).toEqual(inOrder.reduce(apply, run));
      }),
    );
  });
});
