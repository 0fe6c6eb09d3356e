import { dropDraft, readDraft, writeDraft, type Draft, type DraftStorage } from "@/model/drafts";
import { isLost, needsNewKey, nextAnswer, resendDelay, TYPING, type AnswerEvent, type AnswerState, type Refusal } from "@/model/answer";

/** One opened question: a form of the dock or inside a document. */
export type FormRef = {
  /** Name of the form in which the same could be typed before it was asked for. */
  readonly before?: string;
  /** Name of its draft; unique per run, step and form. */
  readonly name: string;
  /** Number the answering step will get. */
  readonly step: number;
  readonly transitions: readonly string[];
};

export type SendResult<R> =
  | { readonly status: 200; readonly run: R }
  | { readonly status: 202; /** The id under which the run keeps it for its turn. */ readonly queued?: string | undefined }
  | { readonly status: "refused"; readonly refusal: Refusal };

export type SendAnswer<R> = (transition: string, body: { readonly payload: unknown; readonly step: number }, key: string) => Promise<SendResult<R>>;

/** An answer of this window that was applied, until the list of steps tells it. */
export type Receipt = { readonly step: number; readonly transition: string; readonly payload: unknown; readonly at: string; readonly earlier: boolean };

/** What this window said ahead of its turn, until the run has taken it. */
export type Queued = { readonly id: string; readonly transition: string; readonly payload: unknown };

/** Something a person has to be told after a form is gone, with what they had typed. */
export type Notice = { readonly name: string; readonly step: number; readonly transition: string; readonly typed: unknown; readonly refusal: Refusal | null };

export type DeskSnapshot = {
  readonly states: ReadonlyMap<string, AnswerState>;
  readonly notices: readonly Notice[];
  readonly receipts: readonly Receipt[];
  readonly queued: readonly Queued[];
};

/** What is awaited, by transition and step. */
export type AwaitedAt = { readonly transition: string; readonly step: number };

type Open = { readonly ref: FormRef; key: string; value: unknown; dirty: boolean };

type DeskOptions<R> = {
  readonly send: SendAnswer<R>;
  readonly onRun: (run: R) => void;
  /** The server knows better than this page: what is shown should be read again. */
  readonly onRefused?: () => void;
  readonly storage: DraftStorage;
  readonly newKey?: () => string;
  readonly now?: () => number;
};

/**
 * Everything that is being answered on a page: keys, drafts, what is under way and what came of it. The key of a form
 * is made once and kept with its draft, so that a reload after a lost reply cannot answer twice.
 */
export class AnswerDesk<R> {
  private snapshot: DeskSnapshot = { states: new Map(), notices: [], receipts: [], queued: [] };
  private readonly forms = new Map<string, Open>();
  private readonly listeners = new Set<() => void>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly newKey: () => string;
  private readonly now: () => number;
  private readonly options: DeskOptions<R>;

  constructor(options: DeskOptions<R>) {
    this.options = options;
    this.newKey = options.newKey ?? (() => crypto.randomUUID());
    this.now = options.now ?? (() => Date.now());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): DeskSnapshot => this.snapshot;

  stateOf(name: string): AnswerState {
    return this.snapshot.states.get(name) ?? TYPING;
  }

  /** Opens a form, or finds it open; gives the kept draft if there is one. */
  open(ref: FormRef): { readonly value?: unknown } {
    const known = this.forms.get(ref.name);
    if (known) return known.dirty ? { value: known.value } : {};
    const draft = readDraft(this.options.storage, ref.name) ?? this.takeOver(ref);
    const key = draft?.key ?? this.newKey();
    const dirty = draft !== null && "value" in draft;
    this.forms.set(ref.name, { ref, key, value: draft?.value, dirty });
    if (draft === null) writeDraft(this.options.storage, ref.name, { key });
    return dirty ? { value: draft.value } : {};
  }

  /** What was typed ahead of its turn and not sent goes on where it is asked for. */
  private takeOver({ name, before }: FormRef): Draft | null {
    if (before === undefined || this.stateOf(before).phase !== "typing") return null;
    const draft = readDraft(this.options.storage, before);
    if (draft === null || !("value" in draft)) return null;
    this.forms.delete(before);
    dropDraft(this.options.storage, before);
    writeDraft(this.options.storage, name, draft);
    return draft;
  }

