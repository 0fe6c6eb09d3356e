import { isOpen, type AwaitedItem, type RunShape, type WidgetShape } from "./shapes";
import { transitionsOf, widgetState, type DisabledReason } from "./widget-state";

/** Something at the foot of the feed that answers. `widget: null`: nobody wrote a form for this wait. */
export type DockForm<A extends AwaitedItem, W extends WidgetShape> = {
  readonly key: string;
  readonly kind: "form" | "prompt";
  readonly widget: W | null;
  readonly awaited: readonly A[];
};

export type DockButton<A extends AwaitedItem, W extends WidgetShape> = {
  readonly key: string;
  readonly widget: W;
  readonly awaited: A | null;
  readonly off: DisabledReason | null;
};

export type Dock<A extends AwaitedItem, W extends WidgetShape> = {
  readonly forms: readonly DockForm<A, W>[];
  readonly buttons: readonly DockButton<A, W>[];
  /** Names of widgets that nobody knows. */
  readonly unknown: readonly string[];
};

const BUTTONS = new Set(["button", "button-full-w"]);
const FORMS = new Set(["form", "prompt-input"]);

/**
 * What stands in the dock: the workflow's own widgets as far as they can be used here, and a form for every question
 * to a person that neither they nor a document (`covered`) answer. So a waiting run never shows an empty page.
 */
export function dockOf<A extends AwaitedItem, W extends WidgetShape>(
  run: Omit<RunShape, "awaiting" | "ahead"> & { readonly awaiting: readonly A[]; readonly ahead?: readonly A[] }, widgets: readonly W[], covered: ReadonlySet<string>,
): Dock<A, W> {
  if (!isOpen(run.status)) return { forms: [], buttons: [], unknown: [] };
  const asked = run.awaiting.filter((item) => item.kind === "person" || item.kind === "signal");
  // A widget may also say something ahead of its turn; nobody is asked for it, so nothing is generated for it.
  const usableNow = [...asked, ...(run.ahead ?? [])];
  const sayable = { ...run, awaiting: usableNow };
  const answered = new Set(covered);
  const forms: DockForm<A, W>[] = [];
  const buttons: DockButton<A, W>[] = [];
  const unknown: string[] = [];
  widgets.forEach((widget, at) => {
    const state = widgetState(widget, null, sayable);
    const names = transitionsOf(widget);
    const awaited = usableNow.filter((item) => names.includes(item.transition));
    const key = `${widget.widget}-${String(at)}`;
    if (state.kind === "hidden" || state.kind === "answered") return;
    if (!BUTTONS.has(widget.widget) && !FORMS.has(widget.widget)) {
      if (awaited.length > 0) unknown.push(widget.widget);
      return;
    }
    const usable = state.kind === "active" && awaited.length > 0;
    if (usable) awaited.forEach((item) => answered.add(item.transition));
    if (BUTTONS.has(widget.widget)) {
      // A button out of use is shown with its reason while somebody is asked something, and is no noise otherwise.
      if (usable || asked.length > 0) buttons.push({ key, widget, awaited: awaited[0] ?? null, off: state.kind === "disabled" ? state.reason : null });
    } else if (usable) forms.push({ key, kind: widget.widget === "form" ? "form" : "prompt", widget, awaited });
  });
  for (const item of asked) {
    if (item.kind === "person" && !answered.has(item.transition)) forms.push({ key: `generated-${item.transition}`, kind: "form", widget: null, awaited: [item] });
  }
  return { forms, buttons, unknown };
}
