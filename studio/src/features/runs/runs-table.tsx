import { Link } from "@tanstack/react-router";
import type { RunSummary } from "@/api/types";
import { TimeText } from "@/components/data/time-text";
import { PathStrip } from "@/components/marks/path-strip";
import { StatusWord } from "@/components/marks/status-chip";
import { en } from "@/i18n/en";
import { humanise, visible } from "@/lib/words";
import { gateOf, runWords } from "@/model/run-words";

/** A table on wide screens, a list of cards on phones: the same rows, laid out by CSS. */
export function RunsTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <div className="tbl" role="table" aria-label={en.runs.table}>
      <div className="th" role="row">
        <span role="columnheader">{en.runs.status}</span>
        <span role="columnheader" className="pathc">{en.runs.path}</span>
        <span role="columnheader">{en.runs.run}</span>
        <span role="columnheader">{en.runs.now}</span>
        <span role="columnheader" className="r">{en.runs.age}</span>
      </div>
      {runs.map((run) => <Row key={run.id} run={run} />)}
    </div>
  );
}

function Row({ run }: { readonly run: RunSummary }) {
  const { name, beside } = runWords(run);
  const gate = gateOf(run);
  return (
    <div role="row">
      <span role="cell" className="stc"><StatusWord status={run.status} gate={gate} /></span>
      <span role="cell" className="pathc"><PathStrip path={run.path} status={run.status} gate={gate} /></span>
      <span role="cell" className="two">
        <Link to="/runs/$runId" params={{ runId: run.id }}><b className="cut">{name}</b></Link>
        <span className="t12 ink3 cut">{beside ?? visible(humanise(run.app))}</span>
      </span>
      <span role="cell" className="sen cut" title={run.sentence}>{visible(run.sentence.replace(/\.$/, ""))}</span>
      <span role="cell" className="r age"><TimeText at={run.created_at} as="age" /></span>
    </div>
  );
}
