import type { FieldUi } from "@/components/schema-form";
import { isFacts } from "@/lib/facts";

const NAMES: Readonly<Record<string, string>> = { enum_options: "enumOptions", read_only: "readonly", readOnly: "readonly" };

function calm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(calm);
  if (!isFacts(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [NAMES[name] ?? name, name === "properties" && isFacts(item) ? byName(item) : name === "items" ? calm(item) : item]));
}

/** Names of an author's fields are theirs: only what stands below them is read. */
const byName = (properties: Readonly<Record<string, unknown>>): unknown => Object.fromEntries(Object.entries(properties).map(([name, item]) => [name, calm(item)]));

/** The part of a widget's options that says how its form is drawn. */
export function formUi(options: Readonly<Record<string, unknown>> | null | undefined): FieldUi {
  const { properties, order, items, label, help, placeholder, rows, widget } = calm(options ?? {}) as FieldUi;
  const picked = { properties, order, items, label, help, placeholder, rows, widget };
  return Object.fromEntries(Object.entries(picked).filter(([, value]) => value !== undefined));
}
