import type { DocumentShape, MarkShape, RunShape, StepShape } from "./shapes";
import { trackStops, type TrackStop } from "./track";

/** Three or more steps in a row that left nothing to read become one line. */
export const FOLD_FROM = 3;

export type FeedEntry<D extends DocumentShape, S extends StepShape> =
  | { readonly kind: "document"; readonly key: string; readonly document: D }
  | { readonly kind: "step"; readonly key: string; readonly step: S }
  | { readonly kind: "answer"; readonly key: string; readonly step: S }
  | { readonly kind: "mark"; readonly key: string; readonly mark: MarkShape }
  | { readonly kind: "folded"; readonly key: string; readonly steps: readonly S[]; readonly milliseconds: number };

export type FeedGroup<D extends DocumentShape, S extends StepShape> = TrackStop<S> & {
  readonly entries: readonly FeedEntry<D, S>[];
};

export type FeedOptions = {
  readonly showHidden?: boolean;
  readonly unfold?: boolean;
  /** There are documents before or after the given ones: steps of those are not drawn, for nobody knows yet what they wrote. */
  readonly earlier?: boolean;
  readonly later?: boolean;
  /** What happened beside the steps, in order. */
  readonly marks?: readonly MarkShape[];
};

/** Documents a reader sees at the run's present place, in the order of the feed. */
export function visibleDocuments<D extends DocumentShape>(
  documents: readonly D[], place: string, showHidden: boolean,
): readonly D[] {
  const seen = documents.filter((doc) => doc.superseded !== true && (showHidden || !isHidden(doc, place)));
  return seen.toSorted((a, b) => a.position - b.position || a.version - b.version);
}

function isHidden(document: DocumentShape, place: string): boolean {
  const meta = document.meta ?? {};
  const places = meta["hideAtPlaces"] ?? meta["hide_at_places"];
  return document.hidden === true || meta["hidden"] === true || (Array.isArray(places) && places.includes(place));
}

/**
 * The step each document is drawn under. A replaced document keeps its position, so it stays where its first version
 * stood: never below a document that follows it, although its own step is a later one.
 */
export function anchorSteps(ordered: readonly DocumentShape[], firstSteps?: ReadonlyMap<string, number>): number[] {
  const anchors = ordered.map((doc) => firstSteps?.get(doc.id) ?? doc.step);
  for (let at = anchors.length - 2; at >= 0; at--) {
    anchors[at] = Math.min(anchors[at] ?? 0, anchors[at + 1] ?? 0);
  }
  return anchors;
}

/** Whether the feed tells what was answered in a step: with its sender, also while it runs. Until then the desk does. */
export const tellsAnswer = (steps: readonly StepShape[], number: number): boolean =>
  steps.some((step) => step.step === number && (step.status !== "running" || Boolean(step.sender?.by)));

/** The feed: what was written at each visit of a place, in the order it happened. */
export function feedGroups<D extends DocumentShape, S extends StepShape>(
  run: RunShape, documents: readonly D[], steps: readonly S[],
  options: FeedOptions = {}, firstSteps?: ReadonlyMap<string, number>,
): readonly FeedGroup<D, S>[] {
  const stops = trackStops(run, steps);
  const ordered = visibleDocuments(documents, run.place, options.showHidden === true);
  const anchors = anchorSteps(ordered, firstSteps);
  const groups = stops.map((stop) => ({ ...stop, entries: stepEntries(stop) }));
  ordered.forEach((document, at) => {
    const entry = { kind: "document", key: `d${document.position}-${document.key ?? document.id}`, document } as const;
    groupOf(groups, anchors[at] ?? 0)?.entries.push(entry);
  });
  for (const mark of options.marks ?? []) putMark(groups, mark);
  const from = options.earlier === true ? (anchors[0] ?? 0) : Number.NEGATIVE_INFINITY;
  const to = options.later === true ? (anchors.at(-1) ?? 0) : Number.POSITIVE_INFINITY;
  const near = groups.filter((group) => { const step = group.step?.step ?? Number.POSITIVE_INFINITY; return step >= from && step <= to; });
  return options.unfold === true ? near : foldQuiet(near);

  function stepEntries(stop: TrackStop<S>): FeedEntry<D, S>[] {
    const step = stop.step;
    if (step === null || (stop.here && step.status !== "running")) return [];
    return [{ kind: step.sender?.by ? "answer" : "step", key: `e${step.step}`, step }];
  }
}

/** A mark stands where the run was at that moment; at an open gate, which has no line of its own, above it. */
function putMark<D extends DocumentShape, S extends StepShape>(groups: readonly (TrackStop<S> & { entries: FeedEntry<D, S>[] })[], mark: MarkShape): void {
  const entry = { kind: "mark", key: `m${String(mark.rev)}`, mark } as const;
  const at = Math.max(0, groups.findLastIndex((group) => group.arrived !== null && Date.parse(group.arrived) <= Date.parse(mark.at)));
  const group = groups[at];
  const above = groups[at - 1];
  if (group?.here === true && group.entries.length === 0 && above !== undefined) above.entries.push(entry);
  else group?.entries.splice(group.entries.filter((one) => one.kind === "mark").length, 0, entry);
}

/** The group whose step wrote it; documents of a step that is not listed yet go to the last one. */
function groupOf<G extends { readonly step: StepShape | null }>(groups: readonly G[], step: number): G | undefined {
  return groups.find((group) => (group.step?.step ?? Number.POSITIVE_INFINITY) >= step) ?? groups.at(-1);
}

function isQuiet(group: FeedGroup<DocumentShape, StepShape>): boolean {
  const [first, ...rest] = group.entries;
  return !group.here && rest.length === 0 && first?.kind === "step" && first.step.attempt <= 1;
}

function foldQuiet<D extends DocumentShape, S extends StepShape>(
  groups: readonly FeedGroup<D, S>[],
): readonly FeedGroup<D, S>[] {
  const folded: FeedGroup<D, S>[] = [];
  for (let at = 0; at < groups.length; ) {
    let end = at;
    for (let quiet = groups[end]; quiet !== undefined && isQuiet(quiet); quiet = groups[end]) end++;
    const group = groups[at];
    if (group === undefined) break;
    if (end - at < FOLD_FROM) {
      folded.push(group);
      at++;
      continue;
    }
    const steps = groups.slice(at, end).flatMap((quiet) => (quiet.step ? [quiet.step] : []));
    const milliseconds = steps.reduce((sum, step) => sum + (step.duration_ms ?? 0), 0);
    folded.push({ ...group, entries: [{ kind: "folded", key: `f${group.key}`, steps, milliseconds }] });
    at = end;
  }
  return folded;
}

/** How many entries came after the ones a reader has seen. */
export function newEntries(groups: readonly FeedGroup<DocumentShape, StepShape>[], seen: ReadonlySet<string>): number {
  return groups.flatMap((group) => group.entries).filter((entry) => entry.kind === "document" && !seen.has(entry.key)).length;
}
