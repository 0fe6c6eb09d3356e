import { createContext, use, useState, useSyncExternalStore } from "react";
import type { Run } from "@/api/types";
import { isJson, type Json } from "@/components/schema-form";
import type { AnswerState } from "@/model/answer";
import { withoutSecrets } from "@/model/drafts";
import { TYPING } from "@/model/answer";
import type { AnswerDesk, FormRef } from "./answer-desk";

/** What widgets need to answer: the run they belong to and the desk of the page. */
export type Answering = { readonly run: Run; readonly desk: AnswerDesk<Run>; readonly online: boolean };

export const AnsweringContext = createContext<Answering | null>(null);

/** The desk of the page; `null` where nothing can be answered (a gallery, a preview). */
export const useAnswering = (): Answering | null => use(AnsweringContext);

export type DraftKept = "kept" | "secret" | "none";

export type AnswerForm = {
  readonly state: AnswerState;
  readonly value: Json | undefined;
  readonly setValue: (value: Json | undefined) => void;
  readonly kept: DraftKept;
  readonly send: (transition: string, payload: unknown) => void;
};

type FormOptions = {
  readonly initial: Json | undefined;
  readonly schema: unknown;
  readonly ui?: unknown;
};

const never = (): (() => void) => () => undefined;

function withSecretsOf(draft: unknown, initial: Json | undefined): Json | undefined {
  if (!isJson(draft)) return initial;
  const both = typeof draft === "object" && draft !== null && !Array.isArray(draft) && typeof initial === "object" && initial !== null && !Array.isArray(initial);
  return both ? { ...initial, ...draft } : draft;
}

/** One opened form: its value with the kept draft, and what became of sending it. Give it a `key` of the form's name. */
export function useAnswerForm(answering: Answering | null, ref: FormRef, options: FormOptions): AnswerForm {
  const desk = answering?.desk;
  const [draft] = useState(() => desk?.open(ref) ?? {});
  const [value, setOwn] = useState(() => ("value" in draft ? withSecretsOf(draft.value, options.initial) : options.initial));
  const [kept, setKept] = useState<DraftKept>("value" in draft ? "kept" : "none");
  const state = useSyncExternalStore(desk?.subscribe ?? never, () => desk?.stateOf(ref.name) ?? TYPING);
  return {
    state, value, kept,
    setValue: (next) => {
      setOwn(next);
      const safe = withoutSecrets(next, options.schema, options.ui);
      const stored = desk?.edit(ref.name, next, safe.value) === true;
      setKept(safe.left ? "secret" : stored ? "kept" : "none");
    },
    send: (transition, payload) => {
      // A form that was closed meanwhile is opened again: its key is made anew.
      desk?.open(ref);
      void desk?.send(ref.name, transition, payload);
    },
  };
}
