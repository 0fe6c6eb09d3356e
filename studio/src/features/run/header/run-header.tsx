import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronLeft, Ellipsis } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useRetryRun } from "@/api/runs";
import { whyQuery } from "@/api/why";
import { workspacesQuery } from "@/api/workspaces";
import type { Run } from "@/api/types";
import { Button } from "@/components/controls/button";
import { Menu, type MenuAction } from "@/components/frame/menu";
import { usePalette } from "@/components/frame/palette-context";
import { Sentence, type SentencePart } from "@/components/marks/sentence";
import { TimeText } from "@/components/data/time-text";
import { StatusChip } from "@/components/marks/status-chip";
import { en } from "@/i18n/en";
import { runWords } from "@/i18n/en-run";
import { commandKey } from "@/lib/platform";
import { duration } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { visible } from "@/lib/words";
import { gateOf, runWords as namesOf } from "@/model/run-words";
import { spentInShort } from "../spent";

type HeaderProps = {
  readonly run: Run;
  readonly actions: readonly MenuAction[];
  readonly onPanel: () => void;
  /** Follows a transition or a place of the sentence. */
  readonly onFollow: (part: Extract<SentencePart, { kind: "transition" | "place" }>) => void;
};

/** Where this is, what it is called, how it stands, and the one sentence. */
export function RunHeader({ run, actions, onPanel, onFollow }: HeaderProps) {
  const workspaces = useQuery(workspacesQuery);
  const palette = usePalette();
  const heading = useRef<HTMLHeadingElement>(null);
  const { name, beside } = namesOf(run);
  const workspace = workspaces.data?.find((one) => one.id === run.workspace_id);
  useEffect(() => { heading.current?.focus({ preventScroll: true }); }, []);
  const short = beside ?? name;
  return (
    <header className="runhead">
      <div className="crumb">
        <Link className="quietlink cut" to="/runs" search={{ workflow: run.workflow }}>{[workspace === undefined ? null : visible(workspace.title), short].filter((part) => part !== null).join(" / ")}</Link>
        <span className="grow" />
        <button type="button" className="key" onClick={() => { palette.setOpen(true); }}><span className="sr">{en.home.paletteHint}</span>{" "}{commandKey}{"K"}</button>
      </div>
      <div className="name">
        <Link className="only-small backlink" to="/runs" search={{}} aria-label={runWords.back}><ChevronLeft size={20} aria-hidden /></Link>
        <h1 className="grow cut" ref={heading} tabIndex={-1}>
          {beside === undefined ? null : <span className="only-mid ink2 only-wide">{beside} · </span>}
          <span className={beside === undefined ? undefined : "only-wide"}>{name}</span>
          {beside === undefined ? null : <span className="only-small">{beside}</span>}
        </h1>
        <StatusChip status={run.status} gate={gateOf(run)} />
        <RetryButton run={run} />
        <span className="row only-wide only-mid"><Button small onClick={onPanel}>{runWords.panel}</Button></span>
        <Menu actions={actions} trigger={<Button small icon aria-label={runWords.more}><Ellipsis size={20} aria-hidden /></Button>} />
      </div>
      <Why run={run} onFollow={onFollow} />
      <RunFacts run={run} />
    </header>
  );
}

/** Where it stands, since when, and how long it took or has been going. */
function RunFacts({ run }: { readonly run: Run }) {
  const now = useNow(1_000);
  const since = (end: number): number => Math.max(0, (end - Date.parse(run.created_at)) / 1_000);
  const words = runWords.facts;
  const spent = spentInShort(run.usage);
  return (
    <p className="t13 ink3 runfacts only-wide">
      {words.place(visible(run.place))} · {words.started}{" "}<TimeText at={run.started_at ?? run.created_at} /> · {run.ended_at === null ? words.goingFor(duration(Math.floor(since(now)))) : words.took(duration(since(Date.parse(run.ended_at))))}
      {spent === null ? null : ` · ${spent}`}
    </p>
  );
}

function RetryButton({ run }: { readonly run: Run }) {
  const retry = useRetryRun(run.id);
  if (!run.can_retry) return null;
  return <span className="only-wide"><Button small reason={retry.isPending ? runWords.actions.retrying : undefined} onClick={() => { retry.mutate({ step: undefined }); }}>{runWords.actions.retry}</Button></span>;
}

function Why({ run, onFollow }: Pick<HeaderProps, "run" | "onFollow">) {
  const why = useQuery(whyQuery(run.id));
  const link = (part: SentencePart, words: string): ReactNode => {
    if (part.kind === "run") return <Link to="/runs/$runId" params={{ runId: part.run_id }}>{words}</Link>;
    if (part.kind !== "transition" && part.kind !== "place") return words;
    return <button type="button" className="follow" onClick={() => { onFollow(part); }}>{words}</button>;
  };
  const parts = why.data?.parts;
  if (parts === undefined) return <p className="sentence">{visible(run.sentence === "" ? runWords.sentence.starting : run.sentence)}</p>;
  return (
    <div role="status" aria-label={runWords.status}>
      <Sentence link={link} parts={parts.map((part): SentencePart => {
        if (part.kind === "time") return { kind: "time", text: part.text, at: part.at, relative: part.relative ?? false };
        if (part.kind === "duration") return { kind: "duration", text: part.text, seconds: part.seconds, since: part.since ?? null };
        return part;
      })} />
    </div>
  );
}
