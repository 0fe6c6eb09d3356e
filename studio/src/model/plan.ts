import type { Transition, Workflow } from "@/api/types";
import { visible } from "@/lib/words";

/** One stop of a run that has not begun. */
export type PlannedStop = {
  readonly key: string;
  readonly title: string;
  readonly kind: "automatic" | "wait" | "end";
  /** Titles of what may happen instead. */
  readonly others: readonly string[];
  /** What a timer does if nobody answers, and after how many seconds. */
  readonly timer: { readonly after: number; readonly title: string } | undefined;
};

const MOST = 12;

const titleOf = (transition: Pick<Transition, "title">): string => visible(transition.title);

/** The order in which the engine tries automatic transitions: highest priority first, without one last, then as declared. */
const byPriority = (left: Transition, right: Transition): number => (right.priority ?? -Infinity) - (left.priority ?? -Infinity) || 0;

function nextAt(place: string, transitions: readonly Transition[]): { readonly stop: PlannedStop; readonly to: string } | undefined {
  const leaving = transitions.filter((each) => each.from === place);
  const automatic = leaving.filter((each) => each.kind === "automatic").sort(byPriority);
  const waits = leaving.filter((each) => each.kind === "wait");
  // A guarded loop back may come first at run time; the picture follows what surely leads on.
  const first = automatic.find((each) => each.guard === null) ?? automatic[0] ?? waits[0];
  if (first === undefined) return undefined;
  const kind = first.kind === "wait" ? "wait" : "automatic";
  const others = [...(kind === "wait" ? waits : automatic)].filter((each) => each !== first).map(titleOf);
  const timer = leaving.find((each) => each.kind === "timer" && each.after !== null);
  return { stop: { key: `${place}/${first.name}`, title: titleOf(first), kind, others: [...new Set(others)], timer: kind === "wait" && timer !== undefined ? { after: timer.after ?? 0, title: titleOf(timer) } : undefined }, to: first.to };
}

/** What will most likely happen, from the definition alone: the way from `start` to `end` without turning back. */
export function planOf(workflow: Pick<Workflow, "transitions">): readonly PlannedStop[] {
  const stops: PlannedStop[] = [];
  const seen = new Set<string>();
  let place = "start";
  while (!seen.has(place) && stops.length < MOST) {
    seen.add(place);
    const next = nextAt(place, workflow.transitions);
    if (next === undefined) break;
    stops.push(next.stop);
    place = next.to;
  }
  if (place === "end") stops.push({ key: "end", title: "", kind: "end", others: [], timer: undefined });
  return stops;
}
