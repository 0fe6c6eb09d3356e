import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { Task } from "@/api/types";
import { buttonClass } from "@/components/controls/button";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import { eitherTitle } from "@/i18n/plural";
import { absolute, moment } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { visible } from "@/lib/words";
import { runWords } from "@/model/run-words";

export type Question = { readonly run: Task["run"]; readonly title: string; readonly asker: string; readonly since: string; readonly due: string | null };

/** One row per run: several answers to choose from at one place are one question. */
export function questionsOf(tasks: readonly Task[]): readonly Question[] {
  const firsts = tasks.filter((task, index) => tasks.findIndex((other) => other.run.id === task.run.id) === index);
  return firsts.map((first) => {
    const asked = tasks.filter((task) => task.run.id === first.run.id);
    const question = asked.map(({ awaiting }) => awaiting.question).find((text) => text !== null && text.trim() !== "");
    const due = asked.flatMap(({ awaiting }) => awaiting.due ?? []).sort()[0];
    const title = question == null ? eitherTitle(asked.map(({ awaiting }) => visible(awaiting.title))) : visible(question);
    return { run: first.run, title, asker: runWords(first.origin ?? first.run).name, since: first.awaiting.since, due: due ?? null };
  });
}

/** Questions to people, each leading to its run. */
export function QuestionList({ questions, label }: { readonly questions: readonly Question[]; readonly label?: string }) {
  return <ul aria-label={label}>{questions.map((question) => <QuestionRow key={question.run.id} question={question} />)}</ul>;
}

function QuestionRow({ question }: { readonly question: Question }) {
  const now = useNow();
  const { run, title, asker, since, due } = question;
  return (
    <li className="ask">
      <StatusMark status="waiting" gate="person" />
      <div>
        <div className="q"><Link to="/runs/$runId" params={{ runId: run.id }}>{title}</Link></div>
        <div className="t13 ink2" title={absolute(since)}>
          {en.home.asked(asker, moment(since, now))}{due === null ? "" : `, ${en.home.due(moment(due, now))}`}
        </div>
      </div>
      <Link to="/runs/$runId" params={{ runId: run.id }} className={buttonClass("outline", true)} tabIndex={-1}>{en.home.answer}</Link>
      <span className="only-small ink3"><ChevronRight size={20} aria-hidden /></span>
    </li>
  );
}
