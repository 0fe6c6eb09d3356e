import { isJson } from "./schema-node";
import type { FieldUi } from "./types";

type Raw = Readonly<Record<string, unknown>>;
type Writable = { -readonly [Key in keyof FieldUi]: FieldUi[Key] };

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);

const texts = ["widget", "label", "title", "description", "help", "placeholder"] as const;
const flags = ["inline", "hidden", "readonly", "disabled", "collapsed", "fixed"] as const;

type Choice = NonNullable<FieldUi["enumOptions"]>[number];

function choice(value: unknown): Choice[] {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return [value];
  if (!isRaw(value) || !isJson(value["value"])) return [];
  return [{ value: value["value"], label: typeof value["label"] === "string" ? value["label"] : JSON.stringify(value["value"]) }];
}

/** Reads a widget's options as they came over the wire; what is not understood is left out. */
export function readFieldUi(options: unknown): FieldUi {
  if (!isRaw(options)) return {};
  const ui: Writable = {};
  for (const key of texts) if (typeof options[key] === "string") ui[key] = options[key];
  for (const key of flags) if (typeof options[key] === "boolean") ui[key] = options[key];
  if (typeof options["rows"] === "number") ui.rows = options["rows"];
  if (Array.isArray(options["order"])) ui.order = options["order"].filter((name) => typeof name === "string");
  if (Array.isArray(options["enumOptions"])) ui.enumOptions = options["enumOptions"].flatMap(choice);
  if (isRaw(options["items"])) ui.items = readFieldUi(options["items"]);
  if (isRaw(options["properties"])) ui.properties = Object.fromEntries(Object.entries(options["properties"]).map(([name, value]) => [name, readFieldUi(value)]));
  return ui;
}
