import type { App, WorkflowSummary } from "@/api/types";
import { describe, isSchema } from "@/components/schema-form";
import { visible } from "@/lib/words";

/** One way to start a workflow from Home. */
export type Launch = { readonly workflow: WorkflowSummary; readonly label: string; readonly placeholder: string | undefined };

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** The field that takes a prompt's text: the schema's only required string, or its only property if that is one. */
export function promptField(workflow: WorkflowSummary): string | undefined {
  const schema = workflow.args_schema;
  if (!isSchema(schema)) return undefined;
  const node = describe(schema, schema);
  if (node.kind !== "object") return undefined;
  const needed = node.properties.filter((each) => each.required);
  const [only] = needed.length > 0 ? needed : node.properties;
  const single = needed.length === 1 || (needed.length === 0 && node.properties.length === 1);
  return single && only !== undefined && describe(only.schema, schema).kind === "string" ? only.name : undefined;
}

/** What the app's author put on Home; without a word from the author, one button per workflow. */
export function launchesOf(app: App): { readonly prompts: readonly Launch[]; readonly buttons: readonly Launch[] } {
  const written = app.ui.flatMap((widget) => {
    const options = widget.options ?? {};
    const workflow = app.workflows.find((each) => each.name === options["workflow"]);
    if (workflow === undefined) return [];
    const label = visible(text(options["label"]) ?? text(options["title"]) ?? workflow.title);
    const prompt = widget.widget === "prompt-input" && promptField(workflow) !== undefined;
    return [{ prompt, launch: { workflow, label, placeholder: text(options["placeholder"]) ?? text(options["subtitle"]) } }];
  });
  if (written.length === 0) return { prompts: [], buttons: app.workflows.map((workflow) => ({ workflow, label: visible(workflow.title), placeholder: undefined })) };
  return { prompts: written.filter((each) => each.prompt).map((each) => each.launch), buttons: written.filter((each) => !each.prompt).map((each) => each.launch) };
}
