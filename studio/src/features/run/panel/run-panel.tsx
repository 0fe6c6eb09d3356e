import { X } from "lucide-react";
import type { Run, StepSummary } from "@/api/types";
import { SidePanel } from "@/components/frame/side-panel";
import { Tabs } from "@/components/frame/tabs";
import { runWords } from "@/i18n/en-run";
import { AboutPanel } from "./about-panel";
import { GraphPanel } from "./graph-panel";
import { StatePanel } from "./state-panel";
import { StepsPanel } from "./steps-panel";

export const PANELS = ["graph", "steps", "state", "about"] as const;
export type PanelName = (typeof PANELS)[number];

type RunPanelProps = {
  readonly run: Run; readonly steps: readonly StepSummary[]; readonly panel: PanelName; readonly selected: number | null;
  readonly onPanel: (panel: PanelName) => void; readonly onStep: (step: number | null) => void; readonly onClose: () => void;
};

const isPanel = (value: string): value is PanelName => (PANELS as readonly string[]).includes(value);

/** The margin notes of a run: its graph, its steps, its state, and facts about it. */
export function RunPanel({ run, steps, panel, selected, onPanel, onStep, onClose }: RunPanelProps) {
  const shared = { run, steps, selected, onStep };
  const bodies = { graph: <GraphPanel {...shared} />, steps: <StepsPanel {...shared} />, state: <StatePanel run={run} steps={steps} />, about: <AboutPanel run={run} /> };
  return (
    <SidePanel label={runWords.details}>
      <Tabs label={runWords.details} value={panel} onChange={(value) => { if (isPanel(value)) onPanel(value); }}
        tabs={PANELS.map((name) => ({ value: name, label: runWords.panels[name], panel: bodies[name] }))}
        end={<button type="button" className="bare close" aria-label={runWords.closePanel} onClick={onClose}><X size={16} aria-hidden /></button>} />
    </SidePanel>
  );
}
