import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { en } from "@/i18n/en";
import { isTyping } from "@/lib/platform";

const PAUSE_MS = 250;

/** Searches a quarter second after the last key; `/` jumps here. */
export function SearchBox({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const [from, setFrom] = useState(value);
  /** What was told and has not come back as the value yet, oldest first. */
  const [sent, setSent] = useState<readonly string[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const told = useRef(onChange);
  // The address changed by other means (back, a link): it wins over what was typed. What comes back from here does not.
  if (from !== value) {
    const own = sent.indexOf(value);
    setFrom(value);
    setSent(own === -1 ? [] : sent.slice(own + 1));
    if (own === -1) setText(value);
  }
  useEffect(() => { told.current = onChange; });
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => {
      setSent((before) => [...before, text]);
      told.current(text);
    }, PAUSE_MS);
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
