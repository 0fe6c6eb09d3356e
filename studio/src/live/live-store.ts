import type { ConnectionState } from "./connection";
import type { LiveTexts } from "./live-text";

export type LiveState = {
  readonly connection: ConnectionState;
  readonly texts: LiveTexts;
  /** Runs started since the list was last read. */
  readonly fresh: ReadonlySet<string>;
  /** The last thing worth saying aloud. */
  readonly said: string;
  /** The server's build when the page was opened, and the one it has now. */
  readonly builds: { readonly first: string | undefined; readonly now: string | undefined };
};

const start: LiveState = { connection: { kind: "connecting" }, texts: new Map(), fresh: new Set(), said: "", builds: { first: undefined, now: undefined } };

/** What the stream says that is not in the query cache; told to React through `useSyncExternalStore`. */
export class LiveStore {
  private state = start;
  private readonly listeners = new Set<() => void>();

  readonly get = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  };

  set(change: Partial<LiveState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
