import { useQuery } from "@tanstack/react-query";
import { systemQuery } from "@/api/system";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";

/** Temporal, store and workers in three short sentences; what is down gets its mark. */
export function SystemStrip() {
  const { data } = useQuery(systemQuery);
  if (data === undefined) return null;
  const workers = data.pools.reduce((sum, pool) => sum + pool.workers, 0);
  const runs = Object.values(data.counts.statuses).reduce((sum, count) => sum + count, 0);
  const temporal = en.home.temporal(data.temporal.reachable);
  const parts = [
    { key: "temporal", ok: data.temporal.reachable, words: data.temporal.web_url === null ? temporal : <a className="quietlink" href={data.temporal.web_url} target="_blank" rel="noopener noreferrer">{temporal}</a> },
    { key: "store", ok: data.store.reachable, words: data.store.reachable ? en.home.store(runs) : en.home.storeLost },
    { key: "workers", ok: workers > 0, words: en.home.workers(workers) },
  ];
  return (
    <p className="t13 ink3 mt24 strip-words">
      {parts.map((part) => (part.ok ? <span key={part.key}>{part.words} </span> : <span className="st failed" key={part.key}><StatusMark status="failed" />{part.words}</span>))}
    </p>
  );
}
