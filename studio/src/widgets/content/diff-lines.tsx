import { useState } from "react";
import { widgetWords } from "@/i18n/en-widgets";
import { visible } from "@/lib/words";
import { lineDiff, type DiffRow } from "@/model/text-diff";

const words = widgetWords.diff;

/** Lines that stay around a change. */
const CONTEXT = 3;

type Part = { readonly key: string; readonly rows: readonly DiffRow[]; readonly folded: boolean };

function near(rows: readonly DiffRow[], at: number): boolean {
  return rows.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((row) => row.sign !== "same");
}

/** Runs of lines: those around a change, and those far from any, which are folded. */
function partsOf(rows: readonly DiffRow[]): readonly Part[] {
  const parts: { key: string; rows: DiffRow[]; folded: boolean }[] = [];
  rows.forEach((row, at) => {
    const folded = !near(rows, at);
    const last = parts.at(-1);
    if (last?.folded === folded) last.rows.push(row);
    else parts.push({ key: String(at), rows: [row], folded });
  });
  return parts.map((part) => ({ ...part, folded: part.folded && part.rows.length > 1 }));
}

const sign = { plus: "+", minus: "−", same: "" } as const;

function Row({ row }: { readonly row: DiffRow }) {
  return (
    <div className={`line ${row.sign}`}>
      <span className="no" aria-hidden="true">{row.left ?? ""}</span>
      <span className="no" aria-hidden="true">{row.right ?? ""}</span>
      <span className="sg" aria-hidden="true">{sign[row.sign]}</span>
      <span className="tx">{row.sign === "same" ? null : <span className="sr">{words[row.sign]} </span>}{visible(row.text)}</span>
    </div>
  );
}

/** Two texts as their changes, with line numbers of both; what is far from a change is folded. */
export function DiffLines({ before, after, label }: { readonly before: string; readonly after: string; readonly label: string }) {
  const [open, setOpen] = useState<readonly string[]>([]);
  const rows = lineDiff(before, after);
  if (rows.every((row) => row.sign === "same")) return <p className="docbody ink3">{words.same}</p>;
  return (
    <div className="difflines" role="region" tabIndex={0} aria-label={words.label(label)}>
      {partsOf(rows).map((part) => (part.folded && !open.includes(part.key)
        ? <button key={part.key} type="button" className="bare skipped" onClick={() => { setOpen([...open, part.key]); }}>{words.skipped(part.rows.length)}</button>
        : part.rows.map((row, at) => <Row key={`${part.key}-${String(at)}`} row={row} />)))}
    </div>
  );
}
