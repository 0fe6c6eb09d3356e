import { readInline, type Inline } from "./inline";

export type Align = "left" | "right" | "center";
export type ListItem = { readonly checked: boolean | null; readonly blocks: readonly Block[] };
export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: "paragraph"; readonly text: readonly Inline[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | { readonly kind: "list"; readonly start: number | null; readonly tight: boolean; readonly items: readonly ListItem[] }
  | { readonly kind: "table"; readonly align: readonly Align[]; readonly head: Row; readonly rows: readonly Row[] }
  | { readonly kind: "rule" };
type Row = readonly (readonly Inline[])[];

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])([ \t]+|$)/;
const QUOTE = /^ {0,3}> ?/;
const DELIMITER = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
/** Nesting deeper than this is shown as text: nobody writes it, and it must not exhaust the stack. */
const DEEPEST = 12;

/** Reads CommonMark's everyday part with tables and task lists. Markup of other kinds stays text. */
export function readBlocks(source: string, depth = 0): readonly Block[] {
  const lines = source.replaceAll(/\r\n?/g, "\n").replaceAll("\t", "    ").split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    if ((lines[at] ?? "").trim() === "") {
      at++;
      continue;
    }
    const [block, next] = readOne(lines, at, depth);
    blocks.push(block);
    at = Math.max(next, at + 1);
  }
  return blocks;
}

function readOne(lines: readonly string[], at: number, depth: number): [Block, number] {
  const line = lines[at] ?? "";
  const heading = HEADING.exec(line);
  if (heading) {
    const text = (heading[2] ?? "").replace(/(?:^|[ \t])#+[ \t]*$/, "").trim();
    return [{ kind: "heading", level: heading[1]?.length ?? 1, text: readInline(text) }, at + 1];
  }
  const fence = FENCE.exec(line);
  if (fence) return readFence(lines, at, fence[1] ?? "```", fence[2] ?? "");
  if (RULE.test(line)) return [{ kind: "rule" }, at + 1];
  if (depth < DEEPEST && QUOTE.test(line)) return readQuote(lines, at, depth);
  if (depth < DEEPEST && ITEM.test(line)) return readList(lines, at, depth);
  if (line.startsWith("    ")) return readIndented(lines, at);
  if (line.includes("|") && DELIMITER.test(lines[at + 1] ?? "")) {
    const table = readTable(lines, at);
    if (table) return table;
  }
  return readParagraph(lines, at);
}

function readFence(lines: readonly string[], at: number, mark: string, language: string): [Block, number] {
  const closing = new RegExp(`^ {0,3}\\${mark[0] ?? "`"}{${mark.length},}[ \t]*$`);
  let end = at + 1;
  while (end < lines.length && !closing.test(lines[end] ?? "")) end++;
  // An unfinished fence is a text that still arrives: all of it is code.
  return [{ kind: "code", language, text: lines.slice(at + 1, end).join("\n") }, end + 1];
}

function readIndented(lines: readonly string[], at: number): [Block, number] {
  let end = at;
  while (end < lines.length && ((lines[end] ?? "").startsWith("    ") || (lines[end] ?? "").trim() === "")) end++;
  const text = lines.slice(at, end).map((line) => line.slice(4)).join("\n").trimEnd();
  return [{ kind: "code", language: "", text }, end];
}

function readQuote(lines: readonly string[], at: number, depth: number): [Block, number] {
  let end = at;
  while (end < lines.length && (QUOTE.test(lines[end] ?? "") || (end > at && isPlain(lines[end] ?? "")))) end++;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, "")).join("\n");
  return [{ kind: "quote", blocks: readBlocks(inner, depth + 1) }, end];
}

/** A line that only goes on with the paragraph before it. */
function isPlain(line: string): boolean {
  return line.trim() !== "" && !HEADING.test(line) && !FENCE.test(line) && !RULE.test(line) && !ITEM.test(line) && !QUOTE.test(line);
}

function sameList(first: string, other: string): boolean {
  return /\d/.test(first) ? /\d/.test(other) && first.at(-1) === other.at(-1) : first === other;
}

function readList(lines: readonly string[], at: number, depth: number): [Block, number] {
  const marker = ITEM.exec(lines[at] ?? "")?.[2] ?? "-";
  const items: ListItem[] = [];
  let loose = false;
  let end = at;
  while (end < lines.length) {
    const match = ITEM.exec(lines[end] ?? "");
    if (!match || !sameList(marker, match[2] ?? "") || (items.length > 0 && RULE.test(lines[end] ?? ""))) break;
    const [body, next] = readItem(lines, end, match);
    const blankBetween = (lines[next - 1] ?? "").trim() === "" && ITEM.test(lines[next] ?? "");
    loose ||= blankBetween || /\n[ ]*\n\S/.test(body);
    const task = /^\[([ xX])\][ ]+/.exec(body);
    items.push({ checked: task ? task[1] !== " " : null, blocks: readBlocks(task ? body.slice(task[0].length) : body, depth + 1) });
    end = next;
  }
  const start = /\d/.test(marker) ? Number.parseInt(marker, 10) : null;
  return [{ kind: "list", start, tight: !loose, items }, end];
}

function readItem(lines: readonly string[], at: number, match: RegExpExecArray): [string, number] {
  const indent = (match[1]?.length ?? 0) + (match[2]?.length ?? 1) + Math.min(match[3]?.length ?? 1, 4) || 2;
  const body = [(lines[at] ?? "").slice(match[0].length)];
  let end = at + 1;
  for (; end < lines.length; end++) {
    const line = lines[end] ?? "";
    const before = lines[end - 1] ?? "";
    const inside = line.startsWith(" ".repeat(Math.min(indent, 2))) && line.trim() !== "";
    if (inside) body.push(line.slice(Math.min(indent, line.length - line.trimStart().length)));
    else if (line.trim() === "") body.push("");
    else if (isPlain(line) && before.trim() !== "") body.push(line);
    else break;
  }
  return [body.join("\n").trimEnd(), end];
}

function cells(line: string): readonly string[] {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function readTable(lines: readonly string[], at: number): [Block, number] | null {
  const head = cells(lines[at] ?? "");
  const marks = cells(lines[at + 1] ?? "");
  if (head.length !== marks.length) return null;
  const align = marks.map((mark): Align => (!mark.endsWith(":") ? "left" : mark.startsWith(":") ? "center" : "right"));
  const rows: Row[] = [];
  let end = at + 2;
  for (; end < lines.length && (lines[end] ?? "").includes("|"); end++) {
    const row = cells(lines[end] ?? "");
    rows.push(head.map((_, column) => readInline(row[column] ?? "")));
  }
  return [{ kind: "table", align, head: head.map((cell) => readInline(cell)), rows }, end];
}

function readParagraph(lines: readonly string[], at: number): [Block, number] {
  let end = at + 1;
  while (end < lines.length && isPlain(lines[end] ?? "")) {
    const setext = /^ {0,3}(=+|-+)[ \t]*$/.exec(lines[end] ?? "");
    if (setext) return [{ kind: "heading", level: setext[1]?.startsWith("=") ? 1 : 2, text: inlineOf(lines, at, end) }, end + 1];
    end++;
  }
  return [{ kind: "paragraph", text: inlineOf(lines, at, end) }, end];
}

function inlineOf(lines: readonly string[], from: number, to: number): readonly Inline[] {
  return readInline(lines.slice(from, to).map((line, at) => (at === 0 ? line.trimStart() : line.replace(/^ +/, ""))).join("\n"));
}
