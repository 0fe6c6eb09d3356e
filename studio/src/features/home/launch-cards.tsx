import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { appsQuery } from "@/api/catalogue";
import type { App } from "@/api/types";
import { buttonClass } from "@/components/controls/button";
import { CopyButton } from "@/components/controls/copy-button";
import { EmptyState } from "@/components/frame/empty-state";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { en } from "@/i18n/en";
import { visible } from "@/lib/words";
import { FIRST_APP, FIRST_COMMAND } from "./first-app";
import { launchesOf } from "./launches";
import { PromptLaunch } from "./prompt-launch";

/** One card per app with its ways to start a run. */
export function LaunchCards() {
  const apps = useQuery(appsQuery);
  if (apps.isError) return <div className="mt16"><ProblemBox error={apps.error} onRetry={() => void apps.refetch()} /></div>;
  if (apps.data === undefined) return <SkeletonRows count={3} tall />;
  if (apps.data.length === 0) return <NoApp />;
  return <>{apps.data.map((app) => <AppCard key={app.name} app={app} />)}</>;
}

function AppCard({ app }: { readonly app: App }) {
  const { prompts, buttons } = launchesOf(app);
  return (
    <section className="launchcard">
      <h3 className="b">{visible(app.title)}</h3>
      {app.description === "" ? null : <p className="t13 ink2 about">{visible(app.description)}</p>}
      {prompts.map((launch) => <PromptLaunch key={launch.workflow.name} launch={launch} />)}
      {buttons.length === 0 ? null : (
        <div className="row mt4">
          {buttons.map((launch) => (
            <Link key={launch.workflow.name} className={buttonClass("outline", true)} to="/start/$workflow" params={{ workflow: launch.workflow.name }} title={launch.workflow.description}>
              {launch.label}
            </Link>
          ))}
        </div>
      )}
      {prompts.length + buttons.length === 0 ? <p className="t13 ink3">{en.home.appWithoutWorkflows}</p> : null}
    </section>
  );
}

function NoApp() {
  return (
    <EmptyState say={en.home.noApp}>
      <p className="t13 ink2">{en.home.noAppHow}</p>
      <div className="copyable wide"><pre className="code">{FIRST_APP}</pre><CopyButton text={FIRST_APP} small /></div>
      <div className="copyable wide"><pre className="code">{FIRST_COMMAND}</pre><CopyButton text={FIRST_COMMAND} small /></div>
    </EmptyState>
  );
}
