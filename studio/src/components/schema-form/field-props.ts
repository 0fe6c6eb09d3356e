import type { ComponentType } from "react";
import { humanise } from "@/lib/words";
import type { SchemaNode } from "./schema-node";
import type { FieldError, FieldUi, Json, JsonSchema } from "./types";

/** One place of a form as its parent sees it. Paths of `errors` are relative to this place. */
export type FieldSpec = {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
  readonly ui: FieldUi;
  readonly id: string;
  readonly name: string;
  readonly required: boolean;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
  readonly errors: readonly FieldError[];
  readonly readOnly: boolean;
  /** The surroundings already say the label; it is then only read aloud. */
  readonly bare?: boolean;
};

/** What a concrete field gets: its schema is read, and `Field` draws the places below it. */
export type FieldProps<Kind extends SchemaNode["kind"] = SchemaNode["kind"]> = Omit<FieldSpec, "schema"> & {
  readonly node: Extract<SchemaNode, { kind: Kind }>;
  readonly label: string;
  readonly Field: ComponentType<FieldSpec>;
};

const automatic = (name: string): string => name.replace(/_/g, " ").replace(/\b\p{L}/gu, (letter) => letter.toUpperCase());

/** The author's label, else the schema's title, else the name; titles made by pydantic become sentence case. */
export function labelOf(name: string, title: string | undefined, ui: FieldUi): string {
  const written = ui.label ?? ui.title;
  if (written !== undefined) return written;
  return title === undefined || (name !== "" && title.toLowerCase() === automatic(name).toLowerCase()) ? humanise(name) : title;
}

/** Errors of the place `key`, with paths relative to it. */
export function errorsAt(errors: readonly FieldError[], key: string | number): FieldError[] {
  return errors.filter((error) => String(error.path[0]) === String(key) && error.path.length > 0).map((error) => ({ ...error, path: error.path.slice(1) }));
}

/** Errors that belong to no place below: of this place itself, or of something that is not drawn. */
export function errorsHere(errors: readonly FieldError[], keys: readonly (string | number)[] = []): readonly FieldError[] {
  const drawn = new Set(keys.map(String));
  return errors.filter((error) => error.path.length === 0 || !drawn.has(String(error.path[0])));
}

const long = /(^|_)(text|texts|notes?|body|content|markdown|prompt|message|description|summary|comment|transcript|instructions)$/i;

/** Whether a string gets a text area: the author says so, it may be long, or it usually is. */
export function isLongText(name: string, ui: FieldUi, max: number | undefined, value: Json | undefined): boolean {
  if (ui.widget !== undefined) return ["textarea", "code-edit", "json", "markdown-edit"].includes(ui.widget);
  if (ui.rows !== undefined || (typeof value === "string" && value.includes("\n"))) return true;
  return max === undefined ? long.test(name) : max > 200;
}
