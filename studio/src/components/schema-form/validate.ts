import { en } from "@/i18n/en";
import { isFields } from "./initial-value";
import { describe } from "./schema-node";
import type { Branch, SchemaNode } from "./schema-node";
import type { FieldError, Json, JsonSchema, Path } from "./types";

const words = en.form.errors;
type Check = { readonly root: JsonSchema; readonly path: Path };
type NodeOf<Kind extends SchemaNode["kind"]> = Extract<SchemaNode, { kind: Kind }>;

const formats: Readonly<Record<string, RegExp>> = {
  email: /^[^\s@]+@[^\s@]+$/, uri: /^[a-z][a-z0-9+.-]*:\S+$/i, uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  date: /^\d{4}-\d{2}-\d{2}$/, "date-time": /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/, time: /^\d{2}:\d{2}/,
};

const at = (check: Check, message: string, code: string): FieldError[] => [{ path: check.path, message, code }];
const deeper = (check: Check, key: string | number): Check => ({ root: check.root, path: [...check.path, key] });
const wrongType = (check: Check, type: keyof typeof en.form.types): FieldError[] => at(check, words.type(en.form.types[type]), "type");

/** Says what is wrong with `value`, in words for the person who typed it. The server stays the judge: what is not understood passes. */
export function validate(schema: JsonSchema, value: Json | undefined): FieldError[] {
  return checkValue(schema, value, { root: schema, path: [] });
}

function checkValue(schema: JsonSchema, value: Json | undefined, check: Check): FieldError[] {
  const node = describe(schema, check.root);
  if (value === undefined) return at(check, node.kind === "choice" || node.kind === "boolean" ? words.choose : words.required, "required");
  if (value === null) {
    if (node.nullable || node.kind === "json" || (node.kind === "const" && node.value === null)) return [];
    return at(check, words.required, "required");
  }
  return checkNode(node, value, check);
}

function checkNode(node: SchemaNode, value: Exclude<Json, null>, check: Check): FieldError[] {
  switch (node.kind) {
    case "string": return checkText(node, value, check);
    case "number": return checkNumber(node, value, check);
    case "decimal": return typeof value === "number" || (typeof value === "string" && /^[-+]?(\d+\.?\d*|\.\d+)$/.test(value)) ? [] : wrongType(check, "number");
    case "boolean": return typeof value === "boolean" ? [] : wrongType(check, "boolean");
    case "const": return same(value, node.value) ? [] : at(check, words.choose, "const");
    case "choice": return node.options.some((option) => same(option.value, value)) ? [] : at(check, words.choose, "enum");
    case "array": return checkList(node, value, check);
    case "tuple": return Array.isArray(value) ? node.items.flatMap((item, index) => checkValue(item, (value as readonly Json[])[index], deeper(check, index))) : wrongType(check, "array");
    case "object": return checkObject(node, value, check);
    case "map": return isFields(value) ? Object.entries(value).flatMap(([key, item]) => checkValue(node.values, item, deeper(check, key))) : wrongType(check, "object");
    case "union": return checkUnion(node, value, check);
    case "json": return [];
  }
}

function checkText(node: NodeOf<"string">, value: Json, check: Check): FieldError[] {
  if (typeof value !== "string") return wrongType(check, "string");
  const length = [...value].length;
  if (node.min !== undefined && length < node.min) return at(check, words.minLength(node.min), "min_length");
  if (node.max !== undefined && length > node.max) return at(check, words.maxLength(node.max), "max_length");
  if (node.pattern !== undefined && !fits(node.pattern, value)) return at(check, words.pattern, "pattern");
  const format = formats[node.format ?? ""];
  if (format !== undefined && !format.test(value)) return at(check, words.format[node.format as keyof typeof words.format], "format");
  return [];
}

function fits(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true; // Python knows patterns that JavaScript does not; the server decides.
  }
}

function checkNumber(node: NodeOf<"number">, value: Json, check: Check): FieldError[] {
  if (typeof value !== "number" || !Number.isFinite(value)) return wrongType(check, node.integer ? "integer" : "number");
  if (node.integer && !Number.isInteger(value)) return wrongType(check, "integer");
  if (node.min !== undefined && value < node.min) return at(check, words.minimum(String(node.min)), "minimum");
  if (node.max !== undefined && value > node.max) return at(check, words.maximum(String(node.max)), "maximum");
  if (node.above !== undefined && value <= node.above) return at(check, words.above(String(node.above)), "exclusive_minimum");
  if (node.below !== undefined && value >= node.below) return at(check, words.below(String(node.below)), "exclusive_maximum");
  if (node.step !== undefined && Math.abs(value / node.step - Math.round(value / node.step)) > 1e-9) return at(check, words.multipleOf(String(node.step)), "multiple_of");
  return [];
}

function checkList(node: NodeOf<"array">, value: Json, check: Check): FieldError[] {
  if (!Array.isArray(value)) return wrongType(check, "array");
  const items = value as readonly Json[];
  if (node.min !== undefined && items.length < node.min) return at(check, words.minItems(node.min), "min_items");
  if (node.max !== undefined && items.length > node.max) return at(check, words.maxItems(node.max), "max_items");
  if (node.unique && items.some((item, index) => items.slice(0, index).some((other) => same(item, other)))) return at(check, words.unique, "unique_items");
  return items.flatMap((item, index) => checkValue(node.items, item, deeper(check, index)));
}

function checkObject(node: NodeOf<"object">, value: Json, check: Check): FieldError[] {
  if (!isFields(value)) return wrongType(check, "object");
  return node.properties.flatMap((property) => {
    const own = value[property.name];
    return own === undefined && !property.required ? [] : checkValue(property.schema, own, deeper(check, property.name));
  });
}

function checkUnion(node: NodeOf<"union">, value: Json, check: Check): FieldError[] {
  const index = matchingBranch(node.branches, value, check.root);
  const branch = node.branches[index ?? 0];
  return branch === undefined ? [] : checkValue(branch.schema, value, check);
}

/** Which alternative a value belongs to: by tag, else the one with the fewest complaints. */
export function matchingBranch(branches: readonly Branch[], value: Json | undefined, root: JsonSchema): number | undefined {
  if (value === undefined || value === null) return undefined;
  const tagged = branches.findIndex((branch) => branch.tag !== undefined && isFields(value) && same(value[branch.tag.name], branch.tag.value));
  if (tagged >= 0) return tagged;
  const complaints = branches.map((branch) => {
    const found = checkValue(branch.schema, value, { root, path: [] });
    return found.some((error) => error.path.length === 0 && error.code === "type") ? Infinity : found.length;
  });
  const least = Math.min(...complaints);
  return Number.isFinite(least) ? complaints.indexOf(least) : undefined;
}

/** Equality of JSON values; the order of keys does not count. */
export function same(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((item: Json, index) => same(item, (right as readonly Json[])[index]));
  if (!isFields(left) || !isFields(right)) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => same(left[key], right[key]));
}
