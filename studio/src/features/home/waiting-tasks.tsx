import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { tasksQuery } from "@/api/tasks";
import { ProblemBox } from "@/components/frame/problem-box";
import { en } from "@/i18n/en";
import { QuestionList, questionsOf } from "./questions";

const SHOWN = 3;

/** The first questions that wait for a person; nothing at all when none does. */
export function WaitingTasks() {
  const tasks = useQuery(tasksQuery);
  if (tasks.isError) return <section className="afterwards"><ProblemBox error={tasks.error} onRetry={() => void tasks.refetch()} /></section>;
  const questions = questionsOf(tasks.data?.items ?? []).slice(0, SHOWN);
  if (questions.length === 0) return null;
  return (
    <section className="afterwards" aria-labelledby="waiting">
      <h2 className="h2" id="waiting">{en.home.waitingForYou}<Link to="/inbox">{en.home.allWaiting}</Link></h2>
      <QuestionList questions={questions} />
    </section>
  );
}
