import { counted, grouped, listed } from "./plural";

const reasons = {
  not_open: "The run is over.",
  not_here: (places: readonly string[]) => `Can be used at ${listed(places)}.`,
  written_elsewhere: (place: string) => `Belonged to ${place}; the run has moved on.`,
  not_awaited: (transition: string) => `“${transition}” is not awaited now.`,
  older_version: "This is an older version.",
  unfinished: "The step that asks has not ended yet.",
  switched_off: "Switched off by its author.",
};

/** Words of the run page and its widgets. */
export const runWords = {
  run: "Run", back: "Back to all runs", more: "More", panel: "Panel", closePanel: "Close panel", openPanel: "Open panel", feed: "What happened", status: "Status of the run",
  sections: "Parts of the run", details: "Details of the run", numbered: (workflow: string, number: number) => `${workflow} #${String(number)}`,
  actions: {
    retry: "Retry", retrying: "Retrying…", retryNamed: (transition: string) => `Retry “${transition}”`, pause: "Pause", resume: "Resume", cancel: "Stop run", canceling: "Stopping…", again: "Run again",
    showHidden: "Show hidden documents", hideHidden: "Leave hidden documents out", unfold: "Unfold quiet steps", fold: "Fold quiet steps", keys: "Keys",
    copyTemporal: "Copy as temporal", copyCurl: "Copy as curl", copyLink: "Copy link", copyId: "Copy run id", copied: "Copied", openTemporal: "Open in Temporal",
  },
  facts: { place: (place: string) => `at ${place}`, started: "started", goingFor: (time: string) => `going for ${time}`, took: (time: string) => `took ${time}` },
  cancel: {
    title: "Stop this run?", text: "The running step is interrupted and nothing further starts. This cannot be undone.", reason: "Reason", keep: "Keep running", sure: "Stop run",
  },
  stopStep: { stop: "Stop step", stopping: "Stopping…", late: "It had ended by itself." },
  sentence: { starting: "Starting…", lost: "The server does not say what the run is doing." },
  step: {
    attempt: (attempt: number) => `attempt ${grouped(attempt)}`, restarted: (attempt: number) => `Attempt ${grouped(attempt)}, earlier text dropped`, folded: (count: number) => `${counted(count, "step", "steps")} without output`,
    runningFor: (time: string) => `running for ${time}`, show: "Show them", hide: "Fold",
    stopped: "stopped", retrying: (attempt: number, max: number) => `attempt ${grouped(attempt)} of ${grouped(max)}`,
  },
  receipt: {
    answered: (who: string) => `Answered by ${who}`, you: "you", someone: "somebody", characters: (count: number) => counted(count, "character", "characters"),
    entries: (count: number) => counted(count, "entry", "entries"), earlier: "Your earlier answer was accepted.", queued: "Queued by you, not read yet",
    channel: (channel: string) => ({ signal: "by signal", update: "by update", cli: "from the command line", temporal: "from Temporal" })[channel] ?? "",
  },
  marks: {
    kept: (name: string, who: string) => `${who} answered “${name}” early; it is kept until its turn.`,
    rejected: (name: string, why: string) => `An answer to “${name}” was refused${why === "" ? "." : `: ${why}`}`,
    rewound: (step: number) => `Reset from outside to step ${grouped(step)}; what came after it is replaced.`,
  },
  answer: {
    heading: "Your answer", ahead: "While it works: read at the next safe point", question: "Question above", atPlace: (place: string) => `at ${place}`, at: (transition: string, place: string) => `${transition}, at ${place}`,
    send: "Send answer", sending: "Sending…", again: "No connection. Sending again…", unsent: "Not sent.", sendNow: "Send now", noWidget: "No widget was written for this wait.",
    anyValue: "Any JSON value; empty sends nothing.", value: "Answer", kept: "Draft kept in this browser", notKept: "Secrets are not kept as a draft", recorded: "Recorded. No worker has taken it yet.", accepted: "Accepted. The step is still at work.",
    fix: (count: number) => `${counted(count, "field needs", "fields need")} another look.`, waits: "What is awaited", answered: "Answered",
    elsewhere: (who: string, transition: string, ago: string) => `${who} answered “${transition}” ${ago}.`, nobody: (transition: string) => `“${transition}” was answered elsewhere.`, movedOn: (transition: string) => `“${transition}” is not awaited any more.`,
    textKept: "Your text is kept.", copy: "Copy it", dismiss: "Dismiss", expired: (place: string) => `The deadline has passed; the run moved to ${place}.`, due: (when: string) => `due ${when}`,
    yes: "Yes", no: "No", other: "Other", otherText: "Your own answer", reply: "Your reply", sure: (label: string) => `${label}?`, cancel: "Not now", offline: "Sending waits for the connection.", goTo: "Jump to the answer",
  },
  document: {
    version: (version: number) => `version ${grouped(version)}`, versions: "Versions", older: (version: number, when: string) => `Version ${grouped(version)}, ${when}`, current: "This version", changes: "What changed", hideChanges: "Without changes", compared: (from: number, to: number) => `version ${grouped(from)} to ${grouped(to)}`,
    options: "More about this document", copy: "Copy content", raw: "Raw JSON", hideRaw: "Formatted", step: "Go to its step", link: "Copy link", hidden: "hidden", download: "Download",
    unknown: (widget: string) => `No widget named “${widget}”.`, near: (name: string) => `Did its author mean “${name}”?`, debug: (name: string) => `Debug: ${name}`, said: (role: string) => `${role} said`,
    thinking: "Thinking", call: "Call", result: "Result", traceback: (lines: number) => `Traceback, ${counted(lines, "line", "lines")}`, lines: (count: number) => `Show all ${counted(count, "line", "lines")}`, wrap: "Wrap lines", image: (host: string) => `Image from ${host}`,
    broken: (title: string) => `${title} cannot be drawn. Its content:`, errorIn: (transition: string) => `Error in “${transition}”`, empty: "Empty", rows: (count: number) => counted(count, "row", "rows"), invalid: "Its content does not fit its schema.",
    roles: { user: "You", assistant: "Assistant", system: "System", tool: "Tool" } as Readonly<Record<string, string>>,
  },
  model: {
    call: (tool: string) => `Call of ${tool}`, asItWas: (tool: string) => `Call of ${tool} as it was made`, pending: "not answered yet", failed: "Failed", nothing: "nothing", tokens: (input: string, output: string) => `${input} in, ${output} out`,
    cost: (amount: number) => `$${amount < 0.01 ? amount.toPrecision(2) : amount.toFixed(2)}`, attached: (name: string) => `Attached: ${name}`,
    writing: "writing …", broken: (message: string) => `The answer broke off: ${message}`,
    calls: (count: number) => counted(count, "model call", "model calls"), unpriced: (count: number) => `${counted(count, "call", "calls")} without a known price`,
    stopped: { max_tokens: "The answer ends here because it reached the limit of tokens.", refusal: "The model refused to answer.", pause_turn: "The model paused here.", other: "The model stopped for a reason of its own." } as Readonly<Record<string, string>>,
    stoppedBy: (reason: string) => `The model stopped here: ${reason}.`,
  },
  child: { open: (label: string) => `Show ${label}`, close: (label: string) => `Fold ${label}`, whole: "The whole run", feed: (label: string) => `What happened in ${label}` },
  tree: { items: (count: number) => counted(count, "item", "items"), keys: (count: number) => counted(count, "key", "keys"), more: (count: number) => `${grouped(count)} more`, copyPath: "Copy path", search: "Search", none: "Nothing matches." },
  repair: {
    title: (transition: string, message: string) => `“${transition}” failed: ${message}`, after: (type: string, attempts: number) => `${type}, after ${counted(attempts, "attempt", "attempts")}.`,
    parked: "Nothing happens until somebody retries.", ended: "The run is over.", attempt: "Attempt", worker: "Worker", happened: "What happened", took: "Took", failedRetry: "The retry was not accepted.",
  },
  panels: { graph: "Graph", steps: "Steps", state: "State", about: "About" },
  graph: {
    label: "Graph of this run", noGraph: "The definition of this run is not known.", visits: (count: number) => counted(count, "visit", "visits"), times: (count: number) => `${counted(count, "time", "times")}`, after: (time: string) => `after ${time}`,
    failed: (count: number) => `failed ${counted(count, "time", "times")}`, here: "the run is here", notYet: "not reached yet", guard: (name: string) => `if ${name}`, leads: (to: string) => `→ ${to}`,
    kinds: { automatic: "automatic", wait: "waits for a person", timer: "timer", error: "on error", retry: "on retry", stop: "when stopped" }, list: "Places and transitions as a list",
  },
  steps: {
    none: "No step yet.", step: (step: number, name: string) => `Step ${grouped(step)} ${name}`, opening: "Opening", took: "Took", attempts: "Attempts", worker: "Worker", sentBy: "Sent by", started: "Started", input: "Input", noPayload: "no payload", error: "Error", stateAfter: "State after",
    change: "Change of the state", unchanged: "The state did not change.", back: "All steps", temporal: "Open in Temporal", documents: "Documents", from: "From", to: "To", more: "Show more", list: "Steps", failures: (count: number) => `${counted(count, "failure", "failures")}`,
    status: { running: "running", committed: "completed", failed: "failed", closed: "canceled" } as const,
  },
  state: { empty: "The state is empty.", none: "No step has written a state yet.", result: "Result", after: (step: number) => `After step ${grouped(step)}` },
  about: {
    id: "Run id", usage: "Models", workflow: "Workflow", app: "App", workspace: "Workspace", created: "Created", ended: "Ended", took: "Took", by: "Started by", hash: "Definition", args: "Arguments", result: "Result", none: "none", temporal: "Open in Temporal", parent: "Parent run", commands: "Commands",
  },
  ago: (time: string) => `${time} ago`, fresh: (count: number) => `${grouped(count)} new below`, newEntry: (count: number) => `${counted(count, "new document", "new documents")}`, statusNow: (status: string) => `The run is now ${status}.`, earlier: "Show earlier", later: "Show later", newest: "To the newest", resultTitle: "Result",
  keys: {
    title: "Keys", list: [
      ["a", "Jump to the answer"], ["⌘↵ / Ctrl ↵", "Send the form"], ["1 … 4", "Graph, steps, state, about"], ["[ ]", "Panel narrower, wider"], [".", "Show hidden documents"], ["e", "Next error"], ["r", "Retry"], ["p", "Pause or resume"], ["x", "Stop the run"], ["c", "Copy as command"], ["Esc", "Close, back to the feed"], ["⌘K / Ctrl K", "Search and commands"], ["?", "This list"],
    ] as const,
  },
  reasons, unknownRun: "No run has this id.", unknownRunText: "It may have been deleted, or the address is mistyped.", toRuns: "To all runs",
} as const;
