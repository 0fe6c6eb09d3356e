import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "@/api/keys";
import { makeRun } from "../../testing/make-run.ts";
import type { Outcome } from "./apply-event";
import { CacheBinding } from "./cache-binding";

const nothing: Outcome = { patches: [], stale: [], rows: [], fresh: [] };
const stale = (...named: Outcome["stale"]): Outcome => ({ ...nothing, stale: named });

/** A server whose answers are those of the moment they were asked for, and come when they are let go. */
function slowServer<T>(first: T) {
  const held: (() => void)[] = [];
  const server = {
    now: first,
    asked: 0,
    get: (): Promise<T> => {
      const answer = server.now;
      server.asked += 1;
      return new Promise((resolve) => { held.push(() => { resolve(answer); }); });
    },
    answer: async (): Promise<void> => {
      held.shift()?.();
      await vi.advanceTimersByTimeAsync(1);
    },
  };
  return server;
}

describe("writing events into the cache", () => {
  const used: { queries: QueryClient; binding: CacheBinding } = { queries: new QueryClient(), binding: new CacheBinding(new QueryClient()) };
  const stops: (() => void)[] = [];
  const watch = <T>(queryKey: readonly unknown[], queryFn: () => Promise<T>): void => {
    stops.push(new QueryObserver(used.queries, { queryKey, queryFn }).subscribe(() => undefined));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    used.queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
    used.binding = new CacheBinding(used.queries);
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
    used.binding.stop();
    used.queries.clear();
    vi.useRealTimers();
  });

  it.each([
    ["an event", (): void => { used.binding.apply(stale(keys.run("run-1"))); }],
    ["a reset", (): void => { used.binding.reset(); }],
  ])("%s that comes while something is read for the first time is not lost", async (_, news) => {
    const server = slowServer("running");
    watch(keys.run("run-1"), server.get);
    server.now = "completed";
    news();
    await vi.advanceTimersByTimeAsync(60);
    await server.answer();
    expect(used.queries.getQueryData(keys.run("run-1"))).toBe("running");
    await server.answer();
    expect(used.queries.getQueryData(keys.run("run-1"))).toBe("completed");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.asked).toBe(2);
  });

  it("many events during a first reading are one reading more", async () => {
    const server = slowServer(0);
    watch(keys.steps("run-1"), server.get);
    for (let event = 1; event <= 5; event++) {
      server.now = event;
      used.binding.apply(stale(keys.steps("run-1")));
      await vi.advanceTimersByTimeAsync(60);
    }
    await server.answer();
    await server.answer();
    expect(used.queries.getQueryData(keys.steps("run-1"))).toBe(5);
    expect(server.asked).toBe(2);
  });

  it("what is read for the first time with nobody looking is read again by whoever looks", async () => {
    const server = slowServer("running");
    void used.queries.fetchQuery({ queryKey: keys.run("run-1"), queryFn: server.get });
    server.now = "completed";
    used.binding.apply(stale(keys.run("run-1")));
    await vi.advanceTimersByTimeAsync(60);
    await server.answer();
    watch(keys.run("run-1"), server.get);
    await server.answer();
    expect(used.queries.getQueryData(keys.run("run-1"))).toBe("completed");
  });

  it("a first reading that fails is left to whoever asks for it again", async () => {
    const read = vi.fn(() => Promise.reject(new Error("no")));
    watch(keys.run("run-1"), read);
    used.binding.reset();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("a list that nobody looks at stays stale when a run in it changes", async () => {
    used.queries.setQueryData(keys.recent, [makeRun()]);
    used.binding.apply(stale(keys.recent));
    await vi.advanceTimersByTimeAsync(60);
    used.binding.apply({ ...nothing, patches: [{ runId: "run-1", rev: 10, fields: { status: "failed" }, awaitsPerson: false }] });
    expect(used.queries.getQueryData(keys.recent)).toMatchObject([{ rev: 10, status: "failed" }]);
    const read = vi.fn(() => Promise.resolve([makeRun(), makeRun({ id: "run-2" })]));
    watch(keys.recent, read);
    await vi.advanceTimersByTimeAsync(1);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("a patch of another run leaves what is here as it is", () => {
    const rows = [makeRun()];
    used.queries.setQueryData(keys.recent, rows);
    used.binding.apply({ ...nothing, patches: [{ runId: "run-2", rev: 10, fields: { status: "failed" }, awaitsPerson: false }] });
    expect(used.queries.getQueryData(keys.recent)).toBe(rows);
  });

  it("a list that is left while it is read again stays stale", async () => {
    used.queries.setQueryData(keys.recent, [makeRun()]);
    const observer = new QueryObserver(used.queries, { queryKey: keys.recent, queryFn: ({ signal }) => new Promise((_, reject) => { signal.addEventListener("abort", () => { reject(new Error("left")); }); }) });
    const leave = observer.subscribe(() => undefined);
    used.binding.apply(stale(keys.recent));
    await vi.advanceTimersByTimeAsync(60);
    used.binding.apply({ ...nothing, patches: [{ runId: "run-1", rev: 10, fields: { status: "failed" }, awaitsPerson: false }] });
    leave();
    expect(used.queries.getQueryState(keys.recent)).toMatchObject({ fetchStatus: "idle", isInvalidated: true });
  });
});
