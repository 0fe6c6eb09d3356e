/**
 * What the pure parts know of a run: the fields they read, no more. The API's own types fit into these, so a change on
 * the wire shows up where a resource is handed in, not in the logic.
 */

export type RunStatus = "pending" | "running" | "waiting" | "paused" | "completed" | "failed" | "canceled";

export type AwaitKind = "person" | "child" | "timer" | "signal";

export type AwaitedItem = {
  readonly transition: string;
  readonly kind: AwaitKind;
  readonly since: string;
  readonly due?: string | null;
};

export type RunShape = {
  readonly id: string;
  readonly status: RunStatus;
  readonly place: string;
  readonly awaiting: readonly AwaitedItem[];
  /** What can be said before its turn. */
  readonly ahead?: readonly AwaitedItem[];
  readonly created_at: string;
  readonly started_at?: string | null;
  readonly ended_at?: string | null;
};

export type ErrorShape = { readonly code?: string | null; readonly type?: string | null; readonly message: string };

export type SenderShape = { readonly by?: string | null; readonly channel?: string | null; readonly name?: string | null };

export type StepShape = {
  readonly step: number;
  readonly transition: string;
  readonly from: string;
  readonly to?: string | null;
  readonly status: "running" | "committed" | "failed" | "closed";
  readonly superseded?: boolean;
  readonly attempt: number;
  readonly started_at: string;
  readonly ended_at?: string | null;
  readonly duration_ms?: number | null;
  readonly error?: ErrorShape | null;
  readonly sender?: SenderShape | null;
};

export type MarkShape = {
  readonly kind: "kept" | "rejected" | "rewound";
  readonly rev: number;
  readonly at: string;
  readonly title?: string | null;
  readonly by?: string | null;
  readonly message?: string | null;
  readonly step?: number | null;
};

export type DocumentShape = {
  readonly id: string;
  readonly name: string;
  readonly key?: string | null;
  readonly position: number;
  readonly version: number;
  readonly step: number;
  readonly place: string;
  readonly hidden?: boolean;
  readonly superseded?: boolean;
  readonly meta?: Readonly<Record<string, unknown>> | null;
  readonly created_at: string;
};

/** One widget in normal form, whatever layout its author used. */
export type WidgetShape = {
  readonly widget: string;
  readonly options?: Readonly<Record<string, unknown>> | null;
  readonly show_when?: readonly string[] | null;
  readonly enabled_when?: readonly string[] | null;
};

/** Runs that can still move. */
export const isOpen = (status: RunStatus): boolean =>
  status === "pending" || status === "running" || status === "waiting" || status === "paused";

/** The order in which steps happened; rewound ones are left out. */
export function liveSteps<S extends StepShape>(steps: readonly S[]): readonly S[] {
  return steps.filter((step) => step.superseded !== true && step.step >= 0).toSorted((a, b) => a.step - b.step);
}
