import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { tasksQuery } from "@/api/tasks";
import type { Task } from "@/api/types";
import { buttonClass } from "@/components/controls/button";
import { ProblemBox } from "@/components/frame/problem-box";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import { absolute, moment } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { transitionTitle } from "@/model/plan";
import { runWords } from "@/model/run-words";

const SHOWN = 3;

/** The first questions that wait for a person; nothing at all when none does. */
export function WaitingTasks() {
  const tasks = useQuery(tasksQuery);
  if (tasks.isError) return <section className="afterwards"><ProblemBox error={tasks.error} onRetry={() => void tasks.refetch()} /></section>;
  const items = tasks.data?.items.slice(0, SHOWN) ?? [];
  if (items.length === 0) return null;
  return (
    <section className="afterwards" aria-labelledby="waiting">
      <h2 className="h2" id="waiting">{en.home.waitingForYou}<Link to="/runs" search={{ status: "waiting" }}>{en.home.allWaiting}</Link></h2>
      <ul>{items.map((task) => <TaskRow key={task.id} task={task} />)}</ul>
    </section>
  );
}

function TaskRow({ task }: { readonly task: Task }) {
  const now = useNow();
  const { name } = runWords(task.run);
  const { awaiting } = task;
  return (
    <li className="ask">
      <StatusMark status="waiting" gate="person" />
      <div>
        <div className="q"><Link to="/runs/$runId" params={{ runId: task.run.id }}>{transitionTitle({ title: awaiting.title, name: awaiting.transition })}</Link></div>
        <div className="t13 ink2" title={absolute(awaiting.since)}>
          {en.home.asked(name, moment(awaiting.since, now))}{awaiting.due === null ? "" : `, ${en.home.due(moment(awaiting.due, now))}`}
        </div>
      </div>
      <Link to="/runs/$runId" params={{ runId: task.run.id }} className={buttonClass("outline", true)} tabIndex={-1}>{en.home.answer}</Link>
      <span className="only-small ink3"><ChevronRight size={20} aria-hidden /></span>
    </li>
  );
}
