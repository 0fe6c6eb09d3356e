import { useState } from "react";
import { runWords } from "@/i18n/en-run";
import { visible } from "@/lib/words";
import { tokensOf } from "@/model/highlight";

const FOLD_OVER = 400;

type CodeBlockProps = { readonly text: string; readonly language?: string; readonly wrap?: boolean; readonly label?: string };

/** Preformatted text that scrolls inside itself; very long text is folded until it is asked for. */
export function CodeBlock({ text, language = "", wrap = false, label }: CodeBlockProps) {
  const [whole, setWhole] = useState(false);
  const lines = text.split("\n");
  const shown = whole || lines.length <= FOLD_OVER ? text : lines.slice(0, FOLD_OVER).join("\n");
  return (
    <div className="codebox">
      <pre className={wrap ? "code wrap" : "code"} tabIndex={0} role="region" aria-label={label ?? (language === "" ? "code" : language)} data-language={language}>
        {/* Line ends and tabs are meant; everything else that cannot be seen is made visible. */}
        <code>{tokensOf(shown, language).map((token, at) => (token.kind === "plain" ? visible(token.text) : <span key={at} className={`tok-${token.kind}`}>{visible(token.text)}</span>))}</code>
      </pre>
      {shown === text ? null : <button type="button" className="btn ghost sm" onClick={() => { setWhole(true); }}>{runWords.document.lines(lines.length)}</button>}
    </div>
  );
}
