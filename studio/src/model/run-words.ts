import type { RunSummary } from "@/api/types";
import { visible } from "@/lib/words";

type Named = Pick<RunSummary, "title" | "workflow_title" | "workflow" | "number">;

const numbered = (run: Named): string => `${visible(run.workflow_title === "" ? run.workflow : run.workflow_title)} #${String(run.number)}`;

/** How a run is called: its title with workflow and number beside it, or workflow and number alone. */
export function runWords(run: Named): { readonly name: string; readonly beside: string | undefined } {
  if (run.title === null || run.title === "") return { name: numbered(run), beside: undefined };
  return { name: visible(run.title), beside: numbered(run) };
}

/** Amber only when a person is needed now. */
export function gateOf(run: Pick<RunSummary, "awaiting">): "person" | "engine" {
  return run.awaiting.some((each) => each.kind === "person") ? "person" : "engine";
}
