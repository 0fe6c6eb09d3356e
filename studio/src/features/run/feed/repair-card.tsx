import { useNavigate } from "@tanstack/react-router";
import { useRetryRun } from "@/api/runs";
import type { Document, Run, StepSummary } from "@/api/types";
import { Button } from "@/components/controls/button";
import { ProblemBox } from "@/components/frame/problem-box";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import type { FeedGroup } from "@/model/feed";
import { titleIn } from "@/widgets/answer/use-titles";
import { isFacts, textOf } from "@/lib/facts";
import { Traceback } from "@/widgets/documents/text-views";
import { widgetsOf } from "@/widgets/registry";
import { took } from "../took";

const words = runWords.repair;

/** Error documents of the step at which the run failed: its attempts, told in the card. */
export function attemptsOf(group: FeedGroup<Document, StepSummary>, run: Run): readonly Document[] {
  return group.entries.flatMap((entry) =>
    entry.kind === "document" && widgetsOf(entry.document)[0]?.widget === "error" && entry.document.transition === (group.step?.transition ?? run.error_transition) ? [entry.document] : []);
}

type RepairProps = { readonly run: Run; readonly step: StepSummary | null; readonly attempts: readonly Document[]; readonly onStep: (step: number) => void };

/** Why the run failed and what can be done about it, where it stands. */
export function RepairCard({ run, step, attempts, onStep }: RepairProps) {
  const retry = useRetryRun(run.id);
  const navigate = useNavigate();
  const error = run.error ?? step?.error ?? null;
  const name = run.error_transition ?? step?.transition ?? "";
  const transition = name === "" ? "" : titleIn(run, name);
  const message = error?.message ?? run.error_message ?? "";
  const tries = step?.failures ?? attempts.length;
  const trace = textOf(isFacts(attempts.at(-1)?.content) ? (attempts.at(-1)?.content as Readonly<Record<string, unknown>>)["traceback"] : null);
  return (
    <section className="repair" aria-label={words.title(transition, "")}>
      <div className="in">
        <p className="b">{visible(transition === "" ? message : words.title(transition, message))}</p>
        <p className="t13 ink2">
          {[error === null ? "" : words.after(visible(error.type), Math.max(1, tries)), run.can_retry ? words.parked : words.ended].filter((part) => part !== "").join(" ")}
        </p>
        {attempts.length > 1 ? <AttemptTable attempts={attempts} step={step} /> : null}
        {trace === null ? null : <Traceback text={trace} />}
        {retry.error === null ? null : <ProblemBox error={retry.error} />}
        <div className="acts">
          {run.can_retry ? (
            <Button variant="primary" reason={retry.isPending ? runWords.actions.retrying : undefined} onClick={() => { retry.mutate({ step: undefined }); }}>
              {retry.isPending ? runWords.actions.retrying : runWords.actions.retryNamed(transition)}
            </Button>
          ) : null}
          <Button onClick={() => void navigate({ to: "/start/$workflow", params: { workflow: run.workflow }, search: { from: run.id } })}>{runWords.actions.again}</Button>
          {step === null ? null : <Button variant="ghost" onClick={() => { onStep(step.step); }}>{runWords.document.step}</Button>}
        </div>
      </div>
    </section>
  );
}

function AttemptTable({ attempts, step }: { readonly attempts: readonly Document[]; readonly step: StepSummary | null }) {
  const begun = step === null ? null : Date.parse(step.started_at);
  return (
    <table className="attempts">
      <thead><tr><th>{words.attempt}</th><th>{words.happened}</th><th className="r">{words.took}</th></tr></thead>
      <tbody>
        {attempts.map((attempt, at) => {
          const before = attempts[at - 1];
          const from = before === undefined ? begun : Date.parse(before.created_at);
          const length = from === null ? null : Date.parse(attempt.created_at) - from;
          const type = textOf(isFacts(attempt.content) ? attempt.content["type"] : null);
          return (
            <tr key={attempt.id}>
              <td className="num">{at + 1}</td>
              <td>{visible([type, textOf(attempt.content, "message", "error", "text")].filter((part) => part !== null).join(": "))}</td>
              <td className="r num">{length === null || length < 0 ? "" : took(length)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
