import type { ReactNode } from "react";
import { absolute, distance, duration, moment } from "@/lib/time";
import { visible } from "@/lib/words";
import { useNow } from "@/lib/use-now";

/** One piece of the sentence: words, or something that ticks or can be followed. */
export type SentencePart =
  | { readonly kind: "text" | "person" | "error"; readonly text: string }
  | { readonly kind: "time"; readonly text: string; readonly at: string; readonly relative?: boolean }
  | { readonly kind: "duration"; readonly text: string; readonly seconds: number; readonly since?: string | null }
  | { readonly kind: "run"; readonly text: string; readonly run_id: string }
  | { readonly kind: "transition" | "place"; readonly text: string; readonly name: string };

export type SentenceProps = {
  readonly parts: readonly SentencePart[];
  /** Draws a part that can be followed; without it such parts are plain words. */
  readonly link?: (part: SentencePart, words: string) => ReactNode;
};

/** Parts that change by the second; the others are true for half a minute. */
const ticks = (part: SentencePart): boolean => (part.kind === "duration" && typeof part.since === "string") || (part.kind === "time" && part.relative === true);

function wordsOf(part: SentencePart, now: number): string {
  if (part.kind === "duration") return typeof part.since === "string" ? duration(Math.max(0, Math.floor((now - Date.parse(part.since)) / 1000))) : duration(part.seconds);
  if (part.kind === "time") return part.relative === true ? distance(part.at, now) : moment(part.at, now);
  return visible(part.text);
}

/** What a run waits for, since when, and what happens next: the loudest thing after the title. */
export function Sentence({ parts, link }: SentenceProps) {
  const now = useNow(parts.some(ticks) ? 1000 : 30_000);
  return (
    <p className="sentence">
      {parts.map((part, index) => {
        const words = wordsOf(part, now);
        if (part.kind === "time") return <time key={index} dateTime={part.at} title={absolute(part.at)}>{words}</time>;
        if (part.kind === "duration") return <span className="num" key={index}>{words}</span>;
        return <span key={index}>{link?.(part, words) ?? words}</span>;
      })}
    </p>
  );
}
