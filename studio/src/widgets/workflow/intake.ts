import { describe, type Json, type JsonSchema } from "@/components/schema-form";
import { isFacts, textOf } from "@/lib/facts";

/** A file as it travels: its content stands in the payload itself. */
export type Attachment = { readonly name: string; readonly media_type: string; readonly data: string };

/** What a prompt can send: words in some form, and files if the payload has a place for them. */
export type Intake = {
  /** The payload may be the bare text. */
  readonly bare: boolean;
  /** The field that takes the text of an object payload. */
  readonly text: string | null;
  readonly files: { readonly field: string; readonly types: readonly string[]; readonly most: number } | null;
};

const MOST = 10;

/** The kinds of files a field takes: it is a list of objects with a name, a kind and content in base64. */
function typesOf(schema: JsonSchema, root: JsonSchema): { readonly types: readonly string[]; readonly most: number } | null {
  const list = describe(schema, root);
  if (list.kind !== "array") return null;
  const item = describe(list.items, root);
  if (item.kind !== "object") return null;
  const field = (name: string): JsonSchema | undefined => item.properties.find((property) => property.name === name)?.schema;
  const [data, media] = [field("data"), field("media_type")];
  if (!isFacts(data) || textOf(data["contentEncoding"]) !== "base64" || media === undefined || field("name") === undefined) return null;
  const kinds = describe(media, root);
  const types = kinds.kind === "choice" ? kinds.options.flatMap(({ value }) => (typeof value === "string" ? [value] : [])) : [];
  return types.length === 0 ? null : { types, most: list.max ?? MOST };
}

function ofObject(schema: JsonSchema, root: JsonSchema): Omit<Intake, "bare"> | null {
  const node = describe(schema, root);
  if (node.kind !== "object") return null;
  const files = node.properties.flatMap((property) => {
    const found = typesOf(property.schema, root);
    return found === null ? [] : [{ field: property.name, ...found }];
  })[0] ?? null;
  const texts = node.properties.filter((property) => describe(property.schema, root).kind === "string");
  const text = node.properties.length === 1 ? node.properties[0]?.name : texts.length === 1 ? texts[0]?.name : undefined;
  return { text: text ?? null, files };
}

/** Reads from the schema of a wait how a prompt answers it. */
export function intakeOf(schema: JsonSchema): Intake {
  const node = describe(schema, schema);
  const branches = node.kind === "union" ? node.branches.map((branch) => branch.schema) : [schema];
  const bare = branches.some((branch) => ["string", "json"].includes(describe(branch, schema).kind));
  const objects = branches.flatMap((branch) => ofObject(branch, schema) ?? []);
  return { bare, text: null, files: null, ...(objects.find((one) => one.files !== null && one.text !== null) ?? objects[0]) };
}

/** The payload that says a text with files; the bare text where that is enough. */
export function payloadOf(intake: Intake, text: string, files: readonly Attachment[]): Json {
  if (intake.text === null || (intake.bare && files.length === 0)) return text;
  return { [intake.text]: text, ...(intake.files === null || files.length === 0 ? {} : { [intake.files.field]: files }) };
}
