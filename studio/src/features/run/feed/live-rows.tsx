import { runWords } from "@/i18n/en-run";
import { useLiveTexts } from "@/live/use-live";
import { Markdown } from "@/widgets/content/markdown";

/** Replies that are being written. */
export function LiveRows({ runId }: { readonly runId: string }) {
  const texts = useLiveTexts(runId);
  return texts.map((text) => (
    <div className="entry liverow" key={text.liveId} aria-busy={!text.ended}>
      <Markdown text={text.text} />
      {text.restarted ? <p className="hint">{runWords.step.restarted(text.attempt)}</p> : null}
    </div>
  ));
}
