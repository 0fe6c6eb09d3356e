import { ReadOut } from "@/components/schema-form";
import { runWords } from "@/i18n/en-run";
import { Markdown } from "@/widgets/content/markdown";
import { JsonTree } from "@/widgets/content/json-tree";

const isNothing = (result: unknown): boolean => result === null || result === undefined || (typeof result === "object" && Object.keys(result).length === 0);

/** A few plain values read better as lines than as a tree. */
const isFlat = (result: unknown): result is Readonly<Record<string, string | number | boolean | null>> =>
  typeof result === "object" && result !== null && !Array.isArray(result) && Object.keys(result).length <= 8 && Object.values(result).every((value) => value === null || typeof value !== "object");

/** What the run came to; unfolded where nothing else shows it. */
export function ResultView({ result, open }: { readonly result: unknown; readonly open: boolean }) {
  if (isNothing(result)) return null;
  return (
    <details className="entry result" open={open}>
      <summary className="fold">{runWords.resultTitle}</summary>
      <div className="doc docbody">
        {isFlat(result) ? <ReadOut schema={{ type: "object", properties: Object.fromEntries(Object.keys(result).map((name) => [name, {}])) }} value={result} /> : typeof result === "string" ? <Markdown text={result} /> : <JsonTree value={result} label={runWords.resultTitle} />}
      </div>
    </details>
  );
}
