import type { Gate, Status } from "@/components/marks/status";
import type { StopMark } from "@/model/track";

/** A stop's mark as status and gate. */
export function markOf(mark: StopMark): { readonly status: Status; readonly gate: Gate } {
  return mark === "engine" ? { status: "waiting", gate: "engine" } : { status: mark, gate: "person" };
}
