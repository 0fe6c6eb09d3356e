import { Link, useLocation } from "@tanstack/react-router";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { Button, buttonClass } from "@/components/controls/button";
import { EmptyState } from "@/components/frame/empty-state";
import { ProblemBox } from "@/components/frame/problem-box";
import { en } from "@/i18n/en";
import { visible } from "@/lib/words";

export function NotFoundPage() {
  const { pathname } = useLocation();
  return (
    <main className="page"><div className="in">
      <h1 className="head28" tabIndex={-1}>{en.notFound.title}</h1>
      <EmptyState say={en.notFound.text(visible(pathname))}><Link to="/" className={buttonClass("primary")}>{en.notFound.back}</Link></EmptyState>
    </div></main>
  );
}

/** A page that threw: the shell around it still works. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  return (
    <main className="page"><div className="in">
      <h1 className="head28" tabIndex={-1}>{en.crash.title}</h1>
      <EmptyState say={en.crash.text}>
        <ProblemBox error={error instanceof Error ? error : new Error(String(error))} />
        <Button variant="primary" onClick={reset}>{en.crash.reload}</Button>
      </EmptyState>
    </div></main>
  );
}
