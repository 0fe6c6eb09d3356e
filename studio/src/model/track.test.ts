import { describe, expect, it } from "vitest";
import { aRun, aStep, person } from "./sample-run";
import { stretchBelow, trackStops } from "./track";

describe("the track", () => {
  it("has amber at its end only when a person is awaited", () => {
    const timer = { transition: "expire", kind: "timer", since: "2026-11-21T10:00:00Z" } as const;
    expect(trackStops(aRun({ status: "waiting", awaiting: [timer] }), []).at(-1)?.mark).toBe("engine");
    expect(trackStops(aRun({ status: "waiting", awaiting: [timer, person("decide")] }), []).at(-1)?.mark).toBe("waiting");
  });

  it("puts a running step at the place it leaves", () => {
    const stop = trackStops(aRun({ place: "start" }), [aStep(0, "start", "a"), aStep(1, "a", null)]).at(-1);
    expect(stop).toMatchObject({ place: "a", mark: "running", here: true, key: "s1" });
    expect(stop && stretchBelow(stop)).toBe("live");
  });

  it("stops where a step failed", () => {
    const failed = aStep(1, "a", null, { status: "failed", error: { message: "no" } });
    const stop = trackStops(aRun({ status: "failed", place: "a" }), [aStep(0, "start", "a"), failed]).at(-1);
    expect(stop).toMatchObject({ place: "a", mark: "failed" });
    expect(stop && stretchBelow(stop)).toBe("none");
  });

  it("goes on from where a person stopped a step, and stays where the stop led nowhere", () => {
    const stopped = { status: "closed", error: { code: "stopped", message: "ann stopped it" } } as const;
    const left = trackStops(aRun({ status: "waiting", place: "b" }), [aStep(0, "start", "a"), aStep(1, "a", "b", stopped)]);
    expect(left.map((stop) => [stop.place, stop.mark])).toEqual([["start", "completed"], ["a", "canceled"], ["b", "engine"]]);
    const parked = trackStops(aRun({ status: "failed", place: "a" }), [aStep(0, "start", "a"), aStep(1, "a", "a", stopped)]);
    expect(parked.map((stop) => stop.place)).toEqual(["start", "a"]);
  });

  it("keeps the key of a stop when its step commits, so that nothing on the page is built again", () => {
    const before = trackStops(aRun({ place: "a" }), [aStep(0, "start", "a"), aStep(1, "a", null)]);
    const after = trackStops(aRun({ place: "b" }), [aStep(0, "start", "a"), aStep(1, "a", "b")]);
    expect(after.slice(0, 2).map((stop) => stop.key)).toEqual(before.map((stop) => stop.key));
  });

  it("says when each place was reached", () => {
    const stops = trackStops(aRun({ place: "a", started_at: null }), [aStep(0, "start", "a")]);
    expect(stops.map((stop) => stop.arrived)).toEqual(["2026-11-21T10:00:00Z", "2026-11-21T10:00:02Z"]);
    const first = stops[0];
    expect(first && stretchBelow(first)).toBe("done");
  });

  it("ends at the place of the run", () => {
    const steps = [aStep(0, "start", "a"), aStep(1, "a", "end")];
    expect(trackStops(aRun({ status: "completed", place: "end" }), steps).at(-1)).toMatchObject({ place: "end", mark: "completed" });
    expect(trackStops(aRun({ status: "canceled", place: "a" }), steps.slice(0, 1)).at(-1)).toMatchObject({ place: "a", mark: "canceled" });
  });
});
