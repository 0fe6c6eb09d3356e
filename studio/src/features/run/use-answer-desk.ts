import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { keys } from "@/api/keys";
import { Problem } from "@/api/problem";
import { useAnswer } from "@/api/runs";
import type { Run } from "@/api/types";
import { newKey } from "@/lib/new-key";
import { AHEAD } from "@/model/drafts";
import type { Refusal } from "@/model/answer";
import { useConnection } from "@/live/use-live";
import { AnswerDesk, type SendResult } from "@/widgets/answer/answer-desk";
import type { Answering } from "@/widgets/answer/use-answer-form";

/** The server's refusal as the model of answering knows it. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Problem)) return { status: 0, code: "offline", message: String(error) };
  const { body } = error;
  return {
    status: error.status, code: error.code, message: body.detail ?? body.title ?? error.message, fields: body.fields ?? [],
    answeredBy: body.answered_by ?? null, answeredAt: body.at ?? null, answeredTransition: body.transition ?? null,
  };
}

/** The desk of this page: one per run, told about everything that is awaited. */
export function useAnswerDesk(run: Run): Answering {
  const { mutateAsync } = useAnswer(run.id);
  const queries = useQueryClient();
  const connection = useConnection();
  const [desk] = useState(() => new AnswerDesk<Run>({
    storage: localStorage, newKey,
    send: async (transition, body, key): Promise<SendResult<Run>> => {
      try {
        const ahead = body.step === AHEAD;
        const answered = await mutateAsync({ transition, payload: body.payload, step: ahead ? undefined : body.step, queue: ahead, key });
        if (answered.kind === "applied") return { status: 200, run: answered.run };
        return { status: 202, queued: answered.receipt.status === "queued" || ahead ? answered.receipt.trigger_id : undefined };
      } catch (error) {
        return { status: "refused", refusal: refusalOf(error) };
      }
    },
    onRun: (after) => { void queries.invalidateQueries({ queryKey: keys.steps(after.id) }); },
    onRefused: () => { void queries.invalidateQueries({ queryKey: keys.run(run.id) }); },
  }));
  useEffect(() => { desk.awaitedNow([...run.awaiting, ...run.ahead.map((item) => ({ ...item, step: AHEAD }))]); }, [desk, run.awaiting, run.ahead]);
  const online = connection.kind !== "offline";
  return useMemo(() => ({ run, desk, online }), [run, desk, online]);
}
