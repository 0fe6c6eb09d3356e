import type { RunFilter } from "@/api/keys";
import type { RunStatus } from "@/api/types";
import { en } from "@/i18n/en";

const isStatus = (value: unknown): value is RunStatus => typeof value === "string" && value in en.status;
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined);

/** Filters of the runs list from the address; what is not understood is dropped. */
export function readRunFilter(search: Record<string, unknown>): RunFilter {
  const filter = { status: isStatus(search["status"]) ? search["status"] : undefined, workflow: text(search["workflow"]), workspace: text(search["workspace"]), q: text(search["q"]) };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

export type RunSearch = { readonly panel?: string; readonly step?: number; readonly doc?: string };

/** What a run's address can name: the open panel, a step, a document. */
export function readRunSearch(search: Record<string, unknown>): RunSearch {
  const panel = text(search["panel"]);
  const doc = text(search["doc"]);
  const step = Number(search["step"]);
  return { ...(panel === undefined ? {} : { panel }), ...(doc === undefined ? {} : { doc }), ...(Number.isInteger(step) && search["step"] !== undefined ? { step } : {}) };
}

export type StartSearch = { readonly from?: string };

/** What a start page's address can name: the run whose arguments fill the form. */
export function readStartSearch(search: Record<string, unknown>): StartSearch {
  const from = text(search["from"]);
  return from === undefined ? {} : { from };
}
