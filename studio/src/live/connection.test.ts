import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff } from "./backoff";
import { Connection, HIDDEN_MS, WATCHDOG_MS } from "./connection";
import type { ConnectionState } from "./connection";
import type { Frame } from "./frames";

type Call = { readonly url: string; readonly cursor: string | null; readonly send: (text: string) => void; readonly end: () => void; readonly aborted: () => boolean };

function fakeServer() {
  const calls: Call[] = [];
  const get = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    let control: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => { control = controller; } });
    init?.signal?.addEventListener("abort", () => { control?.error(new Error("aborted")); });
    calls.push({
      url: typeof input === "string" ? input : "", cursor: new Headers(init?.headers).get("Last-Event-ID"),
      send: (text) => { control?.enqueue(new TextEncoder().encode(text)); }, end: () => { control?.close(); }, aborted: () => init?.signal?.aborted ?? false,
    });
    return Promise.resolve({ ok: true, status: 200, body } as Response);
  };
  return { calls, get };
}

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

describe("the event connection", () => {
  const server = { current: fakeServer() };
  const states: ConnectionState[] = [];
  const frames: Frame[] = [];
  const opened: Connection[] = [];
  const open = (): Connection => {
    const connection = new Connection({
      url: (runId) => `/events?run=${runId ?? ""}`, fetch: server.current.get, random: () => 0.5,
      onState: (state) => states.push(state), onFrame: (frame) => frames.push(frame),
    });
    opened.push(connection);
    connection.start();
    return connection;
  };
  const call = (index: number): Call => {
    const found = server.current.calls[index];
    if (found === undefined) throw new Error(`No call ${String(index)}.`);
    return found;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    server.current = fakeServer();
    states.length = 0;
    frames.length = 0;
  });
  afterEach(() => {
    for (const connection of opened.splice(0)) connection.stop();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it("is live with the first frame and resumes after the last id", async () => {
    open();
    await settle();
    expect(call(0).cursor).toBeNull();
    call(0).send("id: 41\ndata: a\n\ndata: b\n\n");
    await settle();
    expect(states.at(-1)).toEqual({ kind: "live" });
    expect(frames.map((frame) => frame.data)).toEqual(["a", "b"]);
    call(0).end();
    await settle();
    expect(states.at(-1)).toMatchObject({ kind: "retrying" });
    await vi.advanceTimersByTimeAsync(500);
    expect(call(1).cursor).toBe("41");
  });

  it("waits longer after each failure, and starts over once it was live", async () => {
    open();
    for (const [index, pause] of [500, 1000, 1500, 1500].entries()) {
      await settle();
      call(index).end();
      await settle();
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(server.current.calls).toHaveLength(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(server.current.calls).toHaveLength(index + 2);
    }
    call(4).send("data: x\n\n");
    await settle();
    call(4).end();
    await settle();
    await vi.advanceTimersByTimeAsync(500);
    expect(server.current.calls).toHaveLength(6);
  });

  it("gives up a stream that says nothing for a minute", async () => {
    open();
    await settle();
    call(0).send("data: x\n\n");
    await vi.advanceTimersByTimeAsync(WATCHDOG_MS - 1);
    expect(call(0).aborted()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(call(0).aborted()).toBe(true);
    expect(states.at(-1)).toMatchObject({ kind: "retrying" });
  });

  it("looks at another run from the same cursor", async () => {
    const connection = open();
    await settle();
    call(0).send("id: 7\ndata: x\n\n");
    await settle();
    connection.look("r1");
    await settle();
    expect(call(0).aborted()).toBe(true);
    expect(call(1)).toMatchObject({ url: "/events?run=r1", cursor: "7" });
  });

  it("says offline, and comes back at once when the network does", async () => {
    open();
    await settle();
    window.dispatchEvent(new Event("offline"));
    expect(states.at(-1)).toMatchObject({ kind: "offline" });
    window.dispatchEvent(new Event("online"));
    await settle();
    expect(server.current.calls).toHaveLength(2);
  });

  it("sleeps in a tab that stays hidden, and wakes when it is shown", async () => {
    const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");
    open();
    await settle();
    visibility.mockReturnValue("hidden");
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(HIDDEN_MS);
    expect(call(0).aborted()).toBe(true);
    visibility.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    await settle();
    expect(server.current.calls).toHaveLength(2);
  });
});

it("pauses stay short for half a minute, then grow to ten seconds, and are spread", () => {
  expect([1, 2, 3, 4, 20, 21, 22, 23, 900].map((failures) => backoff(failures, () => 0.5))).toEqual([500, 1000, 1500, 1500, 1500, 3000, 6000, 10_000, 10_000]);
  expect(backoff(1, () => 0)).toBe(375);
  expect(backoff(9, () => 1)).toBe(1875);
  expect(backoff(99, () => 1)).toBe(10_000);
});
