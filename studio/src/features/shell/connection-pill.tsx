import { en } from "@/i18n/en";
import { minutes } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import type { ConnectionState } from "@/live/connection";
import { useConnection, useLive } from "@/live/use-live";

/** The words of a connection state. */
export function connectionWords(state: ConnectionState, now: number): string {
  switch (state.kind) {
    case "connecting": return en.connection.connecting;
    case "live": return en.connection.live;
    case "retrying": return en.connection.reconnecting(Math.max(0, Math.ceil((state.at - now) / 1000)));
    case "offline": return en.connection.offline(minutes(state.since));
  }
}

/** Whether the page is live; pressing it connects now. */
export function ConnectionPill() {
  const state = useConnection();
  const { retryNow } = useLive();
  const now = useNow(state.kind === "retrying" ? 500 : 60_000);
  const words = connectionWords(state, now);
  const held = state.kind === "live" || state.kind === "connecting";
  return (
    <div className={`row live${state.kind === "live" ? "" : " lost"}`} role="status">
      {held ? <span title={words}>{words}</span> : <button type="button" className="bare" title={en.connection.retryNow} onClick={retryNow}><span>{words}</span></button>}
    </div>
  );
}
