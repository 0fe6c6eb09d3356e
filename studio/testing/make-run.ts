import type { Awaiting, Run, RunSummary } from "../src/api/types";

const MINUTE = 60_000;

/** A moment that many minutes ago (or ahead, if negative), as the API writes it. */
export const ago = (minutes: number, now = Date.now()): string => new Date(now - minutes * MINUTE).toISOString();

/** A run as lists show it; every field can be replaced. */
export function makeRun(change: Partial<RunSummary> = {}): RunSummary {
  const created = change.created_at ?? ago(5);
  const id = change.id ?? "run-1";
  return {
    id, app: "team_notes", workflow: "meeting_notes", workflow_title: "Meeting notes", title: null, number: 58, workspace_id: "default", user_id: "local", parent_id: null, root_id: id,
    status: "completed", place: "end", step: 3, rev: 9, sentence: "Completed in 38 s.", has_error: false, error_message: null, error: null, can_retry: false, can_stop: false, retry: null,
    path: ["start", "drafted", "end"], awaiting: [], cancel_requested: false, created_at: created, started_at: created, updated_at: created, ended_at: created, links: { temporal: null }, ...change,
  };
}

/** One open question to a person. */
export function makeAwaiting(change: Partial<Awaiting> = {}): Awaiting {
  return {
    transition: "confirm", step: 3, kind: "person", title: "Confirm the notes", since: ago(4), due: null, task_id: "run-1/3/confirm",
    schema: { type: "object", required: ["approved"], properties: { approved: { type: "boolean", title: "Approved", default: true }, note: { type: "string", title: "Note", default: "" } } },
    widgets: [], document_ids: [], question: null, ...change,
  };
}

const NO_USAGE: Run["usage"] = {
  calls: 0, input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, reasoning_tokens: 0, cost: null, unpriced: 0, models: [],
};

/** A run, whole. */
export function makeWholeRun(change: Partial<Run> = {}): Run {
  return { ...makeRun(), args: { raw_notes: "Tuesday, workshop." }, config: null, result: null, error_transition: null, paused_at: null, paused_by: null, hash: "c41e", widgets: [], titles: {}, tools: {}, usage: NO_USAGE, ...change, awaiting: change.awaiting ?? [], ahead: change.ahead ?? [] };
}
