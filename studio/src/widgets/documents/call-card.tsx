import { runWords } from "@/i18n/en-run";
import { humanise, visible } from "@/lib/words";
import type { CallResult } from "@/model/tool-calls";
import { asText, isFacts } from "@/lib/facts";
import { useToolDrawing } from "../content/tool-drawing";

const words = runWords.model;

/** Longer results are folded away. */
const SHORT = 200;

function argumentsOf(args: unknown): string {
  if (args === undefined || args === null) return "";
  return isFacts(args) ? Object.entries(args).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ") : asText(args);
}

type CardProps = {
  /** `null` for a result whose call is not here. */
  readonly name: string | null;
  readonly args: unknown;
  readonly result: CallResult | undefined;
  /** Whether a result is still to come, as long as there is none. */
  readonly open: boolean;
};

/** A tool call and what came back, in one frame: as the tool says, else its name, arguments and result. */
export function CallCard({ name, args, result, open }: CardProps) {
  const draw = useToolDrawing();
  const drawn = name === null || result === undefined || result.failed ? null : draw(name, args, result.content);
  const plain = (
    <>
      {name === null ? null : <div className="io"><span>{runWords.document.call}</span><code>{visible(`${name}(${argumentsOf(args)})`)}</code></div>}
      {result === undefined ? (open ? <div className="io"><span>{runWords.document.result}</span><span className="ink3">{words.pending}</span></div> : null) : <Result result={result} />}
    </>
  );
  return (
    <div className={result?.failed === true ? "call wrong" : "call"} role="group" aria-label={name === null ? runWords.document.result : words.call(visible(name))}>
      {drawn === null ? plain : (
        <>
          <div className="drawnhead">{humanise(visible(name ?? ""))}</div>
          <div className="drawn">{drawn}</div>
          <details className="asitwas"><summary className="fold">{words.asItWas(visible(name ?? ""))}</summary>{plain}</details>
        </>
      )}
    </div>
  );
}

function Result({ result }: { readonly result: CallResult }) {
  const text = visible(result.content);
  const label = result.failed ? words.failed : runWords.document.result;
  if (text.length <= SHORT) return <div className="io"><span>{label}</span><code>{text === "" ? words.nothing : text}</code></div>;
  return (
    <div className="io">
      <span>{label}</span>
      <details>
        <summary className="fold">{`${text.slice(0, SHORT / 2)} …`}</summary>
        <code>{text}</code>
      </details>
    </div>
  );
}
