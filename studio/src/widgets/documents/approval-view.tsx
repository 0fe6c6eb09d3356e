import { useId, useState } from "react";
import { TimeText } from "@/components/data/time-text";
import { runWords } from "@/i18n/en-run";
import { widgetWords } from "@/i18n/en-widgets";
import { useNow } from "@/lib/use-now";
import { humanise, visible } from "@/lib/words";
import { ActionRow } from "../answer/action-row";
import { AnswerStatus } from "../answer/answer-status";
import { isFacts, option, textOf, type Facts } from "@/lib/facts";
import { JsonTree } from "../content/json-tree";
import type { DocumentView } from "../types";
import { isAsked, usePrompt } from "./use-prompt";

const words = widgetWords.approval;

const toolOf = (view: DocumentView): string => textOf(isFacts(view.document.content) ? view.document.content["tool"] : null) ?? view.document.title;

/** What a tool would do with which arguments, and who allows that until when. The text is data: no button comes from it. */
export function ApprovalView(view: DocumentView) {
  const content: Facts = isFacts(view.document.content) ? view.document.content : {};
  const tool = toolOf(view);
  const args = content["args"] ?? content["arguments"];
  const expires = textOf(option(content, "expiresAt", "expires_at"));
  const lines = [[words.origin, "origin"], [words.policy, "policy"], [words.digest, "digest"]] as const;
  const decided = textOf(content["decision"]);
  return (
    <div className="docbody" role="group" aria-label={words.name(visible(tool))}>
      <dl className="kv roomy">
        <dt>{words.tool}</dt><dd><code>{visible(tool)}</code></dd>
        {lines.flatMap(([label, name]) => {
          const text = textOf(content[name]);
          return text === null ? [] : [<dt key={`${name}-label`}>{label}</dt>, <dd key={name} className={name === "digest" ? "mono cut" : undefined} title={text}>{visible(text)}</dd>];
        })}
        {expires === null ? null : <><dt>{words.expires}</dt><dd><TimeText at={expires} /></dd></>}
      </dl>
      {args === undefined || args === null ? null : <><h3 className="lab mt16 mb4">{words.args}</h3><JsonTree value={args} label={words.args} depth={3} /></>}
      {decided === null ? null : <p className="mt12 b">{words.decided(humanise(decided).toLowerCase())}</p>}
      {isAsked(view) ? <Decision {...view} /> : null}
    </div>
  );
}

function Decision(view: DocumentView) {
  const { form, text, setText, busy, transition } = usePrompt(view);
  const [denying, setDenying] = useState(text !== "");
  const [wanting, setWanting] = useState(false);
  const id = useId();
  const now = useNow(30_000);
  const content: Facts = isFacts(view.document.content) ? view.document.content : {};
  const digest = textOf(content["digest"]);
  const expires = textOf(option(content, "expiresAt", "expires_at"));
  const late = expires !== null && Date.parse(expires) < now ? words.late : null;
  const send = (decision: "approve" | "deny"): void => {
    const reason = text.trim();
    if (decision === "deny" && reason === "") setWanting(true);
    else form.send(transition, { decision, ...(decision === "deny" ? { reason } : {}), ...(digest === null ? {} : { digest }) });
  };
  const status = <AnswerStatus state={form.state} onSendNow={() => { send(denying ? "deny" : "approve"); }} />;
  if (!denying) {
    return (
      <div className="inner" data-answer>
        {late === null ? null : <p className="hint">{late}</p>}
        {status}
        <ActionRow busy={form.state} actions={[
          { key: "approve", label: words.approve, variant: "primary", off: late, run: () => { send("approve"); } },
          { key: "deny", label: words.deny, variant: "outline", run: () => { setDenying(true); } },
        ]} />
      </div>
    );
  }
  return (
    <form className="inner" data-answer onSubmit={(event) => { event.preventDefault(); if (!busy) send("deny"); }}>
      <label className="lab" htmlFor={id}>{words.reason}</label>
      <textarea id={id} className="input mt4" rows={2} autoFocus value={text} readOnly={busy} aria-invalid={wanting || undefined} aria-describedby={`${id}-hint`} onChange={(event) => { setWanting(false); setText(event.target.value); }} />
      <p id={`${id}-hint`} className={wanting ? "err" : "hint"}>{words.needReason}</p>
      {status}
      <ActionRow busy={form.state} kept={form.kept} actions={[
        { key: "deny", label: words.sureDeny, variant: "danger", submit: true, run: () => { send("deny"); } },
        { key: "back", label: runWords.answer.cancel, variant: "ghost", run: () => { setText(""); setDenying(false); } },
      ]} />
    </form>
  );
}
