import { useId, useState, useSyncExternalStore, type ReactNode } from "react";
import type { Awaiting, Run, Widget } from "@/api/types";
import { TimeText } from "@/components/data/time-text";
import { initialValue, isSchema, type FieldUi } from "@/components/schema-form";
import { StatusMark } from "@/components/marks/status-mark";
import { runWords } from "@/i18n/en-run";
import { humanise, visible } from "@/lib/words";
import type { Dock as DockItems, DockForm } from "@/model/dock";
import { AHEAD, draftName } from "@/model/drafts";
import { actionsOf, type Action } from "@/widgets/answer/actions";
import { AnswerForm } from "@/widgets/answer/answer-form";
import { formUi } from "@/widgets/content/form-ui";
import { textOf } from "@/lib/facts";
import { Markdown } from "@/widgets/content/markdown";
import { FormHeading, schemaOf } from "@/widgets/documents/form-view";
import { useAnswering, type Answering } from "@/widgets/answer/use-answer-form";
import { PromptForm } from "@/widgets/workflow/prompt-form";
import { hasPrimary, WaitButtons } from "./wait-buttons";

type DockProps = {
  readonly run: Run;
  readonly dock: DockItems<Awaiting, Widget>;
  /** In the feed of a parent, not at the foot of the page. */
  readonly inline?: boolean;
};
type Form = DockForm<Awaiting, Widget>;

const titleOf = (form: Form): string => textOf(form.widget?.options, "title", "label") ?? form.awaited[0]?.title ?? "";

/** The foot of the feed: the open gate with what answers it docked to its opening. */
export function Dock({ run, dock, inline = false }: DockProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const id = useId();
  const form = dock.forms.find((one) => one.key === chosen) ?? dock.forms[0];
  const person = run.awaiting.some((item) => item.kind === "person");
  const buttons = dock.buttons.length > 0 ? <WaitButtons run={run} buttons={dock.buttons} alone={form === undefined} /> : null;
  return (
    <div className={inline ? "dockin" : "dockwrap"}>
      <section className={inline ? undefined : "dock"} aria-label={runWords.answer.heading} id={inline ? undefined : "answer"}>
        <div className={person ? "gate" : "gate engine"}>
          <span className="ring"><StatusMark status={run.awaiting.length === 0 && run.status === "running" ? "running" : "waiting"} gate={person ? "person" : "engine"} /></span>
          <div className="docked">
            {dock.forms.length > 1 ? (
              <div className="waits" role="tablist" aria-label={runWords.answer.waits}>
                {dock.forms.map((one) => (
                  <button key={one.key} type="button" role="tab" id={`${id}-${one.key}`} aria-selected={one === form} onClick={() => { setChosen(one.key); }}>{visible(titleOf(one))}</button>
                ))}
              </div>
            ) : null}
            {dock.unknown.map((name) => <p className="hint formhint" key={name}>{runWords.document.unknown(visible(name))}</p>)}
            {form === undefined ? <ButtonsOnly run={run} buttons={buttons} /> : <DockFormView key={form.key} run={run} form={form} beside={buttons} secondary={hasPrimary(dock.buttons)} />}
          </div>
        </div>
      </section>
    </div>
  );
}

function Heading({ run, awaited, title }: { readonly run: Run; readonly awaited: readonly Awaiting[]; readonly title: string }) {
  const first = awaited[0];
  if (first === undefined) return null;
  const due = first.due === null ? null : <span className="t12 ink3">{runWords.answer.due("")}<TimeText at={first.due} /></span>;
  return <FormHeading title={title} transitions={awaited.map((item) => item.transition)} place={run.place} since={<>{due}<span className="only-wide push"><TimeText at={first.since} as="seconds" /></span></>} />;
}

function ButtonsOnly({ run, buttons }: { readonly run: Run; readonly buttons: ReactNode }) {
  const awaited = run.awaiting.find((item) => item.kind === "person") ?? run.awaiting[0];
  return (
    <div className="form" data-answer>
      {awaited === undefined ? null : <header><Heading run={run} awaited={[awaited]} title={runWords.answer.heading} /></header>}
      {buttons}
    </div>
  );
}

const asked = (title: string, transition: string): string => (title === "" || title === transition || title === humanise(transition) ? runWords.answer.heading : title);

function DockFormView({ run, form, beside, secondary }: { readonly run: Run; readonly form: Form; readonly beside: ReactNode; readonly secondary: boolean }) {
  const said = useSaid(useAnswering());
  const first = form.awaited[0];
  if (first === undefined) return null;
  const ahead = !run.awaiting.includes(first);
  const step = ahead ? AHEAD : first.step;
  const ref = { name: draftName(run.id, step, first.transition), step, transitions: form.awaited.map((item) => item.transition), ...(ahead ? {} : { before: draftName(run.id, AHEAD, first.transition) }) };
  const heading = ahead ? <span className="t13 ink2">{runWords.answer.ahead}</span> : <Heading run={run} awaited={form.awaited} title={asked(titleOf(form), first.transition)} />;
  // What was queued leaves the field empty for the next thing to say.
  if (form.kind === "prompt" && form.widget !== null) return <PromptForm key={`${ref.name}/${String(ahead ? said : 0)}`} again={ahead && said > 0} form={ref} widget={form.widget} schema={schemaOf(first.schema)} heading={heading} beside={beside} />;
  const schema = schemaOf(first.schema);
  const bare = !isSchema(first.schema) || first.schema === true;
  const ui: FieldUi = form.widget === null ? (bare ? { label: runWords.answer.value, help: runWords.answer.anyValue } : {}) : formUi(form.widget.options);
  const described = textOf(form.widget?.options, "description");
  return (
    <AnswerForm key={ref.name} form={ref} heading={heading} schema={schema} ui={ui} initial={initialValue(schema)} beside={beside} secondary={secondary}
      actions={dockActions(form, first)} optional={bare}
      note={described === null ? null : <div className="note"><Markdown text={described} /></div>}
      schemaOf={(transition) => schemaOf(form.awaited.find((item) => item.transition === transition)?.schema)} />
  );
}

const never = (): (() => void) => () => undefined;

/** How much this window has said ahead of its turn. */
function useSaid(answering: Answering | null): number {
  const desk = answering?.desk;
  return useSyncExternalStore(desk?.subscribe ?? never, () => desk?.read().queued.length ?? 0);
}

function dockActions(form: Form, first: Awaiting): readonly Action[] {
  const plain: Action = { transition: first.transition, label: runWords.answer.send, variant: null, constants: null, confirm: null };
  if (form.widget === null) return [plain];
  const named = actionsOf(form.widget, () => runWords.answer.send).filter((action) => form.awaited.some((item) => item.transition === action.transition));
  return named.length > 0 ? named : [plain];
}
