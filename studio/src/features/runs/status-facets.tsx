import type { RunStatus } from "@/api/types";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import { grouped } from "@/i18n/plural";
import { humanise } from "@/lib/words";

const order: readonly RunStatus[] = ["waiting", "running", "failed", "paused", "pending", "completed", "canceled"];

type Counts = { readonly total: number; readonly statuses: Readonly<Partial<Record<RunStatus, number>>> };

type FacetsProps = { readonly counts: Counts | undefined; readonly chosen: RunStatus | undefined; readonly onChoose: (status: RunStatus | undefined) => void };

/** One switch per status with the number of runs behind it; statuses nobody has stay out of the way. */
export function StatusFacets({ counts, chosen, onChoose }: FacetsProps) {
  const shown = order.filter((status) => counts === undefined || (counts.statuses[status] ?? 0) > 0 || status === chosen);
  const all = counts === undefined ? undefined : Object.values(counts.statuses).reduce((sum, count) => sum + count, 0);
  return (
    <div className="facets wide" role="group" aria-label={en.runs.filter}>
      <button type="button" className={`facet${chosen === undefined ? " on" : ""}`} aria-pressed={chosen === undefined} onClick={() => { onChoose(undefined); }}>
        {en.runs.all} <b>{all === undefined ? "" : grouped(all)}</b>
      </button>
      {shown.map((status) => (
        <button key={status} type="button" className={`facet${chosen === status ? " on" : ""}`} aria-pressed={chosen === status} onClick={() => { onChoose(status); }}>
          <StatusMark status={status} gate="person" />{humanise(en.status[status])} <b>{counts === undefined ? "" : grouped(counts.statuses[status] ?? 0)}</b>
        </button>
      ))}
    </div>
  );
}
