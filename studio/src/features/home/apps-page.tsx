import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { appsQuery } from "@/api/catalogue";
import type { App } from "@/api/types";
import { buttonClass } from "@/components/controls/button";
import { EmptyState } from "@/components/frame/empty-state";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import { visible } from "@/lib/words";

/** Every application with everything of it that people can start. */
export function AppsPage() {
  const apps = useQuery(appsQuery);
  return (
    <main className="page">
      <div className="in">
        <h1 tabIndex={-1}>{en.nav.apps}</h1>
        {apps.isError ? <div className="mt16"><ProblemBox error={apps.error} onRetry={() => void apps.refetch()} /></div> : null}
        {apps.isPending ? <SkeletonRows count={4} tall /> : null}
        {apps.data?.length === 0 ? <EmptyState say={en.home.noApp} /> : null}
        {apps.data?.map((app) => <AppSection key={app.name} app={app} />)}
      </div>
    </main>
  );
}

function AppSection({ app }: { readonly app: App }) {
  const id = `app-${app.name}`;
  return (
    <section className="mt24" aria-labelledby={id}>
      <h2 className="h2" id={id}>{visible(app.title)}</h2>
      {app.description === "" ? null : <p className="ink2 mt4">{visible(app.description)}</p>}
      {app.live ? null : <p className="st failed t13 mt4"><StatusMark status="failed" />{en.apps.silent}</p>}
      {app.workflows.length === 0 ? <p className="t13 ink3 mt4">{en.home.appWithoutWorkflows}</p> : null}
      <ul>
        {app.workflows.map((workflow) => (
          <li key={workflow.name} className="workspace">
            <span className="grow">
              <Link className="b" to="/start/$workflow" params={{ workflow: workflow.name }}>{visible(workflow.title)}</Link>
              {workflow.description === "" ? null : <span className="t13 ink2 about">{visible(workflow.description)}</span>}
            </span>
            <Link className={buttonClass("ghost", true)} to="/runs" search={{ workflow: workflow.name }} aria-label={en.apps.runsOf(visible(workflow.title))}>{en.nav.runs}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
