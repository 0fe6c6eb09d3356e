import { useState } from "react";
import { Download } from "lucide-react";
import { runWords } from "@/i18n/en-run";
import { widgetWords } from "@/i18n/en-widgets";
import { prefix } from "@/lib/prefix";
import { saveFile } from "@/lib/save-file";
import { sizeWords, visible } from "@/lib/words";
import { safeHref } from "@/model/markdown/inline";
import { isFacts, option, textOf, type Facts } from "@/lib/facts";
import { DiffLines } from "../content/diff-lines";
import { SafeLink } from "../content/markdown";
import { isPicture } from "../content/picture";
import type { DocumentView } from "../types";

const factsOf = (content: unknown): Facts => (isFacts(content) ? content : {});
const asText = (value: unknown): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value, null, 2));

/** Two texts and what differs. Options may name the fields that hold them. */
export function DiffView({ document, widget }: DocumentView) {
  const content = factsOf(document.content);
  const field = (side: "before" | "after"): unknown => content[textOf(option(widget.options, side)) ?? side];
  return <DiffLines before={asText(field("before"))} after={asText(field("after"))} label={document.title} />;
}

/** An address of this server, or null: pictures and files of others are not fetched behind a reader's back. */
function ownAddress(raw: string): string | null {
  try {
    const url = new URL(raw, new URL(prefix, location.origin));
    return url.origin === location.origin && /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function Foreign({ href, words }: { readonly href: string; readonly words: string }) {
  const safe = safeHref(href);
  return <p className="docbody">{safe === null ? <span className="ink3">{words}</span> : <SafeLink href={safe}>{words}</SafeLink>}</p>;
}

const hostOf = (href: string): string => safeHref(href)?.split("/")[2] ?? "";

/** A picture of this server or in the document itself; one from elsewhere is a link. */
export function ImageView({ document, widget }: DocumentView) {
  const [broken, setBroken] = useState(false);
  const source = textOf(document.content, "src", "url", "href", "image", "data") ?? "";
  const alt = textOf(factsOf(document.content)["alt"]) ?? textOf(widget.options, "alt") ?? document.title;
  if (source.trim() === "") return <p className="docbody ink3">{widgetWords.image.none}</p>;
  const address = isPicture(source) ? source : ownAddress(source);
  if (address === null) return <Foreign href={source} words={`${widgetWords.image.foreign(hostOf(source))}: ${visible(alt)}`} />;
  if (broken) return <p className="docbody ink3">{widgetWords.image.broken(visible(alt))}</p>;
  const caption = textOf(factsOf(document.content)["caption"]);
  return (
    <figure className="docbody picture">
      <img src={address} alt={visible(alt)} loading="lazy" decoding="async" onError={() => { setBroken(true); }} />
      {caption === null ? null : <figcaption className="t13 ink2">{visible(caption)}</figcaption>}
    </figure>
  );
}

/** A file to be taken away: its name, kind and size. */
export function FileView({ document, widget }: DocumentView) {
  const content = factsOf(document.content);
  const name = textOf(content["name"] ?? content["filename"]) ?? textOf(widget.options, "name") ?? (document.title === "" ? widgetWords.file.unnamed : document.title);
  const inside = textOf(content["text"] ?? content["content"]);
  const link = textOf(content["url"] ?? content["href"]);
  const own = link === null ? null : ownAddress(link);
  const words = widgetWords.file.download(visible(name));
  const size = typeof content["size"] === "number" ? content["size"] : inside === null ? null : new Blob([inside]).size;
  const facts = [textOf(content["mime_type"] ?? content["mimeType"]), size === null ? null : sizeWords(size)].filter((fact) => fact !== null);
  return (
    <div className="docbody filecard">
      <span className="grow">
        <b className="cut">{visible(name)}</b>
        <span className="t13 ink2">{facts.map(visible).join(" · ")}</span>
      </span>
      {own !== null ? <a className="btn sm" href={own} download={name.replace(/[\\/]/g, "_")} aria-label={words}><Download size={16} aria-hidden />{runWords.document.download}</a>
        : link === null && inside !== null ? <button type="button" className="btn sm" aria-label={words} onClick={() => { saveFile(name, inside); }}><Download size={16} aria-hidden />{runWords.document.download}</button>
          : link !== null && safeHref(link) !== null ? <SafeLink href={link}>{words}</SafeLink> : <span className="t13 ink3">{widgetWords.file.gone}</span>}
    </div>
  );
}

const numberOf = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** How far something is; without a number it is only under way. */
export function ProgressView({ document, widget }: DocumentView) {
  const content = factsOf(document.content);
  const max = numberOf(content["max"] ?? content["total"]) ?? numberOf(option(widget.options, "max")) ?? 100;
  const value = numberOf(document.content) ?? numberOf(content["value"] ?? content["done"]) ?? numberOf(option(widget.options, "value"));
  const text = textOf(content["text"] ?? content["label"] ?? content["message"]);
  const share = value === null || max <= 0 ? null : Math.round((Math.min(Math.max(value, 0), max) / max) * 100);
  const far = share === null || value === null ? widgetWords.progress.unknown : max === 100 ? widgetWords.progress.percent(share) : widgetWords.progress.of(String(value), String(max));
  return (
    <div className="docbody progresscard">
      <div className="row"><span className="grow cut">{visible(text ?? "")}</span><span className="num ink2">{far}</span></div>
      {share === null ? <progress aria-label={document.title} /> : <progress aria-label={document.title} aria-valuetext={far} value={share} max={100} />}
    </div>
  );
}
