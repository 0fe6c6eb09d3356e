import { isFacts } from "@/lib/facts";

/** What a tool gave as data, if its text is some. */
function dataOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * What a tool's widget draws of an answered call: the arguments, and over them the fields of the result. A result that
 * is no object stands under the names that widgets look for: a text under `text`, a list under `rows`.
 */
export function drawnOf(args: unknown, result: string): Readonly<Record<string, unknown>> {
  const given = isFacts(args) ? args : {};
  const found = dataOf(result);
  if (isFacts(found)) return { ...given, ...found };
  return Array.isArray(found) ? { rows: found, ...given } : { text: result, ...given };
}