  /** Remembers what is typed; `keep` is the part that may be stored. `true` if it is stored. */
  edit(name: string, typed: unknown, keep: unknown): boolean {
    const form = this.forms.get(name);
    if (!form) return false;
    form.value = typed;
    form.dirty = true;
    this.dispatch(name, { type: "edit" });
    return writeDraft(this.options.storage, name, keep === undefined ? { key: form.key } : { key: form.key, value: keep });
  }

  /** Sends an answer and stays at it: what gets lost is sent again with the same key for half a minute. */
  async send(name: string, transition: string, payload: unknown): Promise<void> {
    if (this.stateOf(name).phase === "sending" || !this.forms.has(name)) return;
    this.dispatch(name, { type: "send", transition, now: this.now() });
    for (let tries = 0; ; tries++) {
      const form = this.forms.get(name);
      if (!form) return;
      const result = await this.options.send(transition, { payload, step: form.ref.step }, form.key);
      this.settle(form, transition, payload, result);
      const state = this.stateOf(name);
      if (state.phase !== "sending" || !(result.status === "refused" && isLost(result.refusal))) return;
      await this.pause(name, resendDelay(tries));
    }
  }

  /** Tells the desk what is awaited now: forms whose question is gone close, and typed text is kept in a notice. */
  awaitedNow(awaited: readonly AwaitedAt[]): void {
    for (const [name, form] of this.forms) {
      const still = awaited.some((item) => item.step === form.ref.step && form.ref.transitions.includes(item.transition));
      const { phase } = this.stateOf(name);
      if (still || phase === "sending" || phase === "unsent") continue;
      const told = this.snapshot.notices.some((notice) => notice.name === name);
      if (phase === "typing" && form.dirty && !told) this.tell({ name, step: form.ref.step, transition: form.ref.transitions[0] ?? "", typed: form.value, refusal: null });
      this.close(name);
    }
  }

  dismiss(name: string): void {
    dropDraft(this.options.storage, name);
    this.publish({ notices: this.snapshot.notices.filter((notice) => notice.name !== name) });
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.listeners.clear();
    this.forms.clear();
  }

  private settle(form: Open, transition: string, payload: unknown, result: SendResult<R>): void {
    const { name, step } = form.ref;
    if (result.status === 202 && result.queued !== undefined) {
      this.publish({ queued: [...this.snapshot.queued, { id: result.queued, transition, payload }] });
      this.close(name);
      dropDraft(this.options.storage, name);
      return;
    }
    if (result.status === "refused") {
      const { refusal } = result;
      this.dispatch(name, { type: "refused", refusal, now: this.now() });
      if (needsNewKey(refusal)) this.renew(form);
    } else this.dispatch(name, { type: "accepted", status: result.status });
    const state = this.stateOf(name);
    if (state.phase === "receipt") {
      const receipt = { step, transition, payload, at: new Date(this.now()).toISOString(), earlier: state.earlier };
      this.publish({ receipts: [...this.snapshot.receipts, receipt] });
      this.close(name);
      dropDraft(this.options.storage, name);
    } else if (state.phase === "elsewhere" || state.phase === "moved_on") {
      this.tell({ name, step, transition, typed: form.dirty ? form.value : undefined, refusal: state.refusal });
      this.close(name);
      this.options.onRefused?.();
    }
    if (result.status === 200) this.options.onRun(result.run);
  }

  private renew(form: Open): void {
    form.key = this.newKey();
    const kept = readDraft(this.options.storage, form.ref.name);
    writeDraft(this.options.storage, form.ref.name, kept && "value" in kept ? { key: form.key, value: kept.value } : { key: form.key });
  }

  private tell(notice: Notice): void {
    this.publish({ notices: [...this.snapshot.notices.filter((one) => one.name !== notice.name), notice] });
  }

  private close(name: string): void {
    this.forms.delete(name);
    const states = new Map(this.snapshot.states);
    states.delete(name);
    this.publish({ states });
  }

  private dispatch(name: string, event: AnswerEvent): void {
    const before = this.stateOf(name);
    const after = nextAnswer(before, event);
    if (after !== before) this.publish({ states: new Map(this.snapshot.states).set(name, after) });
  }

  private publish(change: Partial<DeskSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of this.listeners) listener();
  }

  private pause(name: string, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.timers.set(name, setTimeout(resolve, milliseconds));
    });
  }
}
