import { StatusMark } from "@/components/marks/status-mark";
import { widgetWords } from "@/i18n/en-widgets";
import { visible } from "@/lib/words";
import { ActionRow } from "../answer/action-row";
import { AnswerStatus } from "../answer/answer-status";
import { isFacts, listOf, option, textOf } from "@/lib/facts";
import type { DocumentView } from "../types";
import { isAsked, usePrompt } from "./use-prompt";

const words = widgetWords.secrets;

type Variable = { readonly key: string; readonly description: string | null; readonly set: boolean };

function variablesOf(content: unknown): readonly Variable[] {
  return listOf(isFacts(content) ? (content["variables"] ?? content["keys"]) : content).flatMap((one): Variable[] => {
    const key = textOf(one, "key", "name");
    return key === null ? [] : [{ key, description: isFacts(one) ? textOf(one["description"]) : null, set: isFacts(one) && (option(one, "hasValue", "has_value") ?? one["set"]) === true }];
  });
}

/** Which secrets a run needs and which are there. Their values are no part of a run, so no field asks for them. */
export function SecretView(view: DocumentView) {
  const variables = variablesOf(view.document.content);
  return (
    <div className="docbody" role="group" aria-label={words.name}>
      <ul className="secrets" aria-label={words.name}>
        {variables.map((one) => (
          <li key={one.key}>
            <StatusMark status={one.set ? "completed" : "pending"} />
            <span className="grow"><code>{visible(one.key)}</code>{one.description === null ? null : <span className="t13 ink2">{visible(one.description)}</span>}</span>
            <span className="t13 ink2">{one.set ? words.set : words.unset}</span>
          </li>
        ))}
      </ul>
      {isAsked(view) ? <Continue {...view} keys={variables.map((one) => one.key)} /> : null}
    </div>
  );
}

function Continue({ keys, ...view }: DocumentView & { readonly keys: readonly string[] }) {
  const { form, transition } = usePrompt(view);
  const send = (): void => { form.send(transition, { keys }); };
  return (
    <div className="inner" data-answer>
      <p className="hint mt12">{words.text}</p>
      <AnswerStatus state={form.state} onSendNow={send} />
      <ActionRow busy={form.state} actions={[{ key: "go", label: textOf(view.widget.options?.["label"]) ?? words.go, variant: "primary", run: send }]} />
    </div>
  );
}
