import { Link } from "@tanstack/react-router";
import type { Run } from "@/api/types";
import { buttonClass } from "@/components/controls/button";
import { CopyButton } from "@/components/controls/copy-button";
import { TimeText } from "@/components/data/time-text";
import { runWords } from "@/i18n/en-run";
import { absolute, duration } from "@/lib/time";
import { visible } from "@/lib/words";
import { commandFor, type RunAction } from "@/model/commands";
import { JsonTree } from "@/widgets/content/json-tree";
import { apiBase, runActions } from "../run-actions";
import { spentBy } from "../spent";

const words = runWords.about;

/** Ids, arguments, result, and everything that can be done as a command. */
export function AboutPanel({ run }: { readonly run: Run }) {
  return (
    <div className="about">
      <dl className="kv">
        <dt>{words.id}</dt><dd className="mono idline"><span>{visible(run.id)}</span><CopyButton text={run.id} small /></dd>
        <dt>{words.workflow}</dt><dd><Link className="link" to="/start/$workflow" params={{ workflow: run.workflow }}>{visible(run.workflow)}</Link></dd>
        <dt>{words.app}</dt><dd>{visible(run.app)}</dd>
        <dt>{words.created}</dt><dd><span title={absolute(run.created_at)}><TimeText at={run.created_at} /></span></dd>
        {run.ended_at === null ? null : <><dt>{words.took}</dt><dd>{duration((Date.parse(run.ended_at) - Date.parse(run.created_at)) / 1_000)}</dd></>}
        <dt>{words.by}</dt><dd>{visible(run.user_id)}</dd>
        {run.parent_id === null ? null : <><dt>{words.parent}</dt><dd><Link className="link" to="/runs/$runId" params={{ runId: run.parent_id }}>{visible(run.parent_id)}</Link></dd></>}
        {run.usage.calls === 0 ? null : <><dt>{words.usage}</dt><dd>{spentBy(run.usage)}</dd></>}
        {run.hash === null ? null : <><dt>{words.hash}</dt><dd className="mono">{run.hash.slice(0, 12)}</dd></>}
      </dl>
      {run.links.temporal === null ? null : <p className="mt16"><a className={buttonClass("outline", true)} href={run.links.temporal} target="_blank" rel="noopener noreferrer">{words.temporal}</a></p>}
      <h2 className="mt24">{words.args}</h2>
      <Value value={run.args} label={words.args} />
      <h2 className="mt24">{words.result}</h2>
      <Value value={run.result} label={words.result} />
      <h2 className="mt24">{words.commands}</h2>
      {runActions(run).map((action) => <Command key={`${action.kind}-${action.kind === "answer" ? action.transition : ""}`} action={action} />)}
    </div>
  );
}

function Value({ value, label }: { readonly value: unknown; readonly label: string }) {
  return value === null || value === undefined ? <p className="hint">{words.none}</p> : <JsonTree value={value} label={label} />;
}

function Command({ action }: { readonly action: RunAction }) {
  const text = commandFor("temporal", action, apiBase());
  return (
    <div className="command">
      <code>{text}</code>
      <span className="row"><CopyButton text={text} small label={runWords.actions.copyTemporal} /><CopyButton text={commandFor("curl", action, apiBase())} small label={runWords.actions.copyCurl} /></span>
    </div>
  );
}
