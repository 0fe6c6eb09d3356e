import { FileText, Paperclip, X } from "lucide-react";
import { useRef } from "react";
import { widgetWords } from "@/i18n/en-widgets";
import { sizeOfBase64 } from "@/lib/base64";
import { sizeWords, visible } from "@/lib/words";
import { pictureOf } from "../content/picture";
import type { Attachments } from "./use-attachments";

const words = widgetWords.attach;

/** Opens the file dialog. */
export function AttachButton({ types, disabled, onFiles }: { readonly types: readonly string[]; readonly disabled: boolean; readonly onFiles: (files: Iterable<File>) => void }) {
  const input = useRef<HTMLInputElement>(null);
  // Where plain text is welcome any file may turn out to be some: reading it decides.
  const accept = types.includes("text/plain") ? undefined : types.join(",");
  return (
    <>
      <button type="button" className="btn ghost icon" aria-label={words.add} title={words.add} aria-disabled={disabled || undefined} onClick={() => { if (!disabled) input.current?.click(); }}><Paperclip size={20} aria-hidden /></button>
      <input ref={input} type="file" className="sr" multiple accept={accept} tabIndex={-1} aria-hidden="true"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // The same file can be chosen again after it was taken out.
          event.target.value = "";
        }} />
    </>
  );
}

/** The files that will be sent, each with its size and a way to leave it out. */
export function AttachedFiles({ attachments, disabled }: { readonly attachments: Attachments; readonly disabled: boolean }) {
  const { files, problem, remove } = attachments;
  return (
    <>
      {files.length === 0 ? null : (
        <ul className="attached" aria-label={words.list}>
          {files.map((file, at) => {
            const picture = pictureOf(file.media_type, file.data);
            return (
              <li key={at}>
                {picture === null ? <FileText size={20} aria-hidden /> : <img src={picture} alt="" />}
                <span className="cut">{visible(file.name)}</span>
                <span className="ink3 num">{sizeWords(sizeOfBase64(file.data))}</span>
                <button type="button" className="tool" aria-label={words.remove(visible(file.name))} disabled={disabled} onClick={() => { remove(at); }}><X size={16} aria-hidden /></button>
              </li>
            );
          })}
        </ul>
      )}
      {problem === null ? null : <p className="err attachproblem" role="alert">{problem}</p>}
    </>
  );
}
