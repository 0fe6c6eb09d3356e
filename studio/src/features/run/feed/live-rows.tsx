import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import type { LiveText } from "@/live/live-text";
import { useLiveTexts } from "@/live/use-live";
import { Markdown } from "@/widgets/content/markdown";
import { CallCard } from "@/widgets/documents/call-card";
import { Thinking } from "@/widgets/documents/llm-message-view";
import { roleName } from "@/widgets/documents/text-views";

/** Replies that are being written, drawn like the messages they become. */
export function LiveRows({ runId }: { readonly runId: string }) {
  return useLiveTexts(runId).map((text) => <LiveRow key={text.liveId} live={text} />);
}

function LiveRow({ live }: { readonly live: LiveText }) {
  return (
    <div className="entry liverow" role="group" aria-label={runWords.document.said(roleName("assistant"))} aria-busy={!live.ended}>
      <div className="said">{roleName("assistant")}{live.ended ? null : <span className="ink3 thin">{runWords.model.writing}</span>}</div>
      <div className="stack">
        {live.thinking === "" ? null : <Thinking text={live.thinking} />}
        {live.text === "" ? null : <Markdown text={live.text} />}
        {live.toolCalls.map((call) => <CallCard key={call.id} name={call.name} args={call.args} result={undefined} open />)}
        {live.error === null ? null : <p className="hint">{runWords.model.broken(visible(live.error))}</p>}
        {live.restarted ? <p className="hint">{runWords.step.restarted(live.attempt)}</p> : null}
      </div>
    </div>
  );
}
