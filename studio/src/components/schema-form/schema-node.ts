import { humanise } from "@/lib/words";
import type { Json, JsonSchema } from "./types";

type Common = {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly fallback: Json | undefined;
  readonly nullable: boolean;
  readonly example: string | undefined;
};

export type Option = { readonly value: Json; readonly label: string };
export type Property = { readonly name: string; readonly schema: JsonSchema; readonly required: boolean };
export type Branch = { readonly label: string; readonly schema: JsonSchema; readonly tag: { readonly name: string; readonly value: Json } | undefined };
export type Limits = { readonly min: number | undefined; readonly max: number | undefined };

/** What a schema means for a person: pydantic's references, nullable unions, decimals and discriminators are resolved. */
export type SchemaNode = Common &
  (
    | ({ readonly kind: "string"; readonly format: string | undefined; readonly pattern: string | undefined } & Limits)
    | ({ readonly kind: "number"; readonly integer: boolean; readonly above: number | undefined; readonly below: number | undefined; readonly step: number | undefined } & Limits)
    | { readonly kind: "decimal"; readonly pattern: string | undefined }
    | { readonly kind: "boolean" }
    | { readonly kind: "const"; readonly value: Json }
    | { readonly kind: "choice"; readonly options: readonly Option[] }
    | ({ readonly kind: "array"; readonly items: JsonSchema; readonly unique: boolean } & Limits)
    | { readonly kind: "tuple"; readonly items: readonly JsonSchema[] }
    | { readonly kind: "object"; readonly properties: readonly Property[] }
    | { readonly kind: "map"; readonly values: JsonSchema }
    | { readonly kind: "union"; readonly branches: readonly Branch[] }
    | { readonly kind: "json" }
  );

type Raw = Readonly<Record<string, unknown>>;

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

export function isJson(value: unknown): value is Json {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return true;
  return Array.isArray(value) ? value.every(isJson) : isRaw(value) && Object.values(value).every((item) => item === undefined || isJson(item));
}

export const isSchema = (value: unknown): value is JsonSchema => typeof value === "boolean" || isRaw(value);

