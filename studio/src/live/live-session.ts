import type { QueryClient } from "@tanstack/react-query";
import { baseUrl } from "@/api/client";
import { streamGate } from "@/api/stream-gate";
import type { StudioEvent } from "@/api/types";
import { en } from "@/i18n/en";
import { applyEvent } from "./apply-event";
import { CacheBinding } from "./cache-binding";
import { Connection } from "./connection";
import type { Frame } from "./frames";
import { LiveStore } from "./live-store";
import { isLiveEvent, liveText } from "./live-text";

const isEvent = (value: unknown): value is StudioEvent => typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** A frame's event; undefined for anything that is not one of ours. */
export function eventOf(frame: Frame): StudioEvent | undefined {
  try {
    const value: unknown = JSON.parse(frame.data);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Lists and tasks are always listened to; a run that is looked at adds its own events and its text in flight. */
export function streamUrl(runId: string | undefined): string {
  const query = new URLSearchParams({ scope: "runs,tasks" });
  if (runId !== undefined) for (const [name, value] of [["run_id", runId], ["tree", "true"], ["live", "true"]] as const) query.set(name, value);
  return `${baseUrl}/api/v1/events?${query.toString()}`;
}

/** The one stream of this tab, from socket to cache. */
export class LiveSession {
  readonly store = new LiveStore();
  private readonly binding: CacheBinding;
  private readonly connection: Connection;
  private readonly openedAt = Date.now();
  private texts = this.store.get().texts;
  private painting = false;
  private runId: string | undefined;

  constructor(queries: QueryClient) {
    this.binding = new CacheBinding(queries);
    this.connection = new Connection({
      url: streamUrl,
      onFrame: (frame) => { this.take(frame); },
      onState: (connection) => { this.store.set({ connection }); },
    });
  }

  start(): void {
    this.connection.start();
  }

  stop(): void {
    this.connection.stop();
    this.binding.stop();
  }

  look(runId: string | undefined): void {
    this.runId = runId;
    this.connection.look(runId);
  }

  readonly retryNow = (): void => { this.connection.wake(); };

  readonly listRead = (): void => { this.store.set({ fresh: new Set() }); };

  private take(frame: Frame): void {
    const event = eventOf(frame);
    if (event === undefined) return;
    if (event.type === "hello") {
      this.hello(event.cursor, event.build);
    } else if (event.type === "stream.reset") {
      this.connection.moveTo(event.cursor);
      this.binding.reset();
    }
    if (isLiveEvent(event)) this.draw(liveText(this.texts, event));
    const outcome = applyEvent(event, this.binding.known);
    this.binding.apply(outcome);
    if (outcome.fresh.length > 0) this.store.set({ fresh: new Set([...this.store.get().fresh, ...outcome.fresh]) });
    const announce = outcome.announce;
    if (announce !== undefined && announce.runId === this.runId) this.store.set({ said: en.announce.status(en.status[announce.status]) });
  }

  private hello(cursor: string, build: string): void {
    const { first } = this.store.get().builds;
    this.store.set({ builds: { first: first ?? build, now: build } });
    this.connection.moveTo(cursor);
    streamGate.open();
    // The gate lets readers through after 0.4 s: what they read before the stream stood may already be old.
    if (first === undefined && Date.now() - this.openedAt > 350) this.binding.reset();
  }

  /** Text is drawn once per animation frame, however many pieces came. */
  private draw(texts: typeof this.texts): void {
    if (texts === this.texts) return;
    this.texts = texts;
    if (this.painting) return;
    this.painting = true;
    requestAnimationFrame(() => {
      this.painting = false;
      this.store.set({ texts: this.texts });
    });
  }
}
