import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { systemQuery } from "@/api/system";
import { en } from "@/i18n/en";
import { runWords } from "@/i18n/en-run";
import type { PanelName } from "./panel/run-panel";

type BarProps = { readonly panel: PanelName | null; readonly onPanel: (panel: PanelName) => void; readonly onRun: () => void };

const icon = (inside: ReactNode): ReactNode => <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">{inside}</svg>;

const icons = {
  run: icon(<><path d="M5 3v14" /><circle cx="5" cy="6" r="1.6" fill="var(--canvas)" /><circle cx="5" cy="14" r="1.6" fill="var(--canvas)" /><path d="M9.5 6H17M9.5 14H17" /></>),
  graph: icon(<><circle cx="10" cy="4.5" r="1.7" /><circle cx="5.5" cy="15.5" r="1.7" /><circle cx="14.5" cy="15.5" r="1.7" /><path d="M10 6.2v3.3M10 9.5l-4 4.4M10 9.5l4 4.4" /></>),
  steps: icon(<path d="M4 5h12M4 10h12M4 15h8" />),
  inbox: icon(<path d="M3 11 5 4.5h10L17 11v5H3zM3 11h4l1.2 2h3.6L13 11h4" />),
} as const;

/** The foot of a small screen: the run, its graph, its steps, and the way to other questions. */
export function RunBar({ panel, onPanel, onRun }: BarProps) {
  const system = useQuery(systemQuery);
  const waiting = system.data?.counts.waiting_for_person ?? 0;
  const mark = (on: boolean) => ({ className: on ? "on" : undefined, "aria-current": on ? "page" : undefined }) as const;
  return (
    <nav className="tabbar runbar" aria-label={runWords.sections}>
      <button type="button" {...mark(panel === null)} onClick={onRun}>{icons.run}{runWords.run}</button>
      <button type="button" {...mark(panel === "graph")} onClick={() => { onPanel("graph"); }}>{icons.graph}{runWords.panels.graph}</button>
      <button type="button" {...mark(panel !== null && panel !== "graph")} onClick={() => { onPanel("steps"); }}>{icons.steps}{runWords.panels.steps}</button>
      <Link to="/inbox">{icons.inbox}{en.nav.inbox}{waiting > 0 ? <span className="count">{waiting}</span> : null}</Link>
    </nav>
  );
}