/** Follows `$ref` inside the document; siblings of the reference win, as pydantic means them. */
function resolve(schema: JsonSchema, root: JsonSchema, depth = 0): Raw {
  if (!isRaw(schema)) return {};
  const whole = list(schema["allOf"]).length === 1 ? { ...resolveAny(list(schema["allOf"])[0], root, depth), ...without(schema, "allOf") } : schema;
  const reference = text(whole["$ref"]);
  if (reference === undefined || depth > 32) return whole;
  let target: unknown = root;
  for (const part of reference.replace(/^#\/?/, "").split("/")) {
    if (part !== "") target = isRaw(target) ? target[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  return { ...resolveAny(target, root, depth + 1), ...without(whole, "$ref") };
}

const resolveAny = (value: unknown, root: JsonSchema, depth: number): Raw => (isSchema(value) ? resolve(value, root, depth) : {});

function without(raw: Raw, key: string): Raw {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => name !== key));
}

const optionLabel = (value: Json): string => (typeof value === "string" ? humanise(value) : JSON.stringify(value));

function common(raw: Raw, nullable: boolean): Common {
  const example = list(raw["examples"])[0];
  return {
    title: text(raw["title"]),
    description: text(raw["description"]),
    fallback: isJson(raw["default"]) ? raw["default"] : undefined,
    nullable,
    example: typeof example === "string" || typeof example === "number" ? String(example) : undefined,
  };
}

/** The title a field was given itself. That of a model it refers to names the model: two people would read alike. */
export const ownTitle = (schema: JsonSchema): string | undefined => (isRaw(schema) ? text(schema["title"]) : undefined);

/** Reads one level of `schema`; deeper levels are read when they are drawn, so recursive schemas are no trouble. */
export function describe(schema: JsonSchema, root: JsonSchema): SchemaNode {
  const raw = resolve(schema, root);
  const alternatives = list(raw["anyOf"] ?? raw["oneOf"]).filter(isSchema);
  if (alternatives.length > 0) return describeUnion(raw, alternatives, root);
  const types = Array.isArray(raw["type"]) ? list(raw["type"]) : [raw["type"]];
  const nullable = types.length > 1 && types.includes("null");
  const base = common(raw, nullable);
  if ("const" in raw && isJson(raw["const"])) return { ...base, kind: "const", value: raw["const"] };
  const values = list(raw["enum"]).filter(isJson);
  if (values.length > 0) return { ...base, nullable: values.includes(null), kind: "choice", options: values.filter((value) => value !== null).map((value) => ({ value, label: optionLabel(value) })) };
  return describeType(types.find((type) => type !== "null"), raw, base);
}

function describeType(type: unknown, raw: Raw, base: Common): SchemaNode {
  switch (type) {
    case "string":
      return { ...base, kind: "string", format: text(raw["format"]), pattern: text(raw["pattern"]), min: number(raw["minLength"]), max: number(raw["maxLength"]) };
    case "integer":
    case "number":
      return {
        ...base, kind: "number", integer: type === "integer", min: number(raw["minimum"]), max: number(raw["maximum"]),
        above: number(raw["exclusiveMinimum"]), below: number(raw["exclusiveMaximum"]), step: number(raw["multipleOf"]),
      };
    case "boolean":
      return { ...base, kind: "boolean" };
    case "array": {
      const fixed = list(raw["prefixItems"]).filter(isSchema);
      if (fixed.length > 0) return { ...base, kind: "tuple", items: fixed };
      const items = isSchema(raw["items"]) ? raw["items"] : true;
      return { ...base, kind: "array", items, unique: raw["uniqueItems"] === true, min: number(raw["minItems"]), max: number(raw["maxItems"]) };
    }
    case "object":
      return describeObject(raw, base);
    default:
      return isRaw(raw["properties"]) ? describeObject(raw, base) : { ...base, kind: "json" };
  }
}

function describeObject(raw: Raw, base: Common): SchemaNode {
  const required = list(raw["required"]);
  const properties = Object.entries(isRaw(raw["properties"]) ? raw["properties"] : {}).flatMap(([name, schema]) =>
    isSchema(schema) ? [{ name, schema, required: required.includes(name) }] : [],
  );
  if (properties.length > 0) return { ...base, kind: "object", properties };
  const values = raw["additionalProperties"];
  if (isRaw(values)) return { ...base, kind: "map", values };
  // A model without fields says `properties: {}`: there is nothing to fill in. Any other object begins empty.
  const nothing = values === false || (values === undefined && isRaw(raw["properties"]));
  return nothing ? { ...base, kind: "object", properties } : { ...base, kind: "json", fallback: base.fallback ?? {} };
}

function describeUnion(raw: Raw, alternatives: readonly JsonSchema[], root: JsonSchema): SchemaNode {
  const resolved = alternatives.map((schema) => ({ schema, raw: resolve(schema, root) }));
  const real = resolved.filter((item) => item.raw["type"] !== "null");
  const nullable = real.length < resolved.length;
  const [only] = real;
  if (only !== undefined && real.length === 1) {
    const inner = describe(only.schema, root);
    const outer = common(raw, nullable || inner.nullable);
    return { ...inner, ...outer, title: outer.title ?? inner.title, description: outer.description ?? inner.description, fallback: outer.fallback === undefined ? inner.fallback : outer.fallback };
  }
  const base = common(raw, nullable);
  const types = real.map((item) => item.raw["type"]);
  // A pydantic Decimal says "number or text with a pattern"; text keeps every digit.
  if (real.length === 2 && types.includes("number") && types.includes("string")) {
    const pattern = text(real.find((item) => item.raw["type"] === "string")?.raw["pattern"]);
    if (pattern !== undefined) return { ...base, kind: "decimal", pattern };
  }
  if (real.every((item) => "const" in item.raw)) {
    const options = real.flatMap(({ raw: each }) => (isJson(each["const"]) ? [{ value: each["const"], label: text(each["title"]) ?? optionLabel(each["const"]) }] : []));
    return { ...base, kind: "choice", options };
  }
  const discriminator = isRaw(raw["discriminator"]) ? text(raw["discriminator"]["propertyName"]) : undefined;
  return { ...base, kind: "union", branches: real.map((item, index) => branch(item, discriminator, index, root)) };
}

function branch(item: { schema: JsonSchema; raw: Raw }, discriminator: string | undefined, index: number, root: JsonSchema): Branch {
  const properties = isRaw(item.raw["properties"]) ? item.raw["properties"] : {};
  const names = discriminator === undefined ? Object.keys(properties) : [discriminator];
  for (const name of names) {
    const property = resolveAny(properties[name], root, 0);
    const value = property["const"] ?? (list(property["enum"]).length === 1 ? list(property["enum"])[0] : undefined);
    if (isJson(value)) return { label: text(item.raw["title"]) ?? optionLabel(value), schema: item.schema, tag: { name, value } };
  }
  const type = text(item.raw["type"]);
  return { label: text(item.raw["title"]) ?? (type === undefined ? String(index + 1) : humanise(type)), schema: item.schema, tag: undefined };
}
