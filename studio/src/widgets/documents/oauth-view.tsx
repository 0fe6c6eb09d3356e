import { useCallback, useEffect, useRef, useState } from "react";
import { StatusMark } from "@/components/marks/status-mark";
import { runWords } from "@/i18n/en-run";
import { widgetWords } from "@/i18n/en-widgets";
import { tabStorage } from "@/lib/storage";
import { humanise, visible } from "@/lib/words";
import { safeHref } from "@/model/markdown/inline";
import { readHeard, SIGN_IN_CHANNEL, SIGN_IN_LIMIT } from "@/model/sign-in";
import { ActionRow } from "../answer/action-row";
import { AnswerStatus } from "../answer/answer-status";
import { isFacts, listOf, option, textOf, type Facts } from "@/lib/facts";
import type { DocumentView } from "../types";
import { isAsked, usePrompt } from "./use-prompt";

const words = widgetWords.oauth;

const factsOf = (view: DocumentView): Facts => (isFacts(view.document.content) ? view.document.content : {});
const providerOf = (view: DocumentView): string => visible(humanise(textOf(factsOf(view)["provider"]) ?? view.document.title));

/** A sign-in at a provider: what it asks for, the button that opens it, and what came of it. */
export function OauthView(view: DocumentView) {
  const content = factsOf(view);
  const scopes = listOf(content["scopes"]).filter((one): one is string => typeof one === "string");
  const status = textOf(content["status"]);
  const message = textOf(content["message"]);
  return (
    <div className="docbody" role="group" aria-label={words.name(providerOf(view))}>
      <p className="b">{words.name(providerOf(view))}</p>
      {message === null ? null : <p className="mt4">{visible(message)}</p>}
      {scopes.length === 0 ? null : <p className="t13 ink2 mt4">{words.scopes}{" "}{scopes.map((scope) => <code key={scope}>{visible(scope)} </code>)}</p>}
      {status === "success" ? <p className="row mt12"><StatusMark status="completed" />{words.connected(providerOf(view))}</p> : null}
      {status === "error" ? <p className="row mt12"><StatusMark status="failed" />{words.failed}</p> : null}
      {isAsked(view) ? <SignIn {...view} /> : null}
    </div>
  );
}

type Phase = "ready" | "open" | "late" | "foreign" | { readonly refused: string };

function saying(phase: Phase): string | null {
  if (typeof phase === "object") return words.refused(visible(phase.refused));
  return { ready: null, open: words.waiting, late: words.late, foreign: words.foreign }[phase];
}

function SignIn(view: DocumentView) {
  const { form, transition } = usePrompt(view);
  // The feed may draw this document anew while the person is away at the provider, and so may a page loaded again.
  const away = `loopstack:sign-in:${view.document.id}`;
  const [phase, setOwn] = useState<Phase>(() => (tabStorage.read(away) === undefined ? "ready" : "open"));
  const setPhase = useCallback((next: Phase): void => {
    tabStorage.write(away, next === "open" ? "open" : undefined);
    setOwn(next);
  }, [away]);
  const content = factsOf(view);
  const href = safeHref(textOf(option(content, "authUrl", "auth_url")) ?? "");
  const state = textOf(content["state"]) ?? "";
  const send = useRef(form.send);
  useEffect(() => { send.current = form.send; });
  useEffect(() => {
    if (phase !== "open") return undefined;
    const channel = new BroadcastChannel(SIGN_IN_CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const answer = readHeard(data);
      if (answer === null) return;
      if (answer.state !== state) setPhase("foreign");
      else if (answer.code === null) setPhase({ refused: answer.error ?? "" });
      else {
        setPhase("ready");
        send.current(transition, { code: answer.code, state });
      }
    };
    const limit = setTimeout(() => { setPhase("late"); }, SIGN_IN_LIMIT);
    return () => {
      channel.close();
      clearTimeout(limit);
    };
  }, [phase, setPhase, state, transition]);
  if (href === null) return <p className="err mt12">{words.unsafe}</p>;
  const open = (): void => {
    setPhase("open");
    window.open(href, "_blank", "popup,noopener,noreferrer,width=500,height=700");
  };
  const say = saying(phase);
  return (
    <div className="inner" data-answer>
      <p className="hint mt12" role="status">{say ?? words.host(new URL(href).host)}</p>
      <AnswerStatus state={form.state} onSendNow={open} />
      <ActionRow busy={form.state} actions={[
        { key: "open", label: phase === "ready" ? words.connect(providerOf(view)) : words.again, variant: phase === "open" ? "outline" : "primary", run: open },
        ...(phase === "open" ? [{ key: "stop", label: runWords.answer.cancel, variant: "ghost" as const, run: () => { setPhase("ready"); } }] : []),
      ]} />
    </div>
  );
}
