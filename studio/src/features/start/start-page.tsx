import { skipToken, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { appsQuery, workflowQuery } from "@/api/catalogue";
import { Problem } from "@/api/problem";
import { runQuery } from "@/api/runs";
import type { Run } from "@/api/types";
import { EmptyState } from "@/components/frame/empty-state";
import { ProblemBox } from "@/components/frame/problem-box";
import { Skeleton } from "@/components/frame/skeleton";
import { en } from "@/i18n/en";
import { visible } from "@/lib/words";
import { runWords } from "@/model/run-words";
import { PlanTrack } from "./plan-track";
import { StartForm } from "./start-form";

/** One page, no wizard: the arguments, and beside them what will happen. `from` is the id of a run whose arguments fill the form. */
export function StartPage({ name, from }: { readonly name: string; readonly from: string | undefined }) {
  const workflow = useQuery(workflowQuery(name));
  const { origin, settled } = useOrigin(name, from);
  const apps = useQuery(appsQuery);
  if (workflow.isError) {
    const unknown = workflow.error instanceof Problem && workflow.error.status === 404;
    return (
      <main className="page"><div className="in">
        <h1 tabIndex={-1}>{en.start.title(name)}</h1>
        {unknown ? <EmptyState say={en.start.unknownWorkflow(visible(name))} /> : <div className="mt16"><ProblemBox error={workflow.error} onRetry={() => void workflow.refetch()} /></div>}
      </div></main>
    );
  }
  const data = workflow.data;
  const app = apps.data?.find((each) => each.name === data?.app);
  const title = data === undefined ? "\u00a0" : en.start.title(lowerFirst(visible(data.title)));
  return (
    <main className="page">
      <div className="in">
        <div className="t13 ink2">{app === undefined ? "\u00a0" : visible(app.title)}</div>
        <h1 className="mt4" tabIndex={-1}>{title}</h1>
        {data === undefined || data.description === "" ? null : <p className="sentence">{visible(data.description)}</p>}
        {from === undefined || !settled ? null : <p className="t13 ink2 mt4">{origin === undefined ? en.start.noOrigin(visible(from)) : <>{en.start.again} <Link className="follow" to="/runs/$runId" params={{ runId: origin.id }}>{runWords(origin).name}</Link>.</>}</p>}
        <div className="split">
          {data === undefined || !settled ? <div className="stack"><Skeleton width={120} /><Skeleton height={168} /><Skeleton width={200} height={36} /></div> : <StartForm key={`${data.name}/${from ?? ""}`} workflow={data} origin={origin} launch={app?.ui.find((widget) => widget.options?.["workflow"] === data.name)} />}
          <div>
            <h2 className="h2">{en.start.whatHappens}</h2>
            {data === undefined ? null : <PlanTrack workflow={data} />}
          </div>
        </div>
      </div>
    </main>
  );
}

/** The run that this one repeats; runs of other workflows do not count. */
function useOrigin(workflow: string, from: string | undefined): { readonly origin: Run | undefined; readonly settled: boolean } {
  const asked = runQuery(from ?? "");
  const run = useQuery({ queryKey: asked.queryKey, queryFn: from === undefined ? skipToken : asked.queryFn });
  return { origin: run.data?.workflow === workflow ? run.data : undefined, settled: from === undefined || !run.isPending };
}

/** "Meeting notes" stands in the middle of a heading; names in capitals stay. */
const lowerFirst = (title: string): string => (/^\p{Lu}\p{Ll}/u.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title);
