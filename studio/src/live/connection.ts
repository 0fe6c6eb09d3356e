import { backoff } from "./backoff";
import { FrameParser } from "./frames";
import type { Frame } from "./frames";

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "retrying"; readonly at: number }
  | { readonly kind: "offline"; readonly since: number };

export type ConnectionOptions = {
  /** Address of the stream for what is being looked at. */
  readonly url: (runId: string | undefined) => string;
  readonly onFrame: (frame: Frame) => void;
  readonly onState: (state: ConnectionState) => void;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
};

/** A stream that says nothing for this long is dead: the server pings every 25 s. */
export const WATCHDOG_MS = 60_000;
/** A hidden tab keeps its stream for this long, then frees the connection. */
export const HIDDEN_MS = 30_000;

/**
 * One event stream that stays open: resumes by cursor, reconnects with growing pauses, notices silence,
 * sleeps in hidden tabs and returns at once when the network or the reader does.
 */
export class Connection {
  private cursor: string | undefined;
  private runId: string | undefined;
  private abort: AbortController | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private running = false;
  private readonly options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.options = options;
  }

  start(): void {
    this.running = true;
    window.addEventListener("online", this.wake);
    window.addEventListener("offline", this.sleep);
    document.addEventListener("visibilitychange", this.visibility);
    this.open();
  }

  stop(): void {
    this.running = false;
    window.removeEventListener("online", this.wake);
    window.removeEventListener("offline", this.sleep);
    document.removeEventListener("visibilitychange", this.visibility);
    clearTimeout(this.hiddenTimer);
    this.close();
  }

  /** Looks at another run (or at the lists) from the same cursor on, so no event falls between. */
  look(runId: string | undefined): void {
    if (runId === this.runId) return;
    this.runId = runId;
    if (this.running && this.abort !== undefined) this.open();
  }

  /** Where the stream goes on; frames with an id move it by themselves. */
  moveTo(cursor: string): void {
    this.cursor = cursor;
  }

  /** Connects now instead of at the end of the pause. */
  readonly wake = (): void => {
    if (!this.running || document.visibilityState === "hidden") return;
    this.failures = 0;
    this.open();
  };

  private readonly sleep = (): void => {
    this.close();
    this.options.onState({ kind: "offline", since: Date.now() });
  };

  private readonly visibility = (): void => {
    clearTimeout(this.hiddenTimer);
    if (document.visibilityState === "hidden") this.hiddenTimer = setTimeout(() => { this.close(); }, HIDDEN_MS);
    else if (this.abort === undefined) this.wake();
  };

  private close(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.watchdog);
    this.abort?.abort();
    this.abort = undefined;
  }

  private open(): void {
    this.close();
    const abort = new AbortController();
    this.abort = abort;
    if (this.failures === 0) this.options.onState({ kind: "connecting" });
    this.read(abort).then(
      () => { this.lost(abort); },
      () => { this.lost(abort); },
    );
  }

  private async read(abort: AbortController): Promise<void> {
    this.guard(abort);
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.cursor !== undefined) headers["Last-Event-ID"] = this.cursor;
    const get = this.options.fetch ?? fetch;
    const response = await get(this.options.url(this.runId), { headers, signal: abort.signal, cache: "no-store" });
    if (!response.ok || response.body === null) throw new Error(`The event stream answered ${String(response.status)}.`);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new FrameParser();
    for (;;) {
      const { done, value } = await reader.read();
      // A newer stream has taken over: what this one still holds will come again there.
      if (done || this.abort !== abort) return;
      this.guard(abort);
      for (const frame of parser.push(decoder.decode(value, { stream: true }))) this.take(frame);
    }
  }

  private take(frame: Frame): void {
    this.failures = 0;
    this.options.onState({ kind: "live" });
    this.options.onFrame(frame);
    if (frame.id !== undefined) this.cursor = frame.id;
  }

  private guard(abort: AbortController): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => { abort.abort(); }, WATCHDOG_MS);
  }

  private lost(abort: AbortController): void {
    if (!this.running || this.abort !== abort) return;
    this.close();
    if (!navigator.onLine) {
      this.options.onState({ kind: "offline", since: Date.now() });
      return;
    }
    this.failures += 1;
    const pause = backoff(this.failures, this.options.random);
    this.options.onState({ kind: "retrying", at: Date.now() + pause });
    this.retryTimer = setTimeout(() => { this.open(); }, pause);
  }
}
