import type { ReactNode } from "react";
import type { Gate, Status } from "./status";

const stroke = { fill: "none", stroke: "currentColor", strokeWidth: 2 } as const;
const cut = { fill: "none", stroke: "var(--mark-ground, var(--canvas))" } as const;

/** The inside of a mark, drawn in a 12 × 12 field; shared by marks, strips and graphs. */
export function shapeOf(status: Status, gate: Gate = "person"): ReactNode {
  switch (status) {
    case "pending":
      return <circle cx="6" cy="6" r="4.75" {...stroke} strokeDasharray="1.9 1.83" />;
    case "running":
      return <><circle cx="6" cy="6" r="6" fill="currentColor" /><path className="travel" d="M3 6h6" {...cut} strokeWidth="2" strokeDasharray="4 2" /></>;
    case "waiting":
      return <><path d="M11.5 1H6a5 5 0 0 0 0 10h5.5" {...stroke} />{gate === "engine" ? null : <circle cx="6.8" cy="6" r="2" fill="currentColor" />}</>;
    case "paused":
      return <path d="M3.5 1v10M8.5 1v10" {...stroke} strokeWidth="3" />;
    case "completed":
      return <><circle cx="6" cy="6" r="6" fill="currentColor" /><path d="M3.2 6.3 5.2 8.3 8.9 4.2" {...cut} strokeWidth="1.7" /></>;
    case "failed":
      return <><rect width="12" height="12" rx="1" fill="currentColor" /><path d="m3.5 3.5 5 5m0-5-5 5" {...cut} strokeWidth="1.7" /></>;
    case "canceled":
      return <><circle cx="6" cy="6" r="5" {...stroke} /><path d="M2.5 9.5 9.5 2.5" {...stroke} /></>;
  }
}

export const markClass = (status: Status, gate: Gate = "person"): string => (status === "waiting" && gate !== "person" ? `waiting ${gate}` : status);

type MarkProps = {
  readonly status: Status;
  readonly gate?: Gate;
  /** Colour of a stop that is planned and has not happened. */
  readonly plan?: boolean;
  readonly className?: string;
};

/** The 12 px shape of a status. It is decoration: a word always stands beside it. */
export function StatusMark({ status, gate, plan = false, className = "" }: MarkProps) {
  return (
    <svg className={`${markClass(status, gate)}${plan ? " plan" : ""} ${className}`.trim()} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {shapeOf(status, gate)}
    </svg>
  );
}
