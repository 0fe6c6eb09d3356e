/** A place and its edges as the catalogue of the run tells them. */
export type GraphPlace = { readonly name: string };
export type EdgeKind = "automatic" | "wait" | "timer" | "error" | "retry" | "stop" | "child";
export type GraphEdge = { readonly name: string; readonly from: string; readonly to: string; readonly kind: EdgeKind };

/** Rows are laid out from the top; units are pixels. */
export type LaidPlace = { readonly name: string; readonly row: number; readonly y: number };
export type LaidEdge<E extends GraphEdge> = {
  readonly edge: E;
  /** `straight`: the track to the next place. `arc`: runs left of the line. `loop`: comes back to its own place. */
  readonly route: "straight" | "arc" | "loop";
  readonly labelY: number;
  /** Which lane an arc takes, 0 is the nearest to the track. */
  readonly lane: number;
  readonly fromY: number;
  readonly toY: number;
};
export type GraphLayout<E extends GraphEdge> = {
  readonly places: readonly LaidPlace[];
  readonly edges: readonly LaidEdge<E>[];
  readonly lanes: number;
  readonly height: number;
};

const TOP = 16;
const LABEL = 28;
const AFTER = 28;
/** Between places that no track joins. */
const GAP = 44;

const regular = (edge: GraphEdge): boolean => edge.kind === "automatic" || edge.kind === "wait" || edge.kind === "child";

/** Edges that lead back to a place on the way to them, found by walking in declaration order. */
function backEdges(edges: readonly GraphEdge[], start: string): ReadonlySet<GraphEdge> {
  const back = new Set<GraphEdge>();
  const done = new Set<string>();
  const open = new Set<string>();
  const leaving = new Map<string, GraphEdge[]>();
  for (const edge of edges) leaving.set(edge.from, [...(leaving.get(edge.from) ?? []), edge]);
  const walk = (place: string): void => {
    open.add(place);
    for (const edge of leaving.get(place) ?? []) {
      if (open.has(edge.to)) back.add(edge);
      else if (!done.has(edge.to)) walk(edge.to);
    }
    open.delete(place);
    done.add(place);
  };
  walk(start);
  return back;
}

/** The longest way from the start to each place, over edges that lead forward. */
function ranks(edges: readonly GraphEdge[], start: string): ReadonlyMap<string, number> {
  const rank = new Map([[start, 0]]);
  // A place can be pushed further down at most once per place there is: no cycles are left.
  for (let again = true; again; ) {
    again = false;
    for (const edge of edges) {
      const from = rank.get(edge.from);
      if (from === undefined || (rank.get(edge.to) ?? -1) >= from + 1) continue;
      rank.set(edge.to, from + 1);
      again = true;
    }
  }
  return rank;
}

/**
 * Places from top to bottom: the regular way first and `end` at its foot, then what only timers and errors lead to,
 * then what nothing leads to.
 */
export function orderPlaces(places: readonly GraphPlace[], edges: readonly GraphEdge[]): readonly string[] {
  const names = places.map((place) => place.name);
  const start = names.includes("start") ? "start" : (names[0] ?? "");
  const back = backEdges(edges, start);
  const forward = edges.filter((edge) => !back.has(edge));
  const main = ranks(forward.filter(regular), start);
  const all = ranks(forward, start);
  const weight = (name: string): number => {
    const rank = main.get(name);
    if (rank !== undefined) return name === "end" ? 10_000 : rank;
    return 20_000 + (all.get(name) ?? 10_000);
  };
  return names.map((name, at) => ({ name, at })).toSorted((a, b) => weight(a.name) - weight(b.name) || a.at - b.at).map((one) => one.name);
}

/** Gives every arc a lane of its own as far as it overlaps others; short arcs stay near the track. */
function laneOf(taken: [number, number][][], top: number, bottom: number): number {
  const free = taken.findIndex((lane) => lane.every(([from, to]) => to < top || from > bottom));
  const lane = free === -1 ? taken.length : free;
  (taken[lane] ??= []).push([top, bottom]);
  return lane;
}

type Placed<E extends GraphEdge> = { edge: E; labelY: number };

/**
 * One column, like the feed: places under each other, every transition on a line of its own below the place it leaves,
 * the track between neighbours, everything else as an arc on the left.
 */
export function layoutGraph<E extends GraphEdge>(places: readonly GraphPlace[], edges: readonly E[]): GraphLayout<E> {
  const order = orderPlaces(places, edges);
  const next = new Map(order.map((name, at) => [name, order[at + 1]]));
  const laid: LaidPlace[] = [];
  const lines: Placed<E>[] = [];
  let y = TOP;
  order.forEach((name, row) => {
    laid.push({ name, row, y });
    const leaving = edges.filter((edge) => edge.from === name);
    const ahead = leaving.filter((edge) => edge.to === next.get(name));
    // The line to the neighbour comes last, next to where it leads.
    for (const edge of [...leaving.filter((edge) => edge.to !== next.get(name)), ...ahead]) {
      lines.push({ edge, labelY: (y += LABEL) });
    }
    y += leaving.length > 0 ? AFTER : GAP;
  });
  return { places: laid, ...routes(lines, laid, next), height: (laid.at(-1)?.y ?? 0) + TOP + 8 };
}

function routes<E extends GraphEdge>(
  lines: readonly Placed<E>[], laid: readonly LaidPlace[], next: ReadonlyMap<string, string | undefined>,
): { readonly edges: readonly LaidEdge<E>[]; readonly lanes: number } {
  const ys = new Map(laid.map((place) => [place.name, place.y]));
  const taken: [number, number][][] = [];
  const routed = lines.map(({ edge, labelY }): LaidEdge<E> => {
    const fromY = ys.get(edge.from) ?? 0;
    const toY = ys.get(edge.to) ?? fromY;
    const route = edge.to === edge.from ? "loop" : edge.to === next.get(edge.from) && regular(edge) ? "straight" : "arc";
    return { edge, labelY, route, lane: 0, fromY, toY };
  });
  const arcs = routed.filter((one) => one.route === "arc").toSorted((a, b) => span(a) - span(b));
  const lanes = new Map(arcs.map((one) => [one.edge, laneOf(taken, Math.min(one.fromY, one.toY), Math.max(one.fromY, one.toY))]));
  return { edges: routed.map((one) => ({ ...one, lane: lanes.get(one.edge) ?? 0 })), lanes: taken.length };
}

const span = (edge: LaidEdge<GraphEdge>): number => Math.abs(edge.toY - edge.fromY);
