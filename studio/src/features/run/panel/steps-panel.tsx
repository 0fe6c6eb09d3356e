import type { Run, StepSummary } from "@/api/types";
import { Button } from "@/components/controls/button";
import { EmptyState } from "@/components/frame/empty-state";
import { StatusMark } from "@/components/marks/status-mark";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import { took } from "../took";
import { StepInspector } from "./step-inspector";

const words = runWords.steps;

type PanelProps = { readonly run: Run; readonly steps: readonly StepSummary[]; readonly selected: number | null; readonly onStep: (step: number | null) => void };

/** All steps, newest last; one of them whole. */
export function StepsPanel({ run, steps, selected, onStep }: PanelProps) {
  if (steps.length === 0) return <EmptyState say={words.none} />;
  if (selected !== null && steps.some((step) => step.step === selected)) {
    return (
      <>
        <p className="backline"><Button variant="ghost" small onClick={() => { onStep(null); }}>{words.back}</Button></p>
        <StepInspector run={run} step={selected} />
      </>
    );
  }
  return (
    <ol className="steplist" aria-label={words.list}>
      {steps.map((step) => (
        <li key={step.step}>
          <button type="button" className="bare steprow" onClick={() => { onStep(step.step); }}>
            <StatusMark status={words.status[step.status]} />
            <span className="num ink3">{step.step}</span>
            <span className="grow cut">{visible(step.title)}</span>
            {step.attempt > 1 ? <span className="ink3">{runWords.step.attempt(step.attempt)}</span> : null}
            <span className="num ink2">{step.duration_ms === null ? "" : took(step.duration_ms)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
