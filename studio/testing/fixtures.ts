import type { App, RunSummary, System, Task, Transition, Workflow, WorkflowSummary } from "../src/api/types";
import { ago, makeAwaiting, makeRun } from "./make-run.ts";

const strip = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${String(index)}`);

type Row = readonly [status: RunSummary["status"], title: string, workflow: string, number: number, minutes: number, path: readonly string[], sentence: string, gate?: "person" | "timer"];

const rows: readonly Row[] = [
  ["waiting", "Move of the workshop, weekly meeting", "Meeting notes", 58, 4, strip(4), "Waiting for an answer to “Confirm the notes”.", "person"],
  ["completed", "Delivery text, week 47", "Coffee blurb", 214, 12, strip(7), "Completed in 3 h 2 min."],
  ["running", "Price list import", "Import", 90, 14, strip(5), "Running “parse_sheet”."],
  ["failed", "Spring catalogue", "Publish site", 31, 62, strip(7), "“deploy” failed 3 times: permission denied."],
  ["waiting", "Late suppliers", "Supplier check", 12, 56, strip(8), "Waiting for an answer to “Approve update_order”.", "person"],
  ["completed", "Invoices of October", "Bookkeeping", 17, 130, [...strip(4), "!post", ...strip(2)], "Completed in 4 min 10 s."],
  ["paused", "Newsletter, winter", "Mailing", 8, 190, strip(6), "Paused by anna at “send_all”."],
  ["waiting", "Reminders for November", "Bookkeeping", 18, 200, strip(6), "Nothing to do before “send”.", "timer"],
  ["completed", "Opening hours", "Publish site", 30, 310, strip(4), "Completed in 38 s."],
  ["pending", "Nightly export", "Export", 211, 370, ["start"], "Ready to start, but no worker for “export” is running."],
  ["canceled", "Test of the new template", "Mailing", 7, 1500, strip(3), "Canceled after 2 min."],
  ["completed", "Weekly meeting, 10 Nov", "Meeting notes", 57, 5800, ["start", "a", "!b", "c", "d", "end"], "Completed in 9 min 44 s."],
];

export const runs: readonly RunSummary[] = rows.map(([status, title, workflow, number, minutes, path, sentence, gate]) =>
  makeRun({
    id: `run-${String(number)}`, status, title, workflow_title: workflow, workflow: workflow.toLowerCase().replaceAll(" ", "_"), number, created_at: ago(minutes), path: [...path], sentence,
    has_error: status === "failed", can_retry: status === "failed", awaiting: gate === undefined ? [] : [{ transition: "confirm", step: 3, kind: gate, title: "Confirm the notes", since: ago(minutes), due: null }],
  }),
);

const noRetry = { attempts: 0, delay: 0, backoff: "exponential", max_delay: 0 };

const transition = (name: string, from: string, to: string, kind: Transition["kind"], title: string, after: number | null = null): Transition => ({
  name, title, from, to, kind, guard: null, priority: null, timeout: 300, after, retry: noRetry, error_place: null, retry_target: null, asks: true, early: false, stopped_to: null, pool: null, schema: null,
});

export const notesSchema = {
  type: "object", title: "MeetingNotesArgs", required: ["raw_notes"],
  properties: {
    raw_notes: { type: "string", title: "Raw Notes", description: "As you typed them. Names and dates are enough, order does not matter.", minLength: 10 },
    language: { enum: ["english", "german", "french"], type: "string", title: "Language of the result", default: "english" },
    held_on: { anyOf: [{ type: "string", format: "date" }, { type: "null" }], title: "Date of the meeting", default: null },
    detail: { enum: ["short", "full"], type: "string", title: "Detail", default: "short" },
  },
};

const summary = (name: string, app: string, title: string, description: string, args_schema: unknown = null): WorkflowSummary => ({ name, app, title, description, args_schema });

const notes = summary("meeting_notes", "team_notes", "Meeting notes", "Turns raw notes into participants, decisions and action items.", notesSchema);
const ask = summary("ask", "buying", "Ask about an order", "", { type: "object", required: ["question"], properties: { question: { type: "string", title: "Question" } } });

export const workflow: Workflow = {
  ...notes, hash: "c41e", places: ["start", "shown", "answered", "optimized", "end"], state_schema: null, result_schema: null, config_schema: null, widgets: [], warnings: [],
  transitions: [
    transition("show_notes", "start", "shown", "automatic", "The raw notes are shown"),
    transition("user_response", "shown", "answered", "wait", "You correct them"),
    transition("expire", "shown", "end", "timer", "Close it", 172_800),
    transition("optimize_notes", "answered", "optimized", "automatic", "A model writes the draft"),
    transition("confirm", "optimized", "end", "wait", "You confirm"),
    transition("write_again", "optimized", "answered", "wait", "write it again"),
  ],
};

const app = (name: string, title: string, description: string, workflows: readonly WorkflowSummary[], ui: App["ui"] = []): App => ({
  name, title, description, hash: "c41e", live: true, last_seen: ago(0), ui, features: [], workflows: [...workflows], documents: [],
});

const widget = (name: string, options: Record<string, unknown>): App["ui"][number] => ({ widget: name, options, show_when: [], enabled_when: [] });

export const apps: readonly App[] = [
  app("team_notes", "Team notes", "Turns raw notes into decisions and tasks.", [notes], [
    widget("start-form", { workflow: "meeting_notes", label: "Paste the notes of a meeting", properties: { raw_notes: { widget: "textarea", rows: 6 }, detail: { widget: "radio", enumOptions: [{ value: "short", label: "Decisions and tasks" }, { value: "full", label: "With what was said" }] } } }),
  ]),
  app("shop", "Shop window", "Renders the catalogue and puts it online.", [summary("publish_site", "shop", "Publish site", ""), summary("import", "shop", "Import prices", "")]),
  app("buying", "Buying", "Answers questions about orders and suppliers.", [ask], [widget("prompt-input", { workflow: "ask", label: "Ask", placeholder: "Ask about an order" })]),
];

export const tasks: readonly Task[] = runs.flatMap((run, index) =>
  run.awaiting.filter((each) => each.kind === "person").map((each) => ({ id: `${run.id}/task`, run, origin: null, awaiting: makeAwaiting({ ...each, title: index === 0 ? "Confirm the notes of the weekly meeting" : "Approve a change of order 4471", due: index === 0 ? ago(-2880) : null }) })),
);

export function statuses(of: readonly RunSummary[] = runs): System["counts"]["statuses"] {
  const counts: System["counts"]["statuses"] = {};
  for (const run of of) counts[run.status] = (counts[run.status] ?? 0) + 1;
  return counts;
}

export const system = (): System => ({
  version: "0.1.0", build: "0.1.0", server_time: ago(0), temporal: { reachable: true, web_url: "http://127.0.0.1:8233" }, store: { kind: "sqlite", reachable: true, latency_ms: 0.4 },
  pools: [{ app: "team_notes", pool: "default", workers: 2, last_seen: ago(0) }], counts: { waiting_for_person: tasks.length, failed: 1, statuses: statuses() },
});
