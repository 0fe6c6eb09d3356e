import { en } from "@/i18n/en";
import type { Gate, Status } from "./status";
import { markClass, shapeOf } from "./status-mark";

const STEP = 13;
const MOST = 12;

type StripProps = {
  /** Stops in order; `!place` where a step failed. */
  readonly path: readonly string[];
  readonly status: Status;
  readonly gate?: Gate;
};

/** The last twelve stops on one line: passed ones as dots, failures and the last one as shapes. */
export function PathStrip({ path, status, gate }: StripProps) {
  const stops = path.length === 0 ? [""] : path.slice(-MOST);
  const last = stops.length - 1;
  const end = last * STEP;
  return (
    <svg className="strip" width={end + 12} height="12" viewBox={`0 0 ${String(end + 12)} 12`} role="img" aria-label={en.strip.label(stops.length, en.status[status])}>
      {last > 0 ? <path d={`M4 6H${String(end)}`} stroke="var(--edge)" strokeWidth="1.5" /> : null}
      {stops.slice(0, last).map((stop, index) =>
        stop.startsWith("!") ? (
          <g className="failed" key={index} transform={`translate(${String(index * STEP - 2)} 0)`}>
            <rect x="-2" width="16" height="12" fill="var(--canvas)" />
            {shapeOf("failed")}
          </g>
        ) : (
          <circle key={index} cx={4 + index * STEP} cy="6" r="2.5" fill="var(--ink-2)" />
        ),
      )}
      <g className={markClass(status, gate)} transform={`translate(${String(end)} 0)`}>
        {status === "waiting" && last > 0 ? <rect x="2" width="10" height="12" fill="var(--canvas)" /> : null}
        {shapeOf(status, gate)}
      </g>
    </svg>
  );
}
