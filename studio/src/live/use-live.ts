import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import type { ConnectionState } from "./connection";
import type { LiveSession } from "./live-session";
import type { LiveState } from "./live-store";
import type { LiveText } from "./live-text";

export const LiveContext = createContext<LiveSession | undefined>(undefined);

/** The tab's stream. Throws outside of `LiveContext`. */
export function useLive(): LiveSession {
  const session = useContext(LiveContext);
  if (session === undefined) throw new Error("useLive needs a LiveContext around it.");
  return session;
}

function useLiveState<T>(select: (state: LiveState) => T): T {
  const { store } = useLive();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

export const useConnection = (): ConnectionState => useLiveState((state) => state.connection);

/** Runs that the list does not show yet, and what to call when it was read again. */
export const useFreshRuns = (): ReadonlySet<string> => useLiveState((state) => state.fresh);

/** The last thing worth saying to a screen reader. */
export const useSaid = (): string => useLiveState((state) => state.said);

/** True when the server runs another build than the one this page came from. */
export const useNewBuild = (): boolean => useLiveState(({ builds }) => builds.first !== builds.now);

/** Text that is being written in a run, oldest first; empty when nothing is. */
export function useLiveTexts(runId: string): readonly LiveText[] {
  const texts = useLiveState((state) => state.texts);
  return useMemo(() => [...texts.values()].filter((text) => text.runId === runId), [texts, runId]);
}

/** Listens to one run (and its descendants and live text) for as long as the caller is shown. */
export function useLook(runId: string): void {
  const session = useLive();
  useEffect(() => {
    session.look(runId);
    return () => { session.look(undefined); };
  }, [session, runId]);
}
