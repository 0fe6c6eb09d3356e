import { useStopStep } from "@/api/runs";
import type { Run } from "@/api/types";
import { Button } from "@/components/controls/button";
import { runWords } from "@/i18n/en-run";

const words = runWords.stopStep;

/** Ends the step that runs, where the API says it can. The run itself goes on. */
export function StopStep({ run }: { readonly run: Run }) {
  const stop = useStopStep(run.id);
  if (!run.can_stop) return null;
  return (
    <>
      <Button small reason={stop.isPending ? words.stopping : undefined} onClick={() => { stop.mutate({ step: run.step }); }}>{words.stop}</Button>
      {stop.isError ? <span className="thin ink3" role="status">{words.late}</span> : null}
    </>
  );
}
