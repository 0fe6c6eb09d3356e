import { textOf } from "@/lib/facts";

type Linked = { readonly workflow: string; readonly workflow_title: string; readonly title: string | null };

/** What a link to a run is called. One that nobody gave a label has the workflow's name for one; people know the title. */
export function linkLabel(content: unknown, linked: Linked): string {
  const given = textOf(content, "label", "title");
  return given === null || given === linked.workflow ? (linked.title ?? linked.workflow_title) : given;
}
