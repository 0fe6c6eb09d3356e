export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "strong" | "em" | "strike"; readonly children: readonly Inline[] }
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: "image"; readonly src: string; readonly alt: string }
  | { readonly kind: "break" };

const ESCAPED = /[!-/:-@[-`{-~]/;
const URL_TEXT = /^https?:\/\/[^\s<>"'`)\]]+[^\s<>"'`)\].,:;!?]/;
const MARKS = [
  { mark: "**", kind: "strong" }, { mark: "__", kind: "strong" }, { mark: "~~", kind: "strike" },
  { mark: "*", kind: "em" }, { mark: "_", kind: "em" },
] as const;
const DEEPEST = 8;
/** How far a closing mark is looked for: text of a million stars must not take minutes. */
const FAR = 4_096;

/** A link a reader may follow, or null: `javascript:`, `data:` and everything relative stay text. */
export function safeHref(raw: string): string | null {
  try {
    const url = new URL(raw.trim());
    return ["https:", "http:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Reads one paragraph's text. Anything that is not understood, raw HTML included, is text. */
export function readInline(source: string, depth = 0): readonly Inline[] {
  const out: Inline[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") out.push({ kind: "text", text: plain });
    plain = "";
  };
  for (let at = 0; at < source.length; ) {
    const found = depth < DEEPEST ? readMark(source, at, depth) : null;
    if (found) {
      flush();
      out.push(found.node);
      at = found.end;
    } else if (source[at] === "\\" && ESCAPED.test(source[at + 1] ?? "")) {
      plain += source[at + 1] ?? "";
      at += 2;
    } else if (source[at] === "\n") {
      const hard = /(?: {2,}|\\)$/.exec(plain);
      plain = plain.replace(/(?: +|\\)$/, "");
      if (hard) {
        flush();
        out.push({ kind: "break" });
      } else plain += "\n";
      at++;
    } else plain += source[at++] ?? "";
  }
  flush();
  return out;
}

type Found = { readonly node: Inline; readonly end: number };

function readMark(source: string, at: number, depth: number): Found | null {
  switch (source[at]) {
    case "`":
      return readCode(source, at);
    case "!":
      return source[at + 1] === "[" ? readImage(source, at) : null;
    case "[":
      return readLink(source, at, depth);
    case "<":
      return readAngle(source, at);
    case "h":
      return readBare(source, at);
    case "*":
    case "_":
    case "~":
      return readEmphasis(source, at, depth);
    case undefined:
    default:
      return null;
  }
}

function readCode(source: string, at: number): Found | null {
  let ticks = 1;
  while (source[at + ticks] === "`") ticks++;
  const fence = "`".repeat(ticks);
  const near = source.slice(0, at + FAR);
  for (let end = near.indexOf(fence, at + ticks); end !== -1; end = near.indexOf(fence, end + 1)) {
    if (source[end + ticks] === "`") {
      while (source[end + 1] === "`") end++;
      continue;
    }
    const text = source.slice(at + ticks, end).replaceAll("\n", " ");
    return { node: { kind: "code", text: /^ .*[^ ].* $/.test(text) ? text.slice(1, -1) : text }, end: end + ticks };
  }
  return null;
}

/** The end of a bracketed part that starts at `at`, with nesting, or -1. */
function closing(source: string, at: number, open: string, close: string): number {
  let depth = 0;
  for (let end = at; end < Math.min(source.length, at + FAR); end++) {
    if (source[end] === "\\") end++;
    else if (source[end] === open) depth++;
    else if (source[end] === close && --depth === 0) return end;
  }
  return -1;
}

function readTarget(source: string, at: number): { readonly label: string; readonly url: string; readonly end: number } | null {
  const labelEnd = closing(source, at, "[", "]");
  if (labelEnd === -1 || source[labelEnd + 1] !== "(") return null;
  const end = closing(source, labelEnd + 1, "(", ")");
  if (end === -1) return null;
  const inside = source.slice(labelEnd + 2, end).trim();
  const url = /^<([^<>\n]*)>/.exec(inside)?.[1] ?? /^\S*/.exec(inside)?.[0] ?? "";
  return { label: source.slice(at + 1, labelEnd), url, end: end + 1 };
}

function readLink(source: string, at: number, depth: number): Found | null {
  const target = readTarget(source, at);
  const href = target && safeHref(target.url);
  if (!target || href === null) return null;
  return { node: { kind: "link", href, children: readInline(target.label, depth + 1) }, end: target.end };
}

function readImage(source: string, at: number): Found | null {
  const target = readTarget(source, at + 1);
  return target && { node: { kind: "image", src: target.url, alt: target.label }, end: target.end };
}

function readAngle(source: string, at: number): Found | null {
  const match = /^<((?:https?:\/\/|mailto:)[^\s<>]+)>/.exec(source.slice(at, at + 2048));
  const href = match?.[1] && safeHref(match[1]);
  return match && href ? { node: { kind: "link", href, children: [{ kind: "text", text: match[1] ?? href }] }, end: at + match[0].length } : null;
}

function readBare(source: string, at: number): Found | null {
  if (!source.startsWith("http", at) || /[\w/]/.test(source[at - 1] ?? " ")) return null;
  const text = URL_TEXT.exec(source.slice(at, at + 2048))?.[0];
  const href = text && safeHref(text);
  return text && href ? { node: { kind: "link", href, children: [{ kind: "text", text }] }, end: at + text.length } : null;
}

function readEmphasis(source: string, at: number, depth: number): Found | null {
  const found = MARKS.find(({ mark }) => source.startsWith(mark, at));
  if (!found) return null;
  const { mark, kind } = found;
  const first = source[at + mark.length] ?? " ";
  // Inside a word an underscore is part of a name: created_at stays as it is.
  if (/\s/.test(first) || first === mark[0] || (mark.startsWith("_") && /[\p{L}\p{N}_]/u.test(source[at - 1] ?? " "))) return null;
  const end = emphasisEnd(source, at + mark.length, mark);
  if (end === -1) return null;
  return { node: { kind, children: readInline(source.slice(at + mark.length, end), depth + 1) }, end: end + mark.length };
}

function emphasisEnd(source: string, from: number, mark: string): number {
  const near = source.slice(0, from + FAR);
  for (let end = near.indexOf(mark, from + 1); end !== -1; end = near.indexOf(mark, end + 1)) {
    const before = source[end - 1] ?? " ";
    const after = source[end + mark.length] ?? " ";
    const doubled = mark.length === 1 && (after === mark || before === mark);
    if (/\s/.test(before) || before === "\\" || doubled) continue;
    if (mark.startsWith("_") && /[\p{L}\p{N}]/u.test(after)) continue;
    // Of three stars the inner mark takes the first.
    return mark.length === 2 && after === mark[0] ? end + 1 : end;
  }
  return -1;
}
