import { useQuery } from "@tanstack/react-query";
import { stepQuery } from "@/api/steps";
import type { Run, Step } from "@/api/types";
import { buttonClass } from "@/components/controls/button";
import { TimeText } from "@/components/data/time-text";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { StatusWord } from "@/components/marks/status-chip";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import { stateDiff } from "@/model/state-diff";
import { JsonTree } from "@/widgets/content/json-tree";
import { useWho } from "../feed/receipt-line";
import { took } from "../took";

const words = runWords.steps;

type InspectorProps = { readonly run: Run; readonly step: number; readonly compact?: boolean; readonly onOpen?: (step: number) => void };

/** One step: what went in, what it did to the state, how often it was tried. */
export function StepInspector({ run, step: number, compact = false }: InspectorProps) {
  const step = useQuery(stepQuery(run.id, number));
  if (step.error !== null && step.data === undefined) return <ProblemBox error={step.error} onRetry={() => void step.refetch()} />;
  if (step.data === undefined) return <SkeletonRows count={3} />;
  return <Inspected step={step.data} compact={compact} />;
}

function Inspected({ step, compact }: { readonly step: Step; readonly compact: boolean }) {
  const who = useWho();
  const changes = stateDiff(step.state_before, step.state_after);
  const tries = step.attempt > 1 || step.failures > 0 ? `, ${runWords.step.attempt(step.attempt)}` : "";
  return (
    <div className="inspector">
      <div className="row">
        <h2 className="grow cut">{words.step(step.step, visible(step.title))}</h2>
        <StatusWord status={words.status[step.status]} />
      </div>
      <dl className="kv mt12">
        {step.duration_ms === null ? null : <><dt>{words.took}</dt><dd>{took(step.duration_ms)}{tries}</dd></>}
        {step.failures > 0 ? <><dt>{words.attempts}</dt><dd>{words.failures(step.failures)}</dd></> : null}
        <dt>{words.started}</dt><dd><TimeText at={step.started_at} as="seconds" /></dd>
        {step.sender === null ? null : <><dt>{words.sentBy}</dt><dd>{who(step.sender.by)}</dd></>}
        {step.worker === null ? null : <><dt>{words.worker}</dt><dd className="cut">{visible(step.worker)}</dd></>}
        {compact ? null : <><dt>{words.from}</dt><dd>{visible(step.from)}</dd>{step.to === null ? null : <><dt>{words.to}</dt><dd>{visible(step.to)}</dd></>}</>}
      </dl>
      {step.error === null ? null : <div className="stepfail"><p className="b">{visible(step.error.message)}</p><p className="t13 ink2">{visible(step.error.type)}</p></div>}
      {compact || step.sender === null ? null : <><h3 className="lab mt16">{words.input}</h3>{step.payload === null ? <p className="hint">{words.noPayload}</p> : <JsonTree value={step.payload} label={words.input} />}</>}
      {compact && changes.length === 0 ? null : <h3 className="lab mt16">{words.change}</h3>}
      {changes.length === 0 ? (compact ? null : <p className="hint">{words.unchanged}</p>) : (
        <div className="diff">
          {changes.map((line, at) => (
            <div key={at} className={line.sign}>
              <span className="sr">{line.sign === "same" ? "" : line.sign}</span>
              <span aria-hidden="true">{line.sign === "plus" ? "+ " : line.sign === "minus" ? "− " : ""}</span>
              {"  ".repeat(line.depth)}{visible(line.name)}{"  "}{visible(line.value)}
            </div>
          ))}
        </div>
      )}
      {step.links.temporal === null ? null : <p className="mt16"><a className={buttonClass("outline", true)} href={step.links.temporal} target="_blank" rel="noopener noreferrer">{words.temporal}</a></p>}
    </div>
  );
}
