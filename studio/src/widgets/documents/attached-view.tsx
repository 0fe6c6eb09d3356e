import { Download, FileText } from "lucide-react";
import { useState } from "react";
import { runWords } from "@/i18n/en-run";
import { widgetWords } from "@/i18n/en-widgets";
import { fromBase64, sizeOfBase64 } from "@/lib/base64";
import { textOf, type Facts } from "@/lib/facts";
import { saveFile } from "@/lib/save-file";
import { sizeWords, visible } from "@/lib/words";
import { safeHref } from "@/model/markdown/inline";
import { SafeLink } from "../content/markdown";
import { pictureOf } from "../content/picture";

/** A picture or a file of a message: drawn or to be taken away if it is here, a link if it is elsewhere. */
export function AttachedView({ block }: { readonly block: Facts }) {
  const kind = textOf(block, "media_type") ?? "";
  const data = textOf(block, "data");
  const name = visible(textOf(block, "name") ?? (kind === "" ? widgetWords.file.unnamed : kind));
  if (data === null) {
    const href = safeHref(textOf(block, "url") ?? "");
    return <p className="hint">{href === null ? runWords.model.attached(name) : <SafeLink href={href}>{runWords.model.attached(name)}</SafeLink>}</p>;
  }
  const picture = pictureOf(kind, data);
  return picture === null ? <Chip name={name} kind={kind} data={data} /> : <Thumb name={name} source={picture} />;
}

function Thumb({ name, source }: { readonly name: string; readonly source: string }) {
  const [large, setLarge] = useState(false);
  const [broken, setBroken] = useState(false);
  if (broken) return <p className="hint">{widgetWords.image.broken(name)}</p>;
  return (
    <button type="button" className={large ? "bare thumb large" : "bare thumb"} aria-expanded={large} aria-label={large ? widgetWords.image.smaller(name) : widgetWords.image.larger(name)} title={name} onClick={() => { setLarge(!large); }}>
      <img src={source} alt={name} decoding="async" onError={() => { setBroken(true); }} />
    </button>
  );
}

function Chip({ name, kind, data }: { readonly name: string; readonly kind: string; readonly data: string }) {
  const save = (): void => {
    const bytes = fromBase64(data);
    if (bytes !== null) saveFile(name, bytes);
  };
  return (
    <div className="attachedfile">
      <FileText size={20} aria-hidden />
      <span className="cut b">{name}</span>
      <span className="ink3 num">{[visible(kind), sizeWords(sizeOfBase64(data))].join(" · ")}</span>
      <button type="button" className="tool" aria-label={widgetWords.file.download(name)} onClick={save}><Download size={16} aria-hidden /></button>
    </div>
  );
}
