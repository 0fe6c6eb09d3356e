const KB = 1000;

/** One file of a build. `size` is what travels: gzip for text, the file itself for fonts. `imports` are the files it cannot run without. */
export type Built = { readonly name: string; readonly size: number; readonly entry: boolean; readonly source: string; readonly imports: readonly string[] };

type Budget = { readonly what: string; readonly limit: number; readonly files: (built: readonly Built[]) => readonly Built[] };

const isScript = (file: Built): boolean => file.name.endsWith(".js");

/** Files and everything they import, each once. */
function withImports(built: readonly Built[], first: readonly Built[]): readonly Built[] {
  const found = new Set<Built>();
  const take = (file: Built): void => {
    if (found.has(file)) return;
    found.add(file);
    for (const name of file.imports) {
      const next = built.find((each) => each.name === name);
      if (next !== undefined) take(next);
    }
  };
  first.forEach(take);
  return [...found].filter(isScript);
}

const entries = (built: readonly Built[]): readonly Built[] => built.filter((file) => file.entry);
const route = (built: readonly Built[], source: string): readonly Built[] => built.filter((file) => file.source.endsWith(source));

const budgets: readonly Budget[] = [
  { what: "the shell's scripts", limit: 140 * KB, files: (built) => withImports(built, entries(built)) },
  { what: "the scripts of the run page's first load", limit: 250 * KB, files: (built) => withImports(built, [...entries(built), ...route(built, "/routes/run-route.tsx")]) },
  { what: "the style sheets", limit: 30 * KB, files: (built) => built.filter((file) => file.name.endsWith(".css")) },
  { what: "the fonts of the first load", limit: 60 * KB, files: (built) => built.filter((file) => file.name.endsWith(".woff2")) },
];

/** One line per budget that a build breaks, with the largest files behind it; nothing when all is well. A budget that measures nothing is broken too. */
export function brokenBudgets(built: readonly Built[]): readonly string[] {
  return budgets.flatMap(({ what, limit, files }) => {
    const counted = files(built);
    const size = counted.reduce((sum, file) => sum + file.size, 0);
    if (size > 0 && size <= limit) return [];
    if (size === 0) return [`${what}: no file was found to measure`];
    const largest = [...counted].sort((left, right) => right.size - left.size).slice(0, 3);
    return [`${what}: ${inKb(size)} of at most ${inKb(limit)} (${largest.map((file) => `${file.name} ${inKb(file.size)}`).join(", ")})`];
  });
}

const inKb = (size: number): string => `${(size / KB).toFixed(1)} kB`;
