import type { Document, Widget } from "@/api/types";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import { ApprovalView } from "./documents/approval-view";
import { DiffView, FileView, ImageView, ProgressView } from "./documents/file-views";
import { FormView } from "./documents/form-view";
import { LlmMessageView } from "./documents/llm-message-view";
import { OauthView } from "./documents/oauth-view";
import { ChoicesView, ConfirmPromptView, TextPromptView } from "./documents/prompt-views";
import { SecretView } from "./documents/secret-view";
import { CodeView, DebugView, ErrorView, JsonView, LinkView, MarkdownView, MessageView, PlainView, TableView } from "./documents/text-views";
import { JsonTree } from "./content/json-tree";
import type { DocumentView, DocumentWidget } from "./types";

/** Document widgets; any other name is drawn as unknown, which can still be answered. */
type DocumentWidgetName =
  | "form" | "text-prompt" | "choices" | "confirm-prompt" | "secret-input" | "oauth-prompt" | "approval" | "diff" | "image" | "file" | "progress" | "message" | "llm-message" | "ai-message" | "markdown" | "plain" | "error" | "link" | "code" | "json" | "table" | "debug";

const documentWidgets = {
  form: { frame: "card", View: FormView, answers: true },
  "text-prompt": { frame: "card", View: TextPromptView },
  choices: { frame: "card", View: ChoicesView },
  "confirm-prompt": { frame: "card", View: ConfirmPromptView },
  "secret-input": { frame: "card", View: SecretView },
  "oauth-prompt": { frame: "card", View: OauthView },
  approval: { frame: "card", View: ApprovalView },
  diff: { frame: "card", View: DiffView },
  image: { frame: "card", View: ImageView },
  file: { frame: "card", View: FileView },
  progress: { frame: "card", View: ProgressView },
  message: { frame: "bare", View: MessageView },
  "llm-message": { frame: "bare", View: LlmMessageView },
  "ai-message": { frame: "bare", View: LlmMessageView },
  markdown: { frame: "card", View: MarkdownView },
  plain: { frame: "card", View: PlainView },
  error: { frame: "card", View: ErrorView },
  link: { frame: "bare", View: LinkView },
  code: { frame: "card", View: CodeView },
  json: { frame: "card", View: JsonView },
  table: { frame: "card", View: TableView },
  debug: { frame: "card", View: DebugView },
} as const satisfies Record<DocumentWidgetName, DocumentWidget>;

const unknownWidget: DocumentWidget = { frame: "card", View: UnknownView, answers: true };

const isKnown = (name: string): name is DocumentWidgetName => Object.hasOwn(documentWidgets, name);

/** The widget that draws a document; names nobody knows get one that says so. */
export function documentWidget(name: string): DocumentWidget {
  return isKnown(name) ? documentWidgets[name] : unknownWidget;
}

/** The widgets of a document in their order: `form` when its class names none. */
export function widgetsOf(document: Document): readonly Widget[] {
  return document.widgets.length > 0 ? document.widgets : [{ widget: "form", options: {}, show_when: [], enabled_when: [] }];
}

/** Letters two names share at the same distance: enough to find a misspelt one. */
function likeness(a: string, b: string): number {
  const pairs = (text: string): ReadonlySet<string> => new Set(Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2)));
  const [left, right] = [pairs(a), pairs(b)];
  return (2 * [...left].filter((pair) => right.has(pair)).length) / Math.max(1, left.size + right.size);
}

export function nearestWidget(name: string): string | null {
  const best = Object.keys(documentWidgets).map((known) => [likeness(name.toLowerCase(), known), known] as const).toSorted((a, b) => b[0] - a[0])[0];
  return best && best[0] >= 0.4 ? best[1] : null;
}

function UnknownView(view: DocumentView) {
  const near = nearestWidget(view.widget.widget);
  const hint = (
    <p className="hint docbody">
      {runWords.document.unknown(visible(view.widget.widget))}{near === null ? null : ` ${runWords.document.near(near)}`}
    </p>
  );
  if (view.state.kind === "active" && view.awaited.length > 0) return <>{hint}<FormView {...view} /></>;
  return <>{hint}<div className="docbody"><JsonTree value={view.document.content} label={view.document.title} /></div></>;
}
