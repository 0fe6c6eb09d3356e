import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState, type CSSProperties } from "react";
import type { Run } from "@/api/types";
import { usePauseRun, useRetryRun } from "@/api/runs";
import { runWords } from "@/i18n/en-run";
import type { MenuAction } from "@/components/frame/menu";
import { commandFor, type CommandKind } from "@/model/commands";
import { dockOf } from "@/model/dock";
import { isOpen } from "@/model/shapes";
import { AnsweringContext } from "@/widgets/answer/use-answer-form";
import { Dock } from "./dock/dock";
import { Feed } from "./feed/feed";
import { Notices } from "./feed/notices";
import { CancelDialog } from "./header/cancel-dialog";
import { KeyHelp } from "./header/key-help";
import { RunHeader } from "./header/run-header";
import { PANELS, RunPanel, type PanelName } from "./panel/run-panel";
import { apiBase, runActions } from "./run-actions";
import { RunBar } from "./run-bar";
import type { RunSearch } from "./run-page";
import { useAnswerDesk } from "./use-answer-desk";
import { useFocusAfterAnswer } from "./use-focus-after-answer";
import { usePanelWidth } from "./use-panel-width";
import type { RunFeed } from "./use-run-data";
import { jumpToAnswer, useRunKeys } from "./use-run-keys";

type View = { readonly showHidden: boolean; readonly unfold: boolean; readonly onShowHidden: () => void; readonly onUnfold: () => void };
type OpenRunProps = { readonly run: Run; readonly feed: RunFeed; readonly search: RunSearch; readonly onSearch: (change: RunSearch) => void; readonly view: View };

const isPanel = (name: string | undefined): name is PanelName => (PANELS as readonly (string | undefined)[]).includes(name);
const copy = (text: string): void => void navigator.clipboard.writeText(text).catch(() => undefined);

/** The page of a run that is here: header, feed, dock, panel. */
export function OpenRun({ run, feed, search, onSearch, view }: OpenRunProps) {
  const answering = useAnswerDesk(run);
  const retry = useRetryRun(run.id);
  const pausing = usePauseRun(run.id);
  const navigate = useNavigate();
  const { width, wider, narrower } = usePanelWidth();
  const [stopping, setStopping] = useState(false);
  const [help, setHelp] = useState(false);
  useFocusAfterAnswer(answering.desk);
  const panel = isPanel(search.panel) ? search.panel : null;
  const selected = search.step ?? null;
  const dock = useMemo(() => dockOf(run, run.widgets, feed.covered), [run, feed.covered]);
  const docked = dock.forms.length > 0 || dock.buttons.length > 0;

  const openPanel = (name: PanelName): void => { onSearch({ ...search, panel: name }); };
  const close = (): void => { onSearch(search.doc === undefined ? {} : { doc: search.doc }); };
  const onStep = (step: number | null): void => { onSearch(step === null ? { ...(search.panel === undefined ? {} : { panel: search.panel }), ...(search.doc === undefined ? {} : { doc: search.doc }) } : { ...search, panel: panel === "graph" ? "graph" : "steps", step }); };
  const copyAs = (kind: CommandKind) => (): void => { const [action] = runActions(run); if (action) copy(commandFor(kind, action, apiBase())); };

  const paused = run.status === "paused";
  const pause = (): void => { pausing.mutate({ paused: !paused }); };

  useRunKeys({
    a: jumpToAnswer, ".": view.onShowHidden, "?": () => { setHelp(true); }, "[": wider, "]": narrower, c: copyAs("temporal"), Escape: close,
    e: () => document.querySelector(".repair, .errdoc")?.scrollIntoView({ block: "center" }),
    ...(isOpen(run.status) ? { x: () => { setStopping(true); }, p: pause } : {}), ...(run.can_retry ? { r: () => { retry.mutate({ step: undefined }); } } : {}),
    ...Object.fromEntries(PANELS.map((name, at) => [String(at + 1), () => { openPanel(name); }])),
  });

  const words = runWords.actions;
  const actions: MenuAction[] = [
    ...(run.can_retry ? [{ key: "retry", label: words.retry, onSelect: () => { retry.mutate({ step: undefined }); } }] : []),
    ...(isOpen(run.status) ? [{ key: "pause", label: paused ? words.resume : words.pause, onSelect: pause, disabled: pausing.isPending }] : []),
    ...(isOpen(run.status) ? [{ key: "stop", label: words.cancel, onSelect: () => { setStopping(true); }, disabled: run.cancel_requested }] : []),
    { key: "again", label: words.again, onSelect: () => void navigate({ to: "/start/$workflow", params: { workflow: run.workflow }, search: { from: run.id } }) },
    { key: "hidden", label: view.showHidden ? words.hideHidden : words.showHidden, onSelect: view.onShowHidden },
    { key: "fold", label: view.unfold ? words.fold : words.unfold, onSelect: view.onUnfold },
    { key: "temporal", label: words.copyTemporal, onSelect: copyAs("temporal") }, { key: "curl", label: words.copyCurl, onSelect: copyAs("curl") },
    { key: "link", label: words.copyLink, onSelect: () => { copy(location.href); } }, { key: "id", label: words.copyId, onSelect: () => { copy(run.id); } },
    { key: "keys", label: words.keys, onSelect: () => { setHelp(true); } },
  ];
  const shown = panel ?? "graph";
  return (
    <AnsweringContext value={answering}>
      <div className={panel === null ? "with-panel" : `with-panel open small-${panel}`} style={{ "--panel-width": `${String(width)}px` } as CSSProperties}>
        <main className="main">
          <RunHeader run={run} actions={actions} onPanel={() => { if (panel === null) openPanel("graph"); else close(); }}
            onFollow={(part) => { if (part.kind === "place" || !jumpToAnswer()) openPanel("graph"); }} />
          <Feed run={run} feed={feed} showHidden={view.showHidden} docked={docked} doc={search.doc} onStep={onStep} onUnfold={view.onUnfold} foot={<Notices answering={answering} steps={feed.steps} />} />
          {docked ? <Dock run={run} dock={dock} /> : null}
        </main>
        <RunPanel run={run} steps={feed.steps} panel={shown} selected={selected} onPanel={openPanel} onStep={onStep} onClose={close} />
      </div>
      <RunBar panel={panel} onPanel={openPanel} onRun={close} />
      <CancelDialog run={run} open={stopping} onOpenChange={setStopping} />
      <KeyHelp open={help} onOpenChange={setHelp} />
    </AnsweringContext>
  );
}
