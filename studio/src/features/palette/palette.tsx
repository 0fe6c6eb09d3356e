import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useState } from "react";
import type { KeyboardEvent } from "react";
import { appsQuery } from "@/api/catalogue";
import { recentRunsQuery, runSearchQuery } from "@/api/runs";
import { Dialog } from "@/components/frame/dialog";
import { usePalette } from "@/components/frame/palette-context";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import { sectionsOf } from "./entries";
import type { Entry } from "./entries";

/** ⌘K: go to a page, start a workflow, find a run. */
export function Palette() {
  const { open, setOpen } = usePalette();
  return (
    <Dialog open={open} onOpenChange={setOpen} title={en.palette.title} quiet className="palette">
      <SearchList onDone={() => { setOpen(false); }} />
    </Dialog>
  );
}

function SearchList({ onDone }: { readonly onDone: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const apps = useQuery(appsQuery);
  const recent = useQuery(recentRunsQuery);
  const found = useQuery(runSearchQuery(text.trim()));
  const sections = sectionsOf(text, apps.data ?? [], text.trim() === "" ? (recent.data ?? []).slice(0, 5) : (found.data ?? []));
  const entries = sections.flatMap((section) => section.entries);
  const chosen = entries[Math.min(at, entries.length - 1)];
  const open = (entry: Entry): void => {
    onDone();
    void navigate(entry.target);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const move = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (move !== 0) {
      event.preventDefault();
      setAt((entries.length + Math.min(at, entries.length - 1) + move) % Math.max(1, entries.length));
    } else if (event.key === "Enter" && chosen !== undefined) {
      event.preventDefault();
      open(chosen);
    }
  };
  return (
    <>
      <div className="ask-line">
        <Search size={20} aria-hidden />
        <input
          role="combobox" aria-label={en.palette.title} aria-expanded="true" aria-controls="palette-found" aria-activedescendant={chosen === undefined ? undefined : `palette-${chosen.key}`}
          placeholder={en.palette.placeholder} value={text} onKeyDown={onKeyDown} autoComplete="off" spellCheck={false}
          onChange={(event) => { setText(event.target.value); setAt(0); }}
        />
      </div>
      <div className="found" id="palette-found" role="listbox" aria-label={en.palette.title}>
        {entries.length === 0 ? <p className="hint nothing" role="status">{en.palette.nothing}</p> : null}
        {sections.map((section) => (
          <div key={section.title} role="group" aria-label={section.title}>
            <h3 aria-hidden>{section.title}</h3>
            {section.entries.map((entry) => (
              <div
                key={entry.key} id={`palette-${entry.key}`} role="option" aria-selected={entry === chosen} tabIndex={-1}
                ref={(element) => { if (entry === chosen) element?.scrollIntoView({ block: "nearest" }); }}
                onClick={() => { open(entry); }} onPointerMove={() => { setAt(entries.indexOf(entry)); }}
              >
                {entry.status === undefined ? null : <StatusMark status={entry.status} gate={entry.gate ?? "person"} />}
                <span className="grow cut">{entry.label}{entry.beside === undefined ? null : <span className="ink3"> {entry.beside}</span>}</span>
              </div>
            ))}
          </div>
        ))}
      </div>
      <div className="keys" aria-hidden>{en.palette.keys.map((each) => <span key={each}>{each}</span>)}</div>
    </>
  );
}
