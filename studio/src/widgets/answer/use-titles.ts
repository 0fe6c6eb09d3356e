import type { Run } from "@/api/types";
import { humanise, visible } from "@/lib/words";
import { useAnswering } from "./use-answer-form";

/** What a transition is called: as its definition says, else its name in words. */
export const titleIn = (run: Pick<Run, "titles"> | undefined, name: string): string => visible(run?.titles[name] ?? humanise(name));

/** The same, of the run of this page. */
export function useTitles(): (name: string) => string {
  const run = useAnswering()?.run;
  return (name) => titleIn(run, name);
}
