import { isFacts } from "@/lib/facts";
import { isOpen, type RunShape, type WidgetShape } from "./shapes";

/** Why a widget cannot be used now. Words are found by code. */
export type DisabledReason =
  | { readonly code: "not_open" }
  | { readonly code: "not_here"; readonly places: readonly string[] }
  | { readonly code: "written_elsewhere"; readonly place: string }
  | { readonly code: "not_awaited"; readonly transition: string }
  | { readonly code: "unfinished" }
  | { readonly code: "older_version" }
  | { readonly code: "switched_off" };

export type WidgetState =
  | { readonly kind: "hidden" }
  | { readonly kind: "answered" }
  | { readonly kind: "disabled"; readonly reason: DisabledReason }
  | { readonly kind: "active" };

/** The document a widget belongs to; `null` for a widget of the workflow itself. */
export type OwnerDocument = {
  readonly place: string;
  /** The place the run came to when the document was saved, if that step is known. */
  readonly landed?: string | null;
  /** Nobody knows yet that this step is over: its document has no place to be asked at. */
  readonly unfinished?: boolean;
  readonly content: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | null;
  readonly hidden?: boolean;
  readonly older?: boolean;
};

const HIDDEN: WidgetState = { kind: "hidden" };
const PROMPTS = new Set(["text-prompt", "choices", "confirm-prompt"]);

function texts(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : null;
}

function option(source: Readonly<Record<string, unknown>> | null | undefined, camel: string, snake: string): unknown {
  return source?.[camel] ?? source?.[snake];
}

/** Every transition a widget can send to. */
export function transitionsOf(widget: WidgetShape): readonly string[] {
  const options = widget.options ?? {};
  const actions = Array.isArray(options["actions"]) ? (options["actions"] as readonly unknown[]) : [];
  const named = actions.map((action) => (isFacts(action) ? action["transition"] : undefined));
  return [options["transition"], ...named].filter((name): name is string => typeof name === "string");
}

function hidden(widget: WidgetShape, document: OwnerDocument | null, run: RunShape, showHidden: boolean): boolean {
  if (widget.show_when?.length && !widget.show_when.includes(run.place)) return true;
  if (document === null || showHidden) return false;
  const hideAt = texts(option(document.meta, "hideAtPlaces", "hide_at_places"));
  return document.hidden === true || document.meta?.["hidden"] === true || hideAt?.includes(run.place) === true;
}

function isAnswered(widget: WidgetShape, document: OwnerDocument | null): boolean {
  if (document === null || !PROMPTS.has(widget.widget) || !isFacts(document.content)) return false;
  const answer = document.content["answer"];
  return answer !== undefined && answer !== null && answer !== "";
}

function placeReason(widget: WidgetShape, document: OwnerDocument | null, run: RunShape): DisabledReason | null {
  if (widget.enabled_when?.length && !widget.enabled_when.includes(run.place)) {
    return { code: "not_here", places: widget.enabled_when };
  }
  if (document === null) return null;
  const enableAt = texts(option(document.meta, "enableAtPlaces", "enable_at_places"));
  if (enableAt?.includes(run.place)) return null;
  if (enableAt?.length) return { code: "not_here", places: enableAt };
  const landed = document.landed ?? run.place;
  return landed === run.place ? null : { code: "written_elsewhere", place: landed };
}

/**
 * Whether a widget is hidden, answered, out of use (and why) or ready. The same rules for documents and workflows; a
 * widget that sends nothing is ready whenever it is visible.
 */
export function widgetState(
  widget: WidgetShape, document: OwnerDocument | null, run: RunShape, showHidden = false,
): WidgetState {
  if (hidden(widget, document, run, showHidden)) return HIDDEN;
  const transitions = transitionsOf(widget);
  if (transitions.length === 0) return { kind: "active" };
  if (isAnswered(widget, document)) return { kind: "answered" };
  const disabled = (reason: DisabledReason): WidgetState => ({ kind: "disabled", reason });
  if (document?.older === true) return disabled({ code: "older_version" });
  if (!isOpen(run.status)) return disabled({ code: "not_open" });
  if (widget.options?.["disabled"] === true) return disabled({ code: "switched_off" });
  const place = placeReason(widget, document, run);
  if (place !== null) return disabled(place);
  const awaited = transitions.some((name) => run.awaiting.some((item) => item.transition === name));
  if (!awaited) return disabled({ code: "not_awaited", transition: transitions[0] ?? "" });
  return document?.unfinished === true ? disabled({ code: "unfinished" }) : { kind: "active" };
}
