import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { en } from "@/i18n/en";
import { isTyping } from "@/lib/platform";

const PAUSE_MS = 250;

/** Searches a quarter second after the last key; `/` jumps here. */
export function SearchBox({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const [from, setFrom] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const told = useRef(onChange);
  // The address changed by other means (back, a link): it wins over what was typed.
  if (from !== value) {
    setFrom(value);
    setText(value);
  }
  useEffect(() => { told.current = onChange; });
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => { told.current(text); }, PAUSE_MS);
    return () => { clearTimeout(timer); };
  }, [text, value]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "/" || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => { document.removeEventListener("keydown", onKey); };
  }, []);
  return (
    <label className="input searchbox">
      <Search size={16} aria-hidden />
      <input ref={input} type="search" aria-label={en.runs.search} placeholder={en.runs.search} value={text} onChange={(event) => { setText(event.target.value); }} />
      <span className="key only-wide" aria-hidden>{"/"}</span>
    </label>
  );
}
