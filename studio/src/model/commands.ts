/** A person's action on a run, in the form in which it can be repeated in a shell. */
export type RunAction =
  | { readonly kind: "start"; readonly app: string; readonly workflow: string; readonly args: unknown; readonly config?: unknown }
  | { readonly kind: "answer"; readonly run: string; readonly transition: string; readonly payload: unknown }
  | { readonly kind: "retry"; readonly run: string }
  | { readonly kind: "cancel"; readonly run: string }
  | { readonly kind: "read"; readonly run: string };

export type CommandKind = "temporal" | "curl";

/** Quotes a word for a POSIX shell. */
export const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

const join = (words: readonly string[]): string => words.map(shellWord).join(" ");
const input = (value: unknown): readonly string[] => (value === undefined || value === null ? [] : ["--input", JSON.stringify(value)]);
/** The configuration is the second input, so there is a first one then. */
const inputs = (args: unknown, config: unknown): readonly string[] => (config === undefined || config === null ? input(args) : [...input(args ?? {}), ...input({ config })]);

function temporal(action: RunAction): string {
  switch (action.kind) {
    case "start":
      return join(["temporal", "workflow", "start", "--type", action.workflow, "--task-queue", action.app, ...inputs(action.args, action.config)]);
    case "answer":
      return join(["temporal", "workflow", "update", "execute", "--workflow-id", action.run, "--name", action.transition, ...input(action.payload)]);
    case "retry":
      return join(["temporal", "workflow", "signal", "--workflow-id", action.run, "--name", "loopstack.retry"]);
    case "cancel":
      return join(["temporal", "workflow", "cancel", "--workflow-id", action.run]);
    case "read":
      return join(["temporal", "workflow", "query", "--workflow-id", action.run, "--type", "loopstack.state"]);
  }
}

function post(url: string, body: unknown): string {
  return join(["curl", "-X", "POST", url, "-H", "Content-Type: application/json", "-d", JSON.stringify(body)]);
}

function curl(action: RunAction, base: string): string {
  const run = action.kind === "start" ? "" : `${base}/runs/${encodeURIComponent(action.run)}`;
  switch (action.kind) {
    case "start":
      return post(`${base}/runs`, { workflow: action.workflow, args: action.args ?? {}, ...(action.config === undefined || action.config === null ? {} : { config: action.config }) });
    case "answer":
      return post(`${run}/transitions/${encodeURIComponent(action.transition)}`, { payload: action.payload ?? null });
    case "retry":
      return post(`${run}/retry`, {});
    case "cancel":
      return post(`${run}/cancel`, {});
    case "read":
      return join(["curl", run]);
  }
}

/** The command for an action; `base` is the address of the API with `/api/v1`. */
export function commandFor(kind: CommandKind, action: RunAction, base: string): string {
  return kind === "temporal" ? temporal(action) : curl(action, base);
}

/** Starts the same run with nothing but the Temporal CLI. */
export const startCommand = (start: { readonly workflow: string; readonly app: string; readonly args: unknown; readonly config?: unknown }): string => temporal({ kind: "start", ...start });
