import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { appsQuery } from "@/api/catalogue";
import type { RunFilter } from "@/api/keys";
import { facetsQuery, runsQuery } from "@/api/runs";
import { workspacesQuery } from "@/api/workspaces";
import { Button } from "@/components/controls/button";
import { Select } from "@/components/controls/field";
import { EmptyState } from "@/components/frame/empty-state";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { en } from "@/i18n/en";
import { visible } from "@/lib/words";
import { useFreshRuns, useLive } from "@/live/use-live";
import { RunsTable } from "./runs-table";
import { SearchBox } from "./search-box";
import { StatusFacets } from "./status-facets";

type RunsPageProps = { readonly filter: RunFilter; readonly onFilter: (filter: RunFilter, replace?: boolean) => void };

/** Runs, newest first, filtered by what stands in the address. */
export function RunsPage({ filter, onFilter }: RunsPageProps) {
  const runs = useInfiniteQuery(runsQuery(filter));
  const facets = useQuery(facetsQuery(filter));
  const apps = useQuery(appsQuery);
  const workspaces = useQuery(workspacesQuery);
  const fresh = useFreshRuns();
  const { listRead } = useLive();
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const news = [...fresh].filter((id) => !items.some((run) => run.id === id)).length;
  const workflows = (apps.data ?? []).flatMap((app) => app.workflows).map((each) => ({ value: each.name, label: visible(each.title) }));
  const showNews = (): void => {
    listRead();
    void runs.refetch();
  };
  const filtered = filter.status !== undefined || filter.workflow !== undefined || filter.workspace !== undefined || filter.q !== undefined;
  return (
    <main className="page">
      <div className="in">
        <div className="row gap16 runs-head">
          <h1 className="grow" tabIndex={-1}>{en.runs.title}</h1>
          {news > 0 ? <button type="button" className="newpill" onClick={showNews}>{en.runs.fresh(news)}</button> : null}
          <SearchBox value={filter.q ?? ""} onChange={(q) => { onFilter({ ...filter, q: q === "" ? undefined : q }, true); }} />
          {workflows.length < 2 ? null : (
            <span className="workflow-pick">
              <Select
                id="workflow" label={en.runs.workflow} value={filter.workflow ?? ""} options={[{ value: "", label: en.runs.allWorkflows }, ...workflows]}
                onChange={(workflow) => { onFilter({ ...filter, workflow: workflow === "" ? undefined : workflow }); }}
              />
            </span>
          )}
          {(workspaces.data ?? []).length < 2 ? null : (
            <span className="workflow-pick">
              <Select
                id="workspace" label={en.runs.workspace} value={filter.workspace ?? ""} options={[{ value: "", label: en.runs.allWorkspaces }, ...(workspaces.data ?? []).map((each) => ({ value: each.id, label: visible(each.title) }))]}
                onChange={(workspace) => { onFilter({ ...filter, workspace: workspace === "" ? undefined : workspace }); }}
              />
            </span>
          )}
        </div>
        <StatusFacets counts={facets.data} chosen={filter.status} onChoose={(status) => { onFilter({ ...filter, status }); }} />
        {runs.isError ? <div className="mt16"><ProblemBox error={runs.error} onRetry={() => void runs.refetch()} /></div> : null}
        {runs.isPending ? <SkeletonRows count={10} tall /> : null}
        {runs.isSuccess && items.length === 0 ? (
          <EmptyState say={filtered ? en.runs.noMatch : en.home.noRuns}>{filtered ? <Button onClick={() => { onFilter({}); }}>{en.runs.clear}</Button> : null}</EmptyState>
        ) : null}
        {items.length === 0 ? null : (
          <>
            <RunsTable runs={items} />
            <div className="row gap16 mt12">
              <p className="t13 ink3 grow">{en.runs.shown(items.length)}</p>
              {runs.hasNextPage ? <Button small disabled={runs.isFetching} onClick={() => void runs.fetchNextPage()}>{runs.isFetchingNextPage ? en.runs.loading : en.runs.more}</Button> : null}
            </div>
          </>
        )}
      </div>
    </main>
  );
}
