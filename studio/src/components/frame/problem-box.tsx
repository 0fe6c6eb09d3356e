import { Button } from "@/components/controls/button";
import { StatusMark } from "@/components/marks/status-mark";
import { en } from "@/i18n/en";
import { visible } from "@/lib/words";

/** An error as far as a component has to know it; `Problem` of the api room has this shape. */
type ErrorLike = { readonly message: string; readonly code?: string; readonly body?: { readonly title?: string; readonly detail?: string | null; readonly request_id?: string | null } };

type ProblemProps = { readonly error: Error & Partial<ErrorLike>; readonly onRetry?: (() => void) | undefined };

/** What broke, its code and request id, and a way to try again; everything around it stays usable. */
export function ProblemBox({ error, onRetry }: ProblemProps) {
  const title = error.code === "offline" || error.code === "unreachable" ? en.problem.offline : (error.body?.title ?? en.problem.unknown);
  const detail = error.body === undefined ? error.message : error.body.detail;
  const request = error.body?.request_id;
  return (
    <div className="problem" role="alert">
      <p className="row what"><StatusMark status="failed" />{visible(title)}</p>
      {detail === undefined || detail === null || detail === title ? null : <p className="t13 ink2">{visible(detail)}</p>}
      <p className="row t12 ink3">
        {error.code === undefined ? null : <span>{en.problem.code(error.code)}</span>}
        {request === undefined || request === null ? null : <span className="mono">{en.problem.request(request)}</span>}
      </p>
      {onRetry === undefined ? null : <Button small onClick={onRetry}>{en.problem.retry}</Button>}
    </div>
  );
}
