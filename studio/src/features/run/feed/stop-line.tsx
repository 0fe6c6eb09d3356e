import type { ReactNode } from "react";
import { StatusMark } from "@/components/marks/status-mark";
import { TimeText } from "@/components/data/time-text";
import type { StepSummary } from "@/api/types";
import { runWords } from "@/i18n/en-run";
import { duration } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { visible } from "@/lib/words";
import { wasStopped, type TrackStop } from "@/model/track";
import { markOf } from "../run-mark";
import { took } from "../took";

/** A place on the track: its shape, its name and when it was reached. */
export function StopLine({ stop, note, action }: { readonly stop: TrackStop<StepSummary>; readonly note?: string | undefined; /** What can be done about a step that takes long. */ readonly action?: ReactNode }) {
  const { status, gate } = markOf(stop.mark);
  return (
    <h2 className="stop">
      <StatusMark status={status} gate={gate} />
      <span>{visible(stop.place)}</span>
      {stop.mark === "running" && stop.arrived !== null ? <Running since={stop.step?.started_at ?? stop.arrived} action={action} /> : null}
      {note === undefined ? null : <span className="thin ink3">{note}</span>}
      {stop.arrived === null ? null : <TimeText at={stop.arrived} as="seconds" />}
    </h2>
  );
}

function Running({ since, action }: { readonly since: string; readonly action: ReactNode }) {
  const now = useNow(1_000);
  const seconds = Math.max(0, (now - Date.parse(since)) / 1_000);
  return seconds < 1 ? null : <><span className="thin running">{runWords.step.runningFor(duration(Math.floor(seconds)))}</span>{action}</>;
}

/** A step that left nothing to read. */
export function QuietStep({ step, onOpen }: { readonly step: StepSummary; readonly onOpen: (step: number) => void }) {
  const facts = [wasStopped(step) ? runWords.step.stopped : null, step.duration_ms === null ? null : took(step.duration_ms), step.attempt > 1 ? runWords.step.attempt(step.attempt) : null];
  return (
    <div className="quiet">
      <button type="button" className="bare quietlink" onClick={() => { onOpen(step.step); }}>{visible(step.title)}</button>
      <i className="num">{facts.filter((fact) => fact !== null).join(" · ")}</i>
    </div>
  );
}
