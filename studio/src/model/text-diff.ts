/** One line of two texts side by side; `left` and `right` are line numbers from 1. */
export type DiffRow = {
  readonly sign: "plus" | "minus" | "same";
  readonly text: string;
  readonly left: number | null;
  readonly right: number | null;
};

/** Above so many pairs of changed lines they are shown as replaced whole: the page must not stop for a comparison. */
const MOST_PAIRS = 1_000_000;

/** The lines of two texts as one list: what is the same, what is gone, what is new. */
export function lineDiff(before: string, after: string): readonly DiffRow[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++;
  const same = (text: string, left: number, right: number): DiffRow => ({ sign: "same", text, left, right });
  return [
    ...old.slice(0, head).map((text, at) => same(text, at + 1, at + 1)),
    ...middle(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail), head),
    ...old.slice(old.length - tail).map((text, at) => same(text, old.length - tail + at + 1, fresh.length - tail + at + 1)),
  ];
}

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

function middle(old: readonly string[], fresh: readonly string[], offset: number): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  const gone = (at: number): void => void rows.push({ sign: "minus", text: old[at] ?? "", left: offset + at + 1, right: null });
  const come = (at: number): void => void rows.push({ sign: "plus", text: fresh[at] ?? "", left: null, right: offset + at + 1 });
  const common = old.length * fresh.length > MOST_PAIRS ? null : lengths(old, fresh);
  let [left, right] = [0, 0];
  while (left < old.length && right < fresh.length && common !== null) {
    if (old[left] === fresh[right]) {
      rows.push({ sign: "same", text: old[left] ?? "", left: offset + left + 1, right: offset + right + 1 });
      left++;
      right++;
    } else if ((common[left + 1]?.[right] ?? 0) >= (common[left]?.[right + 1] ?? 0)) gone(left++);
    else come(right++);
  }
  while (left < old.length) gone(left++);
  while (right < fresh.length) come(right++);
  return rows;
}

/** How many lines two tails have in common, for every pair of tails. */
function lengths(old: readonly string[], fresh: readonly string[]): readonly Uint32Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1));
  for (let left = old.length - 1; left >= 0; left--) {
    const [row, below] = [table[left], table[left + 1]];
    if (row === undefined || below === undefined) continue;
    for (let right = fresh.length - 1; right >= 0; right--) {
      row[right] = old[left] === fresh[right] ? (below[right + 1] ?? 0) + 1 : Math.max(below[right] ?? 0, row[right + 1] ?? 0);
    }
  }
  return table;
}
