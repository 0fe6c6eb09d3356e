import { isFacts } from "@/lib/facts";

/** One line of a difference: a path that came, went, or is the same and holds others. */
export type DiffLine = { readonly sign: "plus" | "minus" | "same"; readonly depth: number; readonly name: string; readonly value: string };

const LONG = 160;

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.length > LONG ? `${text.slice(0, LONG - 1)}…` : text;
}

export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => sameValue(item, (b as readonly unknown[])[at]));
  if (!isFacts(a) || !isFacts(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && sameValue(a[name], b[name]));
}

/** What changed between two states, by name; lists are compared as a whole. Equal parts are left out. */
export function stateDiff(before: unknown, after: unknown, depth = 0): readonly DiffLine[] {
  if (sameValue(before, after)) return [];
  const [old, young] = [isFacts(before) ? before : {}, isFacts(after) ? after : {}];
  return [...new Set([...Object.keys(old), ...Object.keys(young)])].flatMap((name): readonly DiffLine[] => {
    const [was, is] = [old[name], young[name]];
    if (sameValue(was, is)) return [];
    if (isFacts(was) && isFacts(is)) return [{ sign: "same", depth, name, value: "" }, ...stateDiff(was, is, depth + 1)];
    return [
      ...(name in old ? [{ sign: "minus", depth, name, value: brief(was) } as const] : []),
      ...(name in young ? [{ sign: "plus", depth, name, value: brief(is) } as const] : []),
    ];
  });
}
