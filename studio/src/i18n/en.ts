import { counted, grouped, inWords, listed } from "./plural";
import { formWords } from "./en-form";

const isOne = (count: number): boolean => count === 1;

/** Every word of the studio. Keys are typed; a second language is a second object of the same type. */
export const en = {
  app: { name: "loop", skip: "Skip to the content", newBuild: "The server runs a newer version of this page.", reload: "Load it" },
  nav: {
    main: "Main", sections: "Sections", home: "Home", inbox: "Inbox", apps: "Applications", runs: "Runs", workspaces: "Workspaces", schedules: "Schedules",
    connections: "Connections", system: "System", openPalette: "Search and commands", start: "Start",
  },
  theme: { light: "Light", dark: "Dark", system: "As the system", switchTo: (next: string) => `Colours: change to “${next}”` },
  connection: {
    connecting: "Connecting…", live: "Live",
    reconnecting: (seconds: number) => (seconds > 0 ? `Reconnecting in ${String(seconds)} s` : "Reconnecting…"),
    offline: (since: string) => `Offline since ${since}`, retryNow: "Try now",
  },
  status: {
    pending: "pending", running: "running", waiting: "waiting", paused: "paused", completed: "completed", failed: "failed", canceled: "canceled",
  },
  strip: { label: (count: number, last: string) => `${counted(count, "stop", "stops")}, last ${last}` },
  home: {
    title: "Home",
    startRun: "Start a run", paletteHint: "Open the palette",
    waiting: (count: number) => `${inWords(count, true)} ${isOne(count) ? "question waits" : "questions wait"} for an answer.`,
    failed: (count: number) => `${inWords(count, true)} ${isOne(count) ? "run has" : "runs have"} failed.`,
    running: (count: number) => `${inWords(count, true)} ${isOne(count) ? "run is" : "runs are"} under way.`,
    quiet: "Nothing waits for you.",
    firstTime: "Ready. Nothing has run yet.",
    unreachable: "The server does not answer.",
    waitingForYou: "Waiting for you", lastRuns: "Last runs", allRuns: "All runs", allWaiting: "All waiting runs", startSomething: "Start something", answer: "Answer",
    asked: (run: string, when: string) => `${run}, asked ${when}`, due: (when: string) => `due ${when}`,
    start: "Start", noRuns: "No run yet. Start one and it appears here.",
    noApp: "No app is loaded yet.",
    noAppHow: "Save this as hello.py and run the command below it. The page fills itself as soon as a worker has started.",
    appWithoutWorkflows: "This app lists no workflows.",
    temporal: (reached: boolean) => (reached ? "Temporal is reached." : "Temporal is not reached."),
    store: (runs: number) => `Store holds ${counted(runs, "run", "runs")}.`,
    storeLost: "The store does not answer.",
    workers: (count: number) => (count === 0 ? "No worker listens." : `${inWords(count, true)} ${isOne(count) ? "worker listens" : "workers listen"}.`),
  },
  inbox: { about: "What waits for an answer of a person, the oldest runs first.", list: "Waiting for an answer" },
  apps: { silent: "No worker of this application listens.", runsOf: (title: string) => `Runs of ${title}` },
  runs: {
    title: "Runs", search: "Title, number or id", all: "All", status: "Status", path: "Path", run: "Run", now: "Now", age: "Age",
    table: "Runs", filter: "Filter by status", workflow: "Workflow", allWorkflows: "All workflows", workspace: "Workspace", allWorkspaces: "All workspaces", more: "Show more", loading: "Loading…",
    shown: (count: number) => `${counted(count, "run", "runs")} shown. Newest first.`, noMatch: "No run matches.", clear: "Clear the filter",
    fresh: (count: number) => `${grouped(count)} new`,
  },
  start: {
    title: (workflow: string) => `Start ${workflow}`, whatHappens: "What will happen", submit: "Start run", sending: "Starting…", copy: "Copy as command", copied: "Copied",
    runTitle: "Title", optional: "optional", workspace: "Workspace", configuration: "Configuration", noArguments: "This workflow needs nothing to start.",
    unknownWorkflow: (name: string) => `No running worker knows a workflow named “${name}”.`,
    again: "Filled in with the arguments of", noOrigin: (id: string) => `No run of this workflow has the id ${id}; the fields hold their defaults.`,
    plainArguments: "Arguments as JSON", fixFields: (count: number) => `${counted(count, "field needs", "fields need")} another look.`,
    untilAnswered: "You answer; until you do, the run waits.",
    ends: "The run ends", after: (time: string, title: string) => `After ${time} without an answer: ${title}.`, choice: (titles: readonly string[]) => `Or ${listed(titles)}.`,
  },
  palette: {
    title: "Search and commands", placeholder: "Go to, start, find a run", pages: "Pages", startRun: "Start", runs: "Runs",
    nothing: "Nothing found.", keys: ["↑↓ choose", "↵ open", "esc close"],
  },
  keys: {
    title: "Keys",
    list: [
      ["⌘K / Ctrl K", "Search and commands"], ["n", "Start a run"], ["g h", "Home"], ["g i", "Inbox"], ["g r", "Runs"], ["g w", "Workspaces"], ["g a", "Applications"], ["/", "Search the list"],
      ["⌘↵ / Ctrl ↵", "Send the form"], ["b, ⌘B / Ctrl B", "Fold or unfold the rail"], ["Esc", "Close"], ["?", "This list"],
    ] as const,
  },
  problem: {
    retry: "Try again", request: (id: string) => `Request ${id}`, unknown: "Something went wrong.", offline: "The server did not answer.", code: (code: string) => `Code ${code}`,
  },
  notFound: { title: "Nothing is here", text: (path: string) => `No page has the address ${path}.`, back: "To Home" },
  crash: { title: "This page broke", text: "The rest of the studio still works. Nothing you sent is lost.", reload: "Load again" },
  run: { opening: "Starting…" },
  time: { now: "now", yesterday: "yesterday", ahead: (length: string) => `in ${length}`, ago: (length: string) => `${length} ago` },
  announce: { status: (word: string) => `The run is ${word}.` },
  dialog: { close: "Close", cancel: "Cancel" },
  copy: { copy: "Copy", copied: "Copied" },
  gallery: { title: "Gallery" },
  form: formWords,
} as const;
