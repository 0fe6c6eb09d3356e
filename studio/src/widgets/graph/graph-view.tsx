import { useMemo, useRef, type KeyboardEvent } from "react";
import type { Graph } from "@/api/types";
import { shapeOf, markClass } from "@/components/marks/status-mark";
import type { Gate, Status } from "@/components/marks/status";
import { runWords } from "@/i18n/en-run";
import { duration } from "@/lib/time";
import { visible } from "@/lib/words";
import { layoutGraph, type LaidEdge, type LaidPlace } from "@/model/graph-layout";

type Edge = Graph["edges"][number];
type Place = Graph["places"][number];
type Laid = LaidEdge<Edge & { readonly name: string }>;

const WIDTH = 360;
const LANE = 12;
/** Longest a label may be before it is cut; the whole name stands in its title. */
const LETTERS = 34;

export type GraphFacts = {
  /** What stands at the right of an edge: how long its last step took, or how often it was taken. */
  readonly note: (edge: Edge) => { readonly text: string; readonly failed: boolean } | null;
  readonly here: { readonly status: Status; readonly gate: Gate };
  readonly onEdge: (edge: Edge) => void;
};

/** What stands at an edge: the title of its transition, its guard, and where it leads unless that is the next stop. */
function labelOf({ edge, route }: Laid): string {
  const turn = edge.kind === "error" || edge.kind === "retry" || edge.kind === "stop" ? runWords.graph.kinds[edge.kind] : "";
  const guard = edge.guard === null || turn !== "" ? "" : runWords.graph.guard(visible(edge.guard));
  return [visible(edge.title), turn, guard, route === "arc" ? runWords.graph.leads(visible(edge.to)) : ""].filter((part) => part !== "").join(" ");
}

const cut = (text: string): string => (text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text);

/** The state machine as the track: places are stops, transitions stand between them, ways back run at the left. */
export function GraphView({ graph, facts }: { readonly graph: Graph; readonly facts: GraphFacts }) {
  const layout = useMemo(() => layoutGraph(graph.places, graph.edges.map((edge) => ({ ...edge, name: edge.transition }))), [graph]);
  const x = 24 + Math.max(2, layout.lanes) * LANE;
  const known = new Map(graph.places.map((place) => [place.name, place]));
  return (
    <>
      <svg className="graph" width="100%" viewBox={`0 0 ${String(WIDTH)} ${String(layout.height)}`} role="img" aria-label={runWords.graph.label}>
        {layout.edges.map((one) => <EdgeLine key={one.edge.id} laid={one} x={x} />)}
        {layout.edges.map((one) => <EdgeLabel key={one.edge.id} laid={one} x={x} facts={facts} />)}
        {layout.places.map((laid) => <PlaceMark key={laid.name} laid={laid} place={known.get(laid.name)} x={x} here={facts.here} />)}
      </svg>
      <GraphList graph={graph} places={layout.places} facts={facts} />
    </>
  );
}

const toneOf = (edge: Edge): string => (edge.taken > 0 || edge.live ? "var(--ink-2)" : "var(--edge)");

function dashOf(edge: Edge): string | undefined {
  if (edge.kind === "timer") return "2 4";
  return edge.kind === "error" || edge.kind === "retry" || edge.kind === "stop" ? "5 3" : undefined;
}

function EdgeLine({ laid, x }: { readonly laid: Laid; readonly x: number }) {
  const { edge, fromY, toY } = laid;
  const common = { fill: "none", stroke: toneOf(edge), strokeDasharray: dashOf(edge), className: edge.live ? "travel live-edge" : undefined };
  if (laid.route === "straight") {
    const double = edge.kind === "wait";
    const path = double ? `M${String(x - 2)} ${String(fromY)}V${String(toY)}M${String(x + 2)} ${String(fromY)}V${String(toY)}` : `M${String(x)} ${String(fromY)}V${String(toY)}`;
    return <path d={path} {...common} strokeWidth={double ? (edge.taken > 0 ? 1.5 : 1.2) : 2} />;
  }
  if (laid.route === "loop") {
    return <path d={`M${String(x - 5)} ${String(fromY - 3)}c-20 -10 -20 16 0 8`} {...common} strokeWidth={1.5} />;
  }
  const down = toY > fromY;
  const lane = x - 14 - (laid.lane + 1) * LANE;
  const [start, end] = down ? [fromY + 4, toY - 2] : [fromY - 4, toY + 2];
  const bend = Math.min(24, Math.abs(end - start) / 2) * (down ? 1 : -1);
  const path = `M${String(x - 5)} ${String(start)}C${String(lane)} ${String(start)} ${String(lane)} ${String(start + bend / 2)} ${String(lane)} ${String(start + bend)}V${String(end - bend)}C${String(lane)} ${String(end - bend / 2)} ${String(lane)} ${String(end)} ${String(x - 6)} ${String(end)}`;
  return <path d={path} {...common} strokeWidth={edge.kind === "timer" ? 2 : 1.5} strokeLinecap="round" />;
}

