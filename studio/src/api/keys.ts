import type { RunStatus } from "./types";

/** Filters of the runs list, as they stand in the address. */
export type RunFilter = { readonly status?: RunStatus | undefined; readonly workflow?: string | undefined; readonly workspace?: string | undefined; readonly q?: string | undefined };

export type Key = readonly unknown[];

/** Every cache key of the studio. Live updates name what became stale by these and by nothing else. */
export const keys = {
  apps: ["apps"],
  system: ["system"],
  me: ["me"],
  tasks: ["tasks"],
  inbox: ["tasks", "all"],
  workspaces: ["workspaces"],
  workflow: (name: string) => ["workflow", name] as const,
  workflowGraph: (name: string) => ["workflow", name, "graph"] as const,
  workflows: ["workflow"],
  /** The newest runs, as Home shows them. */
  recent: ["runs", "recent"],
  /** The paged list: new runs are announced there, not pushed in. */
  list: (filter: RunFilter) => ["runs", "list", filter] as const,
  lists: ["runs", "list"],
  facets: (filter: RunFilter) => ["facets", filter] as const,
  allFacets: ["facets"],
  search: (text: string) => ["search", text] as const,
  run: (id: string) => ["run", id] as const,
  documents: (id: string) => ["run", id, "documents"] as const,
  steps: (id: string) => ["run", id, "steps"] as const,
  step: (id: string, step: number) => ["run", id, "steps", step] as const,
  marks: (id: string) => ["run", id, "marks"] as const,
  why: (id: string) => ["run", id, "why"] as const,
  graph: (id: string) => ["run", id, "graph"] as const,
  document: (id: string) => ["document", id] as const,
  question: (id: string) => ["question", id] as const,
} as const;

/** `['run', id]` means the run alone; every other key means everything below it. */
export const isExact = (key: Key): boolean => key.length === 2 && key[0] === "run";

/** Whether a key is that of a run's documents. */
export const isFeed = (key: Key): boolean => key[0] === "run" && key[2] === "documents";
