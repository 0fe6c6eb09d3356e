import { useState } from "react";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";

const PAGE = 100;
const LONG = 400;

type JsonTreeProps = { readonly value: unknown; readonly label: string; readonly depth?: number; readonly search?: string };

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> | readonly unknown[] => typeof value === "object" && value !== null;

function entriesOf(value: Readonly<Record<string, unknown>> | readonly unknown[]): readonly (readonly [string, unknown])[] {
  return Array.isArray(value) ? value.map((item: unknown, at) => [String(at), item] as const) : Object.entries(value);
}

/** Whether a name or a value below contains the search; bounded, so that a huge state stays quick. */
function contains(value: unknown, search: string, left = { count: 20_000 }): boolean {
  if (left.count-- <= 0) return true;
  if (!isBranch(value)) return String(value).toLowerCase().includes(search);
  return entriesOf(value).some(([name, item]) => name.toLowerCase().includes(search) || contains(item, search, left));
}

/** Any JSON as a tree of native disclosure elements. */
export function JsonTree({ value, label, depth = 2, search = "" }: JsonTreeProps) {
  const sought = search.trim().toLowerCase();
  if (sought !== "" && !contains(value, sought)) return <p className="hint">{runWords.tree.none}</p>;
  return (
    <div className="tree" role="group" aria-label={label}>
      {isBranch(value) ? <Branch value={value} open={depth} search={sought} /> : <Leaf value={value} />}
    </div>
  );
}

type BranchProps = { readonly value: Readonly<Record<string, unknown>> | readonly unknown[]; readonly open: number; readonly search: string };

function Branch({ value, open, search }: BranchProps) {
  const [shown, setShown] = useState(PAGE);
  const all = entriesOf(value).filter(([name, item]) => search === "" || name.toLowerCase().includes(search) || contains(item, search));
  if (all.length === 0) return <span className="ink3">{Array.isArray(value) ? "[]" : "{}"}</span>;
  return (
    <ul>
      {all.slice(0, shown).map(([name, item]) => (
        <li key={name}>{isBranch(item) ? <Twig name={name} value={item} open={open} search={search} /> : <><Name name={name} /> <Leaf value={item} /></>}</li>
      ))}
      {all.length > shown ? <li><button type="button" className="btn ghost sm" onClick={() => { setShown(shown + PAGE); }}>{runWords.tree.more(all.length - shown)}</button></li> : null}
    </ul>
  );
}

function Twig({ name, value, open, search }: BranchProps & { readonly name: string }) {
  const [isOpen, setOpen] = useState(open > 0);
  const count = entriesOf(value).length;
  const unfolded = isOpen || search !== "";
  return (
    <details open={unfolded} onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary><Name name={name} /> <span className="ink3">{Array.isArray(value) ? runWords.tree.items(count) : runWords.tree.keys(count)}</span></summary>
      {/* A folded branch is not drawn at all. */}
      {unfolded ? <Branch value={value} open={open - 1} search={search} /> : null}
    </details>
  );
}

const Name = ({ name }: { readonly name: string }) => <span className="name">{visible(name)}</span>;

function Leaf({ value }: { readonly value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") return <span className={value === null || value === undefined ? "ink3" : "num"}>{JSON.stringify(value ?? null)}</span>;
  const text = whole || value.length <= LONG ? value : value.slice(0, LONG);
  return (
    <span className="str">
      “{visible(text)}”{text === value ? null : <button type="button" className="btn ghost sm" onClick={() => { setWhole(true); }}>{runWords.document.lines(value.split("\n").length)}</button>}
    </span>
  );
}
