import type { NavigateOptions } from "@tanstack/react-router";
import type { App, RunSummary } from "@/api/types";
import type { Gate, Status } from "@/components/marks/status";
import { en } from "@/i18n/en";
import { visible } from "@/lib/words";
import { gateOf, runWords } from "@/model/run-words";

export type Entry = {
  readonly key: string;
  readonly label: string;
  readonly beside?: string | undefined;
  readonly status?: Status;
  readonly gate?: Gate;
  readonly target: NavigateOptions;
};

export type Section = { readonly title: string; readonly entries: readonly Entry[] };

const pages: readonly Entry[] = [
  { key: "home", label: en.nav.home, target: { to: "/" } },
  { key: "runs", label: en.nav.runs, target: { to: "/runs", search: {} } },
  { key: "workspaces", label: en.nav.workspaces, target: { to: "/workspaces" } },
  { key: "apps", label: en.nav.apps, target: { to: "/apps" } },
  { key: "waiting", label: en.home.allWaiting, target: { to: "/inbox" } },
];

/** Every word of the search must begin a word of the text somewhere. */
export function matches(text: string, search: string): boolean {
  const words = text.toLowerCase().split(/[\s_\-#/.]+/);
  return search.toLowerCase().trim().split(/\s+/).every((part) => part === "" || words.some((word) => word.startsWith(part)) || text.toLowerCase().includes(part));
}

/** What the palette offers for a search: starting comes first, as it is asked for most. */
export function sectionsOf(search: string, apps: readonly App[], runs: readonly RunSummary[]): readonly Section[] {
  const starts: readonly Entry[] = apps.flatMap((app) =>
    app.workflows.map((workflow) => ({ key: `start-${app.name}-${workflow.name}`, label: visible(workflow.title), beside: visible(app.title), target: { to: "/start/$workflow" as const, params: { workflow: workflow.name } } })),
  );
  const found: readonly Entry[] = runs.map((run) => {
    const { name, beside } = runWords(run);
    return { key: `run-${run.id}`, label: name, beside, status: run.status, gate: gateOf(run), target: { to: "/runs/$runId" as const, params: { runId: run.id } } };
  });
  const fits = (entry: Entry): boolean => matches(`${entry.label} ${entry.beside ?? ""}`, search);
  return [
    { title: en.palette.startRun, entries: starts.filter(fits) },
    { title: en.palette.runs, entries: found },
    { title: en.palette.pages, entries: pages.filter(fits) },
  ].filter((section) => section.entries.length > 0);
}
