import type { Workflow } from "@/api/types";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import { duration } from "@/lib/time";
import { planOf } from "@/model/plan";
import type { PlannedStop } from "@/model/plan";

function notes(stop: PlannedStop): string {
  const words = [
    stop.kind === "wait" ? en.start.untilAnswered : undefined,
    stop.timer === undefined ? undefined : en.start.after(duration(stop.timer.after), stop.timer.title),
    stop.others.length === 0 ? undefined : en.start.choice(stop.others),
  ];
  return words.filter((each) => each !== undefined).join(" ");
}

const titleOf = (stop: PlannedStop): string => (stop.kind === "end" ? en.start.ends : stop.title);

/** The way from start to end as a track that nobody has travelled yet. */
export function PlanTrack({ workflow }: { readonly workflow: Workflow }) {
  const stops = planOf(workflow);
  return (
    <ol className="feed plan">
      {stops.map((stop, index) => {
        const note = notes(stop);
        return (
          <li key={stop.key} className={`next${index === 0 ? " first" : ""}${index === stops.length - 1 ? " last" : ""}`}>
            <div className="stop"><StatusMark status={stop.kind === "wait" ? "waiting" : "pending"} gate="plan" /><span>{titleOf(stop)}</span></div>
            {note === "" ? null : <p className="t13 ink2">{note}</p>}
          </li>
        );
      })}
    </ol>
  );
}
