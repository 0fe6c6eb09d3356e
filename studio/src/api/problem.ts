import type { ProblemBody } from "./types";

/** A refused or failed request. `code` is stable; `offline` and `unreadable` are this side's own. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly body: Partial<ProblemBody>;

  constructor(body: Partial<ProblemBody>, status: number, code: string) {
    super(body.detail ?? body.title ?? code);
    this.name = "Problem";
    this.body = body;
    this.status = status;
    this.code = code;
  }
}

const isBody = (value: unknown): value is Partial<ProblemBody> => typeof value === "object" && value !== null && "code" in value && typeof value.code === "string";

/** What the server said, as a `Problem`; also for replies that are none of ours (a proxy's page, an empty body). */
export function problemFrom(error: unknown, response: Response): Problem {
  if (isBody(error)) return new Problem(error, response.status, error.code ?? "unknown");
  return new Problem({ title: response.statusText, status: response.status }, response.status, response.status >= 500 ? "unreachable" : "unreadable");
}

/** The request never got an answer. */
export const offline = (cause: unknown): Problem => new Problem({ detail: cause instanceof Error ? cause.message : null }, 0, "offline");

/** Whether asking again may help: no answer, too early, or the server's own trouble. */
export const mayHelp = (error: unknown): boolean => error instanceof Problem && (error.status === 0 || error.status === 503 || error.status === 502 || error.status === 504);
