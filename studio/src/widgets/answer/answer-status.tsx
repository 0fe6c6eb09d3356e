import { StatusMark } from "@/components/marks/status-mark";
import { runWords } from "@/i18n/en-run";
import type { AnswerState } from "@/model/answer";

type AnswerStatusProps = { readonly state: AnswerState; readonly wrong?: number; /** The form itself shows what concerns its value. */ readonly shown?: boolean; readonly onSendNow: () => void };

/** What became of sending, in words, said aloud once. */
export function AnswerStatus({ state, wrong = 0, shown = false, onSendNow }: AnswerStatusProps) {
  return <div className="sent" role="status">{line(state, wrong, shown, onSendNow)}</div>;
}

function line(state: AnswerState, wrong: number, shown: boolean, onSendNow: () => void) {
  if (wrong > 0) return <p className="err"><StatusMark status="failed" />{runWords.answer.fix(wrong)}</p>;
  switch (state.phase) {
    case "typing": {
      const { refusal } = state;
      if (refusal === null) return null;
      // Messages with a place stand at their fields; the rest stands here.
      const loose = (refusal.fields ?? []).filter((field) => field.path.length === 0).map((field) => field.message);
      const count = (refusal.fields?.length ?? 0) - loose.length;
      if (shown && loose.length > 0 && count === 0) return null;
      const words = loose.length > 0 && !shown ? loose.join(" ") : count > 0 ? runWords.answer.fix(count) : refusal.message;
      return <p className="err"><StatusMark status="failed" />{words}</p>;
    }
    case "sending":
      return state.lost ? <p className="hint">{runWords.answer.again}</p> : null;
    case "unsent":
      return <p className="err"><StatusMark status="failed" />{runWords.answer.unsent} <button type="button" className="btn sm" onClick={onSendNow}>{runWords.answer.sendNow}</button></p>;
    case "recorded":
      return <p className="hint">{runWords.answer.recorded}</p>;
    case "receipt":
    case "elsewhere":
    case "moved_on":
      return null;
  }
}

