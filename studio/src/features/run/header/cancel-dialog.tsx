import { useId, useState } from "react";
import { useCancelRun } from "@/api/runs";
import type { Run } from "@/api/types";
import { Button } from "@/components/controls/button";
import { Field } from "@/components/controls/field";
import { Dialog } from "@/components/frame/dialog";
import { ProblemBox } from "@/components/frame/problem-box";
import { runWords } from "@/i18n/en-run";

const words = runWords.cancel;

type CancelProps = { readonly run: Run; readonly open: boolean; readonly onOpenChange: (open: boolean) => void };

/** Asks before a run is stopped, with room for the reason. */
export function CancelDialog({ run, open, onOpenChange }: CancelProps) {
  const cancel = useCancelRun(run.id);
  const [reason, setReason] = useState("");
  const id = useId();
  const stop = (): void => {
    cancel.mutate({ reason: reason.trim() === "" ? undefined : reason.trim() }, { onSuccess: () => { onOpenChange(false); } });
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={words.title}>
      <p className="mt12">{words.text}</p>
      <div className="mt12">
        <Field id={id} label={words.reason} optional>
          <textarea id={id} className="input" rows={2} maxLength={2000} value={reason} onChange={(event) => { setReason(event.target.value); }} />
        </Field>
      </div>
      {cancel.error === null ? null : <ProblemBox error={cancel.error} />}
      <div className="acts">
        <Button onClick={() => { onOpenChange(false); }}>{words.keep}</Button>
        <Button variant="sure" reason={cancel.isPending ? runWords.actions.canceling : undefined} onClick={stop}>{cancel.isPending ? runWords.actions.canceling : words.sure}</Button>
      </div>
    </Dialog>
  );
}
