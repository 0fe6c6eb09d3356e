import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { SubmitEvent } from "react";
import { useStartRun } from "@/api/runs";
import { Button } from "@/components/controls/button";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import { newKey } from "@/lib/new-key";
import { promptField } from "./launches";
import type { Launch } from "./launches";

/** A line of text that starts a run. */
export function PromptLaunch({ launch }: { readonly launch: Launch }) {
  const { workflow, label, placeholder } = launch;
  const [text, setText] = useState("");
  const [key, setKey] = useState(newKey);
  const start = useStartRun();
  const navigate = useNavigate();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = promptField(workflow);
    if (field === undefined || text.trim() === "") {
      void navigate({ to: "/start/$workflow", params: { workflow: workflow.name } });
      return;
    }
    start.mutate({ body: { workflow: workflow.name, app: workflow.app, args: { [field]: text } }, key }, {
      onSuccess: (run) => void navigate({ to: "/runs/$runId", params: { runId: run.id } }),
      onError: () => { setKey(newKey()); },
    });
  };
  return (
    <form onSubmit={submit}>
      <span className="input launch">
        <input aria-label={workflow.title} value={text} placeholder={placeholder ?? workflow.title} disabled={start.isPending} onChange={(event) => { setText(event.target.value); }} />
        <Button small type="submit" disabled={start.isPending}>{start.isPending ? en.start.sending : label === workflow.title ? en.home.start : label}</Button>
      </span>
      {start.isError ? <p className="err mt4" role="alert"><StatusMark status="failed" />{start.error.message}</p> : null}
    </form>
  );
}
