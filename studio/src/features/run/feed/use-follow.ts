import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Anchor } from "./anchor";

/** So near the foot a reader wants to see what comes. */
const NEAR = 80;
const AIR = 16;
/** So far before an end of what is here the next part is asked for. */
const AHEAD = 800;

type Parts = { readonly scroller: HTMLElement | null; readonly content: HTMLElement | null };

type Ends = { /** What is here ends before the feed does. */ readonly later: boolean; readonly readEarlier: () => void; readonly readLater: () => void };

type Follow = {
  /** How many documents came while the reader was further up. */
  readonly unseen: number;
  /** The reader is at the foot and sees what comes. */
  readonly following: boolean;
  readonly toEnd: () => void;
};

const atFoot = (box: HTMLElement): boolean => box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR;
const toFoot = (box: HTMLElement | null): void => { box?.scrollTo({ top: box.scrollHeight, behavior: "instant" }); };

/** A question higher than the window is read from its heading; `true` if that was needed. */
function toGate(box: HTMLElement, content: HTMLElement): boolean {
  const gate = content.querySelector<HTMLElement>(":scope > li.gate");
  if (gate === null || gate.offsetHeight + AIR <= box.clientHeight) return false;
  box.scrollTo({ top: box.scrollTop + gate.getBoundingClientRect().top - box.getBoundingClientRect().top - AIR, behavior: "instant" });
  return true;
}

/** Asks for the next part where the reader comes near an end of what is here. */
function readOn(box: HTMLElement, ends: Ends): void {
  if (box.scrollTop < AHEAD) ends.readEarlier();
  if (box.scrollHeight - box.scrollTop - box.clientHeight < AHEAD) ends.readLater();
}

/**
 * Opens at the end for open runs and at the start for finished ones; follows new entries while the reader is at the
 * foot, and leaves what is read where it is otherwise, whatever is added above or taken away.
 */
export function useFollow({ scroller, content }: Parts, keys: readonly string[], open: boolean, gate: string | null, ends: Ends): Follow {
  const following = useRef(open);
  const latest = useRef(keys);
  const more = useRef(ends);
  const asked = useRef(false);
  const anchor = useRef(new Anchor());
  /** What was there when the reader went up; `null` while following. */
  const [known, setKnown] = useState<ReadonlySet<string> | null>(null);
  useEffect(() => {
    latest.current = keys;
    more.current = ends;
    if (scroller !== null) readOn(scroller, ends);
  });
  useLayoutEffect(() => {
    if (scroller !== null && !following.current) anchor.current.restore(scroller);
  }, [scroller, keys]);

  useLayoutEffect(() => {
    if (scroller === null || content === null) return undefined;
    // A question that opens while the reader follows is shown whole or from its heading, and then stays still.
    if (following.current && toGate(scroller, content)) following.current = false;
    else if (following.current || (gate === null && asked.current)) {
      // What was asked in the feed is answered: the reader goes on with the run.
      following.current = following.current || open;
      if (following.current) toFoot(scroller);
    }
    asked.current = gate !== null;
    anchor.current.take(scroller, content);
    let last = scroller.scrollTop;
    const onScroll = (): void => {
      const wentUp = scroller.scrollTop < last;
      last = scroller.scrollTop;
      anchor.current.take(scroller, content);
      readOn(scroller, more.current);
      // At the foot of a part one reads on; only at the foot of the whole one waits for what comes.
      const foot = atFoot(scroller) && (following.current || !more.current.later);
      // A picture that was drawn since has moved the foot away: only who goes up stops following.
      if (foot === following.current || (following.current && !wentUp)) return;
      following.current = foot;
      setKnown(foot ? null : new Set(latest.current));
    };
    // Pictures, folds and forms change heights without a new entry.
    const sizes = new ResizeObserver(() => { if (following.current) toFoot(scroller); else anchor.current.restore(scroller); });
    sizes.observe(content);
    sizes.observe(scroller);
    scroller.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      scroller.removeEventListener("scroll", onScroll);
    };
  }, [scroller, content, gate, open]);

  return {
    unseen: known === null ? 0 : keys.filter((key) => !known.has(key)).length,
    following: known === null,
    toEnd: () => {
      following.current = true;
      setKnown(null);
      toFoot(scroller);
    },
  };
}
