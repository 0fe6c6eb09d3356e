import { useInfiniteQuery } from "@tanstack/react-query";
import { inboxQuery } from "@/api/tasks";
import { Button } from "@/components/controls/button";
import { EmptyState } from "@/components/frame/empty-state";
import { ProblemBox } from "@/components/frame/problem-box";
import { SkeletonRows } from "@/components/frame/skeleton";
import { en } from "@/i18n/en";
import { QuestionList, questionsOf } from "./questions";

/** Every question that waits for a person, those of the oldest runs first. Runs that wait for anything else are not here. */
export function InboxPage() {
  const tasks = useInfiniteQuery(inboxQuery);
  const questions = questionsOf(tasks.data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <main className="page">
      <div className="in">
        <h1 tabIndex={-1}>{en.nav.inbox}</h1>
        <p className="ink2 mt4">{en.inbox.about}</p>
        {tasks.isError ? <div className="mt16"><ProblemBox error={tasks.error} onRetry={() => void tasks.refetch()} /></div> : null}
        {tasks.isPending ? <SkeletonRows count={4} tall /> : null}
        {tasks.isSuccess && questions.length === 0 ? <EmptyState say={en.home.quiet} /> : null}
        {questions.length === 0 ? null : <div className="mt16"><QuestionList questions={questions} label={en.inbox.list} /></div>}
        {tasks.hasNextPage ? <div className="mt12"><Button small disabled={tasks.isFetching} onClick={() => void tasks.fetchNextPage()}>{en.runs.more}</Button></div> : null}
      </div>
    </main>
  );
}
