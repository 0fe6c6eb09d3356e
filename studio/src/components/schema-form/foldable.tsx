import { useState, type ReactNode } from "react";
import { en } from "@/i18n/en";

type FoldableProps = { readonly collapsed: boolean | undefined; /** Something inside needs another look. */ readonly wrong: boolean; readonly children: ReactNode };

/** Folds a part of a form where its author asked for it; what is wrong inside is never hidden. */
export function Foldable({ collapsed, wrong, children }: FoldableProps) {
  const [open, setOpen] = useState(collapsed !== true);
  if (collapsed !== true) return children;
  return (
    <>
      <button type="button" className="btn ghost sm addrow" aria-expanded={open || wrong} onClick={() => { setOpen(!open); }}>{open || wrong ? en.form.fold : en.form.unfold}</button>
      {open || wrong ? children : null}
    </>
  );
}
