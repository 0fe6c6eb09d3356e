/** What is kept of a half-typed answer in this browser, and the key under which it will be sent. */
export type Draft = { readonly key: string; readonly value?: unknown };

/** The part of `Storage` that is used; private windows may refuse every call. */
export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const PREFIX = "loopstack.draft";

/** Stands for the step of what is said ahead of its turn: whatever step comes then. */
export const AHEAD = -1;

export function draftName(run: string, step: number | string, transition: string): string {
  return [PREFIX, run, step, transition].join("/");
}

/** The kept draft, or null. What cannot be read counts as not there. */
export function readDraft(storage: DraftStorage, name: string): Draft | null {
  try {
    const parsed: unknown = JSON.parse(storage.getItem(name) ?? "null");
    if (typeof parsed !== "object" || parsed === null || !("key" in parsed) || typeof parsed.key !== "string") return null;
    return "value" in parsed ? { key: parsed.key, value: parsed.value } : { key: parsed.key };
  } catch {
    return null;
  }
}

/** Keeps a draft. `true` if it is really kept: the person is told only what is so. */
export function writeDraft(storage: DraftStorage, name: string, draft: Draft): boolean {
  try {
    storage.setItem(name, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(storage: DraftStorage, name: string): void {
  try {
    storage.removeItem(name);
  } catch {
    // A browser without storage kept nothing.
  }
}

const SECRET_WIDGETS = new Set(["password", "secret-input", "secret"]);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a schema says of itself that its value must not be kept. */
function isSecretSchema(schema: unknown): boolean {
  return isRecord(schema) && (schema["format"] === "password" || schema["writeOnly"] === true || schema["x-sensitive"] === true);
}

/** A copy of a form's value without anything secret, and whether something was left out. */
export function withoutSecrets(
  value: unknown, schema: unknown, ui: unknown, sensitive: readonly string[] = [], root: unknown = schema,
): { readonly value: unknown; readonly left: boolean } {
  const whole = resolve(schema, root);
  if (isSecretSchema(whole) || (isRecord(ui) && SECRET_WIDGETS.has(String(ui["widget"])))) return { value: undefined, left: true };
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => withoutSecrets(item, isRecord(whole) ? whole["items"] : {}, isRecord(ui) ? ui["items"] : {}, [], root));
    return { value: items.map((item) => item.value ?? null), left: items.some((item) => item.left) };
  }
  if (!isRecord(value)) return { value, left: false };
  const properties = isRecord(whole) && isRecord(whole["properties"]) ? whole["properties"] : {};
  const uis = isRecord(ui) && isRecord(ui["properties"]) ? ui["properties"] : {};
  let left = false;
  const kept: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const part = sensitive.includes(name) ? { value: undefined, left: true } : withoutSecrets(item, properties[name], uis[name], [], root);
    left ||= part.left;
    if (part.value !== undefined) kept[name] = part.value;
  }
  return { value: kept, left };
}

/** Follows a reference into `$defs` and looks through "or null". */
function resolve(schema: unknown, root: unknown, depth = 0): unknown {
  if (!isRecord(schema) || depth > 8) return schema;
  const ref = schema["$ref"];
  if (typeof ref === "string" && ref.startsWith("#/")) {
    const target = ref.slice(2).split("/").reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), root);
    return resolve(target, root, depth + 1);
  }
  const options = schema["anyOf"] ?? schema["oneOf"];
  if (!Array.isArray(options)) return schema;
  const real = options.filter((one: unknown) => !(isRecord(one) && one["type"] === "null"));
  return real.length === 1 ? resolve(real[0], root, depth + 1) : schema;
}
