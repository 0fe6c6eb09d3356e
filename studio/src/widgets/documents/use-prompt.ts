import { draftName } from "@/model/drafts";
import { transitionsOf } from "@/model/widget-state";
import { useAnswerForm, useAnswering, type AnswerForm } from "../answer/use-answer-form";
import type { DocumentView } from "../types";

/** What a document's question is answered with: a kept text, and the transition it goes to. */
export type Prompt = { readonly form: AnswerForm; readonly text: string; readonly setText: (text: string) => void; readonly busy: boolean; readonly transition: string };

export const isAsked = (view: DocumentView): boolean => view.state.kind === "active" && view.awaited.length > 0;

/** Opens the question of a document at the desk. */
export function usePrompt(view: DocumentView): Prompt {
  const transition = view.awaited[0]?.transition ?? transitionsOf(view.widget)[0] ?? "";
  const step = view.awaited[0]?.step ?? -1;
  const name = draftName(view.document.run_id, step, `${transition}/${view.document.id}`);
  const form = useAnswerForm(useAnswering(), { name, step, transitions: [transition] }, { initial: "", schema: true });
  const busy = form.state.phase === "sending" || form.state.phase === "recorded";
  return { form, text: typeof form.value === "string" ? form.value : "", setText: form.setValue, busy, transition };
}
