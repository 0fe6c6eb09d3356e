import type { Run } from "@/api/types";
import { baseUrl } from "@/api/client";
import { initialValue, isSchema } from "@/components/schema-form";
import type { RunAction } from "@/model/commands";
import { isOpen } from "@/model/shapes";

export const apiBase = (): string => `${location.origin}${baseUrl}/api/v1`;

/** What can be done with a run now, the most likely first. */
export function runActions(run: Run): readonly RunAction[] {
  const answers = run.awaiting.filter((item) => item.kind !== "timer" && item.kind !== "child").map((item): RunAction => ({
    kind: "answer", run: run.id, transition: item.transition, payload: isSchema(item.schema) ? initialValue(item.schema) : undefined,
  }));
  return [
    ...answers,
    ...(run.can_retry ? [{ kind: "retry", run: run.id } as const] : []),
    { kind: "start", app: run.app, workflow: run.workflow, args: run.args },
    { kind: "read", run: run.id },
    ...(isOpen(run.status) ? [{ kind: "cancel", run: run.id } as const] : []),
  ];
}
