import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layoutGraph, orderPlaces, type EdgeKind, type GraphEdge } from "./graph-layout";

const edge = (name: string, from: string, to: string, kind: EdgeKind = "automatic"): GraphEdge => ({ name, from, to, kind });
const places = (...names: string[]) => names.map((name) => ({ name }));

const notes = [
  edge("create", "start", "waiting"), edge("respond", "waiting", "received", "wait"), edge("optimize", "received", "optimized"),
  edge("confirm", "optimized", "end", "wait"), edge("again", "optimized", "received", "wait"), edge("expire", "optimized", "expired", "timer"),
];

describe("the drawing of a graph", () => {
  it("goes down the regular way, and below the end to what only a timer leads to", () => {
    const order = orderPlaces(places("start", "expired", "end", "optimized", "waiting", "received"), notes);
    expect(order).toEqual(["start", "waiting", "received", "optimized", "end", "expired"]);
  });

  it("draws the track between neighbours and arcs for the rest, the short one nearer", () => {
    const layout = layoutGraph(places("start", "waiting", "received", "optimized", "end", "expired"), notes);
    const route = Object.fromEntries(layout.edges.map((one) => [one.edge.name, `${one.route} ${String(one.lane)}`]));
    expect(route).toEqual({
      create: "straight 0", respond: "straight 0", optimize: "straight 0", confirm: "straight 0", again: "arc 0", expire: "arc 1",
    });
    expect(layout.lanes).toBe(2);
  });

  it("gives two ways that meet again a row each", () => {
    const edges = [edge("a", "start", "left"), edge("b", "start", "right"), edge("c", "left", "end"), edge("d", "right", "end")];
    expect(orderPlaces(places("start", "right", "left", "end"), edges)).toEqual(["start", "right", "left", "end"]);
  });

  it("loops at a place that leads to itself", () => {
    expect(layoutGraph(places("start"), [edge("again", "start", "start", "wait")]).edges[0]?.route).toBe("loop");
  });

  it("draws nothing for nothing", () => {
    expect(layoutGraph([], [])).toEqual({ places: [], edges: [], lanes: 0, height: 24 });
  });

  it("gives every place its own height and every edge a line between its place and the next, for any graph", () => {
    const name = fc.integer({ min: 0, max: 9 }).map((at) => `p${String(at)}`);
    const kind = fc.constantFrom<EdgeKind>("automatic", "wait", "timer", "error", "retry");
    const edges = fc.array(fc.tuple(name, name, kind), { maxLength: 25 }).map((all) => all.map(([from, to, of], at) => edge(String(at), from, to, of)));
    fc.assert(
      fc.property(edges, (drawn) => {
        const layout = layoutGraph(places(...Array.from({ length: 10 }, (_, at) => `p${String(at)}`)), drawn);
        const heights = [...layout.places.map((place) => place.y), ...layout.edges.map((one) => one.labelY)];
        expect(new Set(heights).size).toBe(heights.length);
        expect(layout.edges).toHaveLength(drawn.length);
        for (const one of layout.edges) expect(one.labelY).toBeGreaterThan(one.fromY);
      }),
    );
  });
});
