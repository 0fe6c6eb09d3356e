export type Token = { readonly kind: "plain" | "comment" | "text" | "number" | "word"; readonly text: string };

type Language = { readonly comment: string; readonly words: readonly string[] };

const C_COMMENT = String.raw`//[^\n]*|/\*[\s\S]*?(?:\*/|$)`;
const HASH_COMMENT = String.raw`#[^\n]*`;

const python: Language = { comment: HASH_COMMENT, words: "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield".split(" ") };
const script: Language = { comment: C_COMMENT, words: "async await break case catch class const continue default do else enum export extends false finally for from function if implements import in instanceof interface let new null of readonly return static super switch this throw true try type typeof undefined var void while yield".split(" ") };
const shell: Language = { comment: HASH_COMMENT, words: "case do done elif else esac export fi for function if in local return set then while".split(" ") };
const sql: Language = { comment: "--[^\\n]*", words: "and as asc between by case create delete desc distinct drop else end exists from group having in index insert into is join left like limit not null on or order primary references right select set table then union unique update values when where with".split(" ") };
const data: Language = { comment: HASH_COMMENT, words: ["true", "false", "null", "yes", "no"] };

const languages: Readonly<Record<string, Language>> = {
  python, py: python, javascript: script, js: script, jsx: script, typescript: script, ts: script, tsx: script, java: script, go: script, rust: script, c: script,
  sh: shell, bash: shell, shell, sql, json: { ...data, comment: "(?!)" }, yaml: data, yml: data, toml: data,
};

const STRINGS = String.raw`"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|` + "`(?:[^`\\\\]|\\\\.)*`?";
const NUMBERS = String.raw`\b\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?\b`;

/** Code above this length is shown as it is: colours are no reason to make a reader wait. */
const LONGEST = 60_000;

/** Code in coloured pieces that together are the code, letter for letter. Languages nobody taught it stay plain. */
export function tokensOf(code: string, language: string): readonly Token[] {
  const known = languages[language.toLowerCase()];
  if (known === undefined || code.length > LONGEST) return [{ kind: "plain", text: code }];
  const flags = known === sql ? "gi" : "g";
  const pattern = new RegExp(`(?<comment>${known.comment})|(?<text>${STRINGS})|(?<number>${NUMBERS})|(?<word>\\b(?:${known.words.join("|")})\\b)`, flags);
  const tokens: Token[] = [];
  let from = 0;
  for (const match of code.matchAll(pattern)) {
    if (match[0] === "") continue;
    if (match.index > from) tokens.push({ kind: "plain", text: code.slice(from, match.index) });
    tokens.push({ kind: kindOf(match.groups ?? {}), text: match[0] });
    from = match.index + match[0].length;
  }
  if (from < code.length) tokens.push({ kind: "plain", text: code.slice(from) });
  return tokens;
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): Token["kind"] {
  for (const kind of ["comment", "text", "number"] as const) if (groups[kind] !== undefined) return kind;
  return "word";
}
