import type { IncomingMessage, ServerResponse } from "node:http";
import type { StartRun } from "../src/api/types";
import { apps, runs, statuses, system, tasks, workflow } from "./fixtures.ts";
import { ago, makeAwaiting, makeRun, makeWholeRun } from "./make-run.ts";

type Reply = { readonly status: number; readonly body: unknown };

const ok = (body: unknown): Reply => ({ status: 200, body });
const problem = (status: number, code: string, title: string, more: object = {}): Reply => ({ status, body: { type: "about:blank", title, status, code, request_id: "01HZX3", fields: [], ...more } });

function listed(url: URL): Reply {
  const status = url.searchParams.getAll("status");
  const search = (url.searchParams.get("search") ?? "").toLowerCase();
  const found = runs.filter((run) => (status.length === 0 || status.includes(run.status)) && (search === "" || (run.title ?? "").toLowerCase().includes(search)));
  return ok({ items: found.slice(0, Number(url.searchParams.get("limit") ?? 50)), cursor: null });
}

function started(body: Partial<StartRun>): Reply {
  const args = body.args as { readonly raw_notes?: string } | null;
  if (args?.raw_notes?.includes("bad") === true) {
    return problem(422, "invalid_arguments", "The arguments do not fit.", { fields: [{ path: ["raw_notes"], message: "These notes name nobody.", code: "value_error" }] });
  }
  return { status: 201, body: makeWholeRun({ ...makeRun({ id: "run-58", status: "pending" }), awaiting: [] }) };
}

function one(id: string, part: string | undefined): Reply {
  const run = runs.find((each) => each.id === id);
  if (run === undefined) return problem(404, "unknown_run", `No run has the id ${id}.`);
  const awaiting = run.awaiting.map((each) => makeAwaiting(each));
  switch (part) {
    case undefined: return ok(makeWholeRun({ ...run, awaiting }));
    case "why": return ok({ code: "person", text: run.sentence, parts: [{ kind: "text", text: "Waiting for an answer to " }, { kind: "transition", text: "“confirm”", name: "confirm" }, { kind: "text", text: " since " }, { kind: "time", text: "", at: ago(4), relative: false }, { kind: "text", text: "." }], since: ago(4), until: null, actions: [] });
    case "graph": return ok({ workflow: run.workflow, hash: "c41e", places: [], edges: [], place: run.place });
    case "documents": return ok({ items: [], before: null, after: null });
    case "marks": return ok({ items: [] });
    case "steps": return ok({ items: [], cursor: null });
    default: return problem(404, "unknown", "Nothing is here.");
  }
}

/** Answers like the API, from fixtures; `body` is the parsed JSON of a request. */
export function answer(method: string, url: URL, body: unknown): Reply {
  const path = url.pathname.replace(/^\/api\/v1\//, "").split("/").map(decodeURIComponent);
  switch (path[0] ?? "") {
    case "system": return ok(system());
    case "me": return ok({ id: "local", name: "Anna" });
    case "apps": return ok({ items: apps });
    case "tasks": return ok({ items: tasks, cursor: null, count: tasks.length });
    case "workspaces": return ok({ items: [{ id: "default", title: "Default", favourite: false, is_default: true, created_at: ago(9999) }] });
    case "workflows": return path[1] === workflow.name ? ok(workflow) : problem(404, "unknown_workflow", "No workflow has this name.");
    case "runs": break;
    default: return problem(404, "unknown", "Nothing is here.");
  }
  if (method === "POST" && path[1] === undefined) return started(body as Partial<StartRun>);
  if (path[1] === undefined) return listed(url);
  return path[1] === "facets" ? ok({ total: runs.length, statuses: statuses(), workflows: {} }) : one(path[1], path[2]);
}

async function read(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return pieces.length === 0 ? undefined : JSON.parse(Buffer.concat(pieces).toString("utf8"));
}

/** The same behind a socket, with an event stream that says hello and stays open. */
export async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (url.pathname === "/api/v1/events") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`data: ${JSON.stringify({ type: "hello", cursor: "0", build: "fake", server_time: ago(0) })}\n\n`);
    return;
  }
  const reply = answer(request.method ?? "GET", url, await read(request));
  response.writeHead(reply.status, { "content-type": reply.status < 400 ? "application/json" : "application/problem+json" });
  response.end(JSON.stringify(reply.body));
}
