/** What happened to one opened question, from typing to its end. Pure: the page performs what it says. */
export type Refusal = {
  /** HTTP status, 0 when no reply came. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly fields?: readonly { readonly path: readonly (string | number)[]; readonly message: string; readonly code?: string }[];
  readonly answeredBy?: string | null;
  readonly answeredAt?: string | null;
  readonly answeredTransition?: string | null;
};

export type AnswerState =
  | { readonly phase: "typing"; readonly refusal: Refusal | null }
  | { readonly phase: "sending"; readonly transition: string; readonly since: number; readonly lost: boolean }
  | { readonly phase: "unsent"; readonly transition: string }
  | { readonly phase: "receipt"; readonly transition: string; readonly earlier: boolean }
  | { readonly phase: "recorded"; readonly transition: string }
  | { readonly phase: "elsewhere"; readonly refusal: Refusal }
  | { readonly phase: "moved_on"; readonly refusal: Refusal };

export type AnswerEvent =
  | { readonly type: "send"; readonly transition: string; readonly now: number }
  | { readonly type: "accepted"; readonly status: 200 | 202 }
  | { readonly type: "refused"; readonly refusal: Refusal; readonly now: number }
  | { readonly type: "edit" };

/** How long a lost request is repeated with the same key before a person is asked. */
export const RETRY_FOR_MS = 30_000;

export const TYPING: AnswerState = { phase: "typing", refusal: null };

/** No reply, or a reply of something in between that never saw the answer. */
export const isLost = (refusal: Refusal): boolean => [0, 502, 503, 504].includes(refusal.status);

export function nextAnswer(state: AnswerState, event: AnswerEvent): AnswerState {
  switch (event.type) {
    case "edit":
      return state.phase === "typing" && state.refusal !== null ? TYPING : state;
    case "send":
      return { phase: "sending", transition: event.transition, since: event.now, lost: false };
    case "accepted":
      if (state.phase !== "sending") return state;
      return event.status === 202
        ? { phase: "recorded", transition: state.transition }
        : { phase: "receipt", transition: state.transition, earlier: false };
    case "refused":
      return state.phase === "sending" ? refused(state, event.refusal, event.now) : state;
  }
}

function refused(state: Extract<AnswerState, { phase: "sending" }>, refusal: Refusal, now: number): AnswerState {
  if (isLost(refusal)) {
    return now - state.since < RETRY_FOR_MS ? { ...state, lost: true } : { phase: "unsent", transition: state.transition };
  }
  switch (refusal.code) {
    case "idempotency_key_reused":
      return { phase: "receipt", transition: state.transition, earlier: true };
    case "answered":
      return { phase: "elsewhere", refusal };
    default:
      // Every other conflict (not awaited, the run has ended) means that the run is elsewhere by now.
      return refusal.status === 409 ? { phase: "moved_on", refusal } : { phase: "typing", refusal };
  }
}

/** A refused answer gets a new key; a lost one keeps its own, so that it cannot be applied twice. */
export const needsNewKey = (refusal: Refusal): boolean => refusal.status === 409 || refusal.status === 422;

/** Milliseconds until a lost request is sent again. */
export const resendDelay = (tries: number): number => Math.min(500 * 2 ** tries, 4_000);
