import { replaceEqualDeep } from "@tanstack/react-query";
import type { InfiniteData, Query, QueryClient, QueryFilters } from "@tanstack/react-query";
import { isExact, isFeed, keys } from "@/api/keys";
import type { Key } from "@/api/keys";
import { runQuery } from "@/api/runs";
import type { Document, DocumentPage, Run, RunPage, RunSummary } from "@/api/types";
import { patchRun } from "./apply-event";
import type { Known, Outcome, RunPatch } from "./apply-event";

const JOIN_MS = 50;
const ROWS_MS = 250;

/** Nothing is here yet, and the first answer is on its way. */
const isReadFirst = (query: Query): boolean => query.state.data === undefined && query.state.fetchStatus !== "idle";

type Rows = { readonly items: readonly RunSummary[] };

/** Writes outcomes of events into the query cache; joins what is stale for 50 ms and rows for 250 ms. */
export class CacheBinding {
  private readonly queries: QueryClient;
  private readonly stale = new Map<string, Key>();
  private readonly rows = new Set<string>();
  private readonly again = new Set<Query>();
  private staleTimer: ReturnType<typeof setTimeout> | undefined;
  private rowsTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(queries: QueryClient) {
    this.queries = queries;
  }

  readonly known: Known = {
    rev: (id) => this.find(id)?.rev,
    status: (id) => this.find(id)?.status,
  };

  apply(outcome: Outcome): void {
    for (const patch of outcome.patches) this.patch(patch);
    for (const key of outcome.stale) this.stale.set(JSON.stringify(key), key);
    for (const id of outcome.rows) if (this.inLists(id)) this.rows.add(id);
    if (this.stale.size > 0) this.staleTimer ??= setTimeout(() => { this.flush(); }, JOIN_MS);
    if (this.rows.size > 0) this.rowsTimer ??= setTimeout(() => { void this.readRows(); }, ROWS_MS);
  }

  /** Everything may have changed: the stream could not be resumed, or began after the first reading. */
  reset(): void {
    this.invalidate({});
  }

  stop(): void {
    clearTimeout(this.staleTimer);
    clearTimeout(this.rowsTimer);
  }

  private flush(): void {
    this.staleTimer = undefined;
    const due = [...this.stale.values()];
    this.stale.clear();
    for (const key of due) this.invalidate({ queryKey: key, exact: isExact(key) });
  }

  /** Makes queries stale, also those whose first answer may be older than the news and would be taken for fresh. */
  private invalidate(filters: QueryFilters): void {
    const first = this.queries.getQueryCache().findAll({ ...filters, predicate: isReadFirst });
    void this.queries.invalidateQueries(filters);
    for (const query of first) void this.readAgain(query);
  }

  /** A first reading is never begun anew: its answer is waited for, and read once more. */
  private async readAgain(query: Query): Promise<void> {
    if (this.again.has(query)) return;
    this.again.add(query);
    try {
      await query.fetch();
      void this.queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    } catch {
      // Nothing old is shown where nothing could be read: the next reading begins after the news.
    } finally {
      this.again.delete(query);
    }
  }

  private async readRows(): Promise<void> {
    this.rowsTimer = undefined;
    const due = [...this.rows];
    this.rows.clear();
    await Promise.allSettled(due.map(async (id) => {
      const run = await this.queries.fetchQuery({ ...runQuery(id), staleTime: 0 });
      this.eachRow((row) => (row.id === id && row.rev <= run.rev ? summary(row, run) : row));
    }));
  }

  private patch(patch: RunPatch): void {
    this.write<Run>({ queryKey: keys.run(patch.runId), exact: true }, (run) => patchRun(run, patch));
    this.eachRow((row) => patchRun(row, patch));
    this.eachLinked(patch);
  }

  /** Cards of runs in the feeds of others. */
  private eachLinked(patch: RunPatch): void {
    const change = (document: Document): Document => {
      const { linked } = document;
      if (linked?.id !== patch.runId || linked.rev >= patch.rev) return document;
      return { ...document, linked: { ...patchRun(linked, patch), awaits_person: patch.awaitsPerson } };
    };
    this.write<InfiniteData<DocumentPage>>({ queryKey: ["run"], predicate: (query) => isFeed(query.queryKey) }, (data) =>
      data.pages.some((page) => page.items.some((document) => document.linked?.id === patch.runId))
        ? { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })) } : data,
    );
  }

  private eachRow(change: (row: RunSummary) => RunSummary): void {
    this.write<readonly RunSummary[]>({ queryKey: keys.recent, exact: true }, (rows) => rows.map(change));
    this.write<InfiniteData<RunPage>>({ queryKey: keys.lists }, (data) => ({ ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })) }));
  }

  /** Changes what is here. Writing is not reading: what is stale stays so, which `setQueryData` would forget. */
  private write<T>(filters: QueryFilters, change: (data: T) => T): void {
    for (const [queryKey, data] of this.queries.getQueriesData<T>(filters)) {
      if (data === undefined) continue;
      const changed = replaceEqualDeep(data, change(data));
      if (changed !== data) this.queries.getQueryCache().find({ queryKey, exact: true })?.setState({ data: changed });
    }
  }

  private inLists(id: string): boolean {
    return this.listed().some((rows) => rows.items.some((row) => row.id === id));
  }

  private listed(): readonly Rows[] {
    const recent = this.queries.getQueryData<readonly RunSummary[]>(keys.recent) ?? [];
    const pages = this.queries.getQueriesData<InfiniteData<RunPage>>({ queryKey: keys.lists }).flatMap(([, data]) => data?.pages ?? []);
    return [{ items: recent }, ...pages];
  }

  private find(id: string): RunSummary | undefined {
    const own = this.queries.getQueryData<Run>(keys.run(id));
    if (own !== undefined) return own;
    for (const rows of this.listed()) {
      const row = rows.items.find((each) => each.id === id);
      if (row !== undefined) return row;
    }
    return undefined;
  }
}

/** The fields of a row, from the whole run. */
function summary(row: RunSummary, run: Run): RunSummary {
  const known: Partial<RunSummary> = Object.fromEntries(Object.entries(run).filter(([name]) => name in row));
  return { ...row, ...known };
}
