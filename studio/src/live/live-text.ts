import type { components } from "@/api/schema";
import type { StudioEvent } from "@/api/types";

export type LiveToolCall = components["schemas"]["LiveToolCall"];

/** Text of a reply that is being written. */
export type LiveText = {
  readonly liveId: string;
  readonly runId: string;
  readonly place: string;
  readonly transition: string;
  readonly step: number;
  readonly attempt: number;
  readonly seq: number;
  readonly text: string;
  /** What the model thought before it answered. */
  readonly thinking: string;
  readonly toolCalls: readonly LiveToolCall[];
  readonly ended: boolean;
  /** Why it ended early. */
  readonly error: string | null;
  /** An earlier attempt had text that was dropped. */
  readonly restarted: boolean;
  /** Deltas are missing; nothing is added until the next snapshot. */
  readonly gap: boolean;
};

export type LiveTexts = ReadonlyMap<string, LiveText>;

type LiveEvent = Extract<StudioEvent, { type: "live.snapshot" | "live.delta" | "live.end" | "document.saved" | "step.committed" }>;

export const isLiveEvent = (event: StudioEvent): event is LiveEvent =>
  event.type.startsWith("live.") || event.type === "document.saved" || event.type === "step.committed";

const put = (texts: LiveTexts, text: LiveText): LiveTexts => new Map(texts).set(text.liveId, text);

function drop(texts: LiveTexts, gone: (text: LiveText) => boolean): LiveTexts {
  const rest = [...texts].filter(([, text]) => !gone(text));
  return rest.length === texts.size ? texts : new Map(rest);
}

/**
 * Joins live frames into texts. A snapshot replaces, a delta continues exactly at `seq`, a higher attempt starts over,
 * and repeated or late frames change nothing: so a cut stream never shows a word twice.
 */
export function liveText(texts: LiveTexts, event: LiveEvent): LiveTexts {
  if (event.type === "document.saved") return drop(texts, (text) => text.liveId === event.live_id);
  if (event.type === "step.committed") return drop(texts, (text) => text.runId === event.run_id && text.step === event.step && text.ended);
  const before = texts.get(event.live_id);
  if (before !== undefined && (event.attempt < before.attempt || (event.attempt === before.attempt && event.seq <= before.seq && !(before.gap && event.type === "live.snapshot")))) return texts;
  const again = before !== undefined && event.attempt > before.attempt;
  const restarted = (before?.restarted ?? false) || (again && before.text !== "");
  if (event.type === "live.snapshot") {
    return put(texts, {
      liveId: event.live_id, runId: event.run_id, place: event.place, transition: event.transition, step: event.step,
      attempt: event.attempt, seq: event.seq, text: event.text, thinking: event.thinking, toolCalls: event.tool_calls,
      ended: false, error: null, restarted: restarted || (before === undefined && event.attempt > 1), gap: false,
    });
  }
  // Text whose beginning was never seen cannot be shown; a snapshot follows.
  if (before === undefined) return texts;
  if (event.type === "live.end" && event.dropped) return drop(texts, (text) => text.liveId === event.live_id);
  if (event.type === "live.end") return put(texts, { ...before, attempt: event.attempt, seq: event.seq, ended: true, error: event.error ?? null });
  if (again) return put(texts, added({ ...before, attempt: event.attempt, text: "", thinking: "", toolCalls: [], restarted, ended: false, error: null, gap: false }, event));
  if (before.gap || event.seq !== before.seq + 1) return put(texts, { ...before, gap: true });
  return put(texts, added(before, event));
}

function added(before: LiveText, delta: Extract<StudioEvent, { type: "live.delta" }>): LiveText {
  const text = { ...before, seq: delta.seq };
  if (delta.part === "text") return { ...text, text: before.text + delta.text };
  if (delta.part === "thinking") return { ...text, thinking: before.thinking + delta.text };
  return delta.data ? { ...text, toolCalls: [...before.toolCalls, delta.data] } : text;
}
