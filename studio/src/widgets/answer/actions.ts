import { isFacts } from "@/lib/facts";
import type { WidgetShape } from "@/model/shapes";

export type Variant = "primary" | "outline" | "ghost" | "danger";

/** One button of a form: where it sends to, how it looks, and constants it adds to what was typed. */
export type Action = {
  readonly transition: string;
  readonly label: string;
  readonly variant: Variant | null;
  readonly constants: Readonly<Record<string, unknown>> | null;
  readonly confirm: string | null;
};

const text = (value: unknown): string | null => (typeof value === "string" && value.trim() !== "" ? value : null);

const VARIANTS: Readonly<Record<string, Variant>> = {
  primary: "primary", default: "primary", outline: "outline", secondary: "outline", ghost: "ghost", link: "ghost", danger: "danger", destructive: "danger",
};

function readAction(source: Readonly<Record<string, unknown>>, fallbackLabel: (transition: string) => string): Action | null {
  const transition = text(source["transition"]);
  if (transition === null) return null;
  return {
    transition, label: text(source["label"]) ?? fallbackLabel(transition), variant: VARIANTS[String(source["variant"])] ?? null,
    constants: isFacts(source["payload"]) ? source["payload"] : null, confirm: text(source["confirm"]) ?? (source["confirm"] === true ? (text(source["label"]) ?? fallbackLabel(transition)) : null),
  };
}

/** The buttons a widget's author asked for, in their order; those without a transition are dropped. */
export function actionsOf(widget: WidgetShape, fallbackLabel: (transition: string) => string): readonly Action[] {
  const options = widget.options ?? {};
  const listed = Array.isArray(options["actions"]) ? (options["actions"] as readonly unknown[]).filter(isFacts) : [];
  const sources = listed.length > 0 ? listed : [options];
  return sources.flatMap((source) => readAction(source, fallbackLabel) ?? []);
}

/** The first action is the way on unless the author says otherwise. */
export const variantOf = (action: Action, at: number): Variant => action.variant ?? (at === 0 ? "primary" : "outline");

/** Fields in the order of their schema, however they were filled in: so receipts read like the form. */
export function inOrder(schema: unknown, value: unknown): unknown {
  if (!isFacts(value) || !isFacts(schema) || !isFacts(schema["properties"])) return value;
  const known = Object.keys(schema["properties"]).filter((name) => name in value);
  return { ...Object.fromEntries(known.map((name) => [name, value[name]])), ...Object.fromEntries(Object.entries(value).filter(([name]) => !known.includes(name))) };
}

/** What an action sends: the form's value, with the action's constants over it. */
export function payloadFor(action: Action, value: unknown): unknown {
  if (action.constants === null) return value;
  return isFacts(value) || value === undefined || value === null ? { ...(isFacts(value) ? value : {}), ...action.constants } : value;
}