const person = (
  <g fill="none" stroke="var(--ink-2)" strokeWidth="1.3">
    <circle cx="5" cy="3" r="2.2" />
    <path d="M.8 10.5c.3-3 2-4 4.2-4s3.9 1 4.2 4" />
  </g>
);

function EdgeLabel({ laid, x, facts }: { readonly laid: Laid; readonly x: number; readonly facts: GraphFacts }) {
  const { edge, labelY } = laid;
  const note = facts.note(edge);
  const dim = edge.taken === 0 && !edge.live;
  const text = labelOf(laid);
  const wait = edge.kind === "wait";
  return (
    <g className="edge" onClick={() => { facts.onEdge(edge); }}>
      <title>{`${text}, ${runWords.graph.kinds[edge.kind]}`}</title>
      <rect x={x + 12} y={labelY - 12} width={WIDTH - x - 12} height={24} fill="transparent" />
      {wait ? <g transform={`translate(${String(x + 16)} ${String(labelY - 5)})`}>{person}</g> : null}
      <text x={x + (wait ? 32 : 16)} y={labelY + 4} className={dim ? "dim" : undefined}>{cut(text)}</text>
      {note === null ? null : <text x={WIDTH - 4} y={labelY + 4} textAnchor="end" className={note.failed ? "bad num" : dim ? "dim num" : "num"}>{note.text}</text>}
    </g>
  );
}

function PlaceMark({ laid, place, x, here }: { readonly laid: LaidPlace; readonly place: Place | undefined; readonly x: number; readonly here: GraphFacts["here"] }) {
  const live = place?.live === true;
  const seen = (place?.visits ?? 0) > 0 || live;
  const [status, gate]: [Status, Gate] = live ? [here.status, here.gate] : seen ? ["completed", "person"] : ["pending", "person"];
  const visits = place?.visits ?? 0;
  return (
    <g>
      <g className={markClass(status, gate)} transform={`translate(${String(x - 6)} ${String(laid.y - 6)})`}>
        <circle cx="6" cy="6" r="9" fill="var(--canvas)" />
        {shapeOf(status, gate)}
      </g>
      <text className={seen ? "pl" : "pl dim"} x={x + 16} y={laid.y + 4.5}>{cut(visible(laid.name))}</text>
      {visits > 1 ? <text className="num dim" x={WIDTH - 4} y={laid.y + 4.5} textAnchor="end">{runWords.graph.visits(visits)}</text> : null}
    </g>
  );
}

type ListProps = { readonly graph: Graph; readonly places: readonly LaidPlace[]; readonly facts: GraphFacts };

/** The same graph as a list for readers who cannot see the drawing, walked by arrow keys. */
function GraphList({ graph, places, facts }: ListProps) {
  const list = useRef<HTMLUListElement>(null);
  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    buttons[buttons.findIndex((one) => one === document.activeElement) + step]?.focus();
  };
  return (
    <ul className="graphlist" ref={list} onKeyDown={walk} aria-label={runWords.graph.list}>
      {places.map((laid) => {
        const place = graph.places.find((one) => one.name === laid.name);
        const state = place?.live === true ? runWords.graph.here : (place?.visits ?? 0) > 0 ? runWords.graph.visits(place?.visits ?? 0) : runWords.graph.notYet;
        return (
          <li key={laid.name}>
            <span>{`${visible(laid.name)}, ${state}`}</span>
            <ul>
              {graph.edges.filter((edge) => edge.from === laid.name).map((edge) => (
                <li key={edge.id}>
                  <button type="button" onClick={() => { facts.onEdge(edge); }}>
                    {`${visible(edge.title)} ${runWords.graph.leads(visible(edge.to))}, ${runWords.graph.kinds[edge.kind]}${edge.after === null ? "" : `, ${runWords.graph.after(duration(edge.after))}`}${edge.taken > 0 ? `, ${runWords.graph.times(edge.taken)}` : ""}`}
                  </button>
                </li>
              ))}
            </ul>
          </li>
        );
      })}
    </ul>
  );
}
