/** Reading fields of content whose shape an author chose. */
export type Facts = Readonly<Record<string, unknown>>;

export const isFacts = (value: unknown): value is Facts => typeof value === "object" && value !== null && !Array.isArray(value);

/** Text as it is, anything else as JSON in one line. */
export const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

/** The text of a content: itself, or the first of the named fields that holds text. */
export function textOf(content: unknown, ...names: readonly string[]): string | null {
  if (typeof content === "string") return content;
  if (typeof content === "number" || typeof content === "boolean") return String(content);
  if (!isFacts(content)) return null;
  for (const name of names) {
    const value = content[name];
    if (typeof value === "string") return value;
  }
  return null;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export const option = (options: Facts | null | undefined, camel: string, snake = camel): unknown => options?.[camel] ?? options?.[snake];
