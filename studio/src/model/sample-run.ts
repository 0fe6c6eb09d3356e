import type { DocumentShape, RunShape, StepShape } from "./shapes";

/** Builders for the tests of this room. */
export const aRun = (over: Partial<RunShape> = {}): RunShape => ({
  id: "r1", status: "running", place: "start", awaiting: [], created_at: "2026-11-21T10:00:00Z", started_at: "2026-11-21T10:00:01Z", ...over,
});

export const aStep = (step: number, from: string, to: string | null, over: Partial<StepShape> = {}): StepShape => ({
  step, transition: `t${String(step)}`, from, to, status: to === null ? "running" : "committed", attempt: 1,
  started_at: `2026-11-21T10:00:0${String(step + 1)}Z`, ended_at: to === null ? null : `2026-11-21T10:00:0${String(step + 2)}Z`, duration_ms: 100, ...over,
});

export const aDocument = (position: number, step: number, over: Partial<DocumentShape> = {}): DocumentShape => ({
  id: `d${String(position)}`, name: "note", key: null, position, version: 1, step, place: "start", created_at: "2026-11-21T10:00:02Z", ...over,
});

export const person = (transition: string) => ({ transition, kind: "person", since: "2026-11-21T10:00:03Z" }) as const;
