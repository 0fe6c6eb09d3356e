import { toBase64 } from "@/lib/base64";
import type { Attachment } from "./intake";

/** Bytes that the files of one message may have together: in base64, with the text, they fit into a payload of 512 KiB. */
export const FILES_LIMIT = 375_000;

/** Why a file cannot come along. */
export type Unfit = "too_large" | "wrong_kind" | "unreadable";

/** Longest side of a picture in pixels that models make use of; smaller ones are tried when it still takes too much. */
const SIDES = [1_568, 1_120, 800] as const;
const QUALITY = 0.82;

const BY_ENDING: Readonly<Record<string, string>> = { md: "text/markdown", markdown: "text/markdown", csv: "text/csv" };

/** The kind a file travels as, or null. Browsers know few kinds of text: whatever is no other kind may be plain text. */
export function kindOf(file: Pick<File, "name" | "type">, types: readonly string[]): string | null {
  if (types.includes(file.type)) return file.type;
  const named = BY_ENDING[file.name.split(".").at(-1)?.toLowerCase() ?? ""];
  if (named !== undefined && types.includes(named)) return named;
  const text = file.type === "" || file.type.startsWith("text/") || /[/+](json|xml|yaml|javascript|toml)$/.test(file.type) || file.type.startsWith("application/x-");
  return text && types.includes("text/plain") ? "text/plain" : null;
}

function isText(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder("utf-8", { fatal: true }).decode(bytes).includes("\u0000");
  } catch {
    return false;
  }
}

const isPdf = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(0, 5)) === "%PDF-";

/** A file as an attachment of at most `room` bytes; pictures that take more are made smaller. */
export async function readFile(file: File, types: readonly string[], room: number): Promise<Attachment | Unfit> {
  const kind = kindOf(file, types);
  if (kind === null) return "wrong_kind";
  if (kind.startsWith("image/")) return readPicture(file, kind, room);
  if (file.size > room) return "too_large";
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.length === 0 || !(kind === "application/pdf" ? isPdf(bytes) : isText(bytes))) return "unreadable";
  return { name: file.name, media_type: kind, data: toBase64(bytes) };
}

async function readPicture(file: File, kind: string, room: number): Promise<Attachment | Unfit> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return "unreadable";
  }
  try {
    if (file.size <= room) return { name: file.name, media_type: kind, data: toBase64(new Uint8Array(await file.arrayBuffer())) };
    for (const side of SIDES) {
      const smaller = await drawn(bitmap, side);
      if (smaller !== null && smaller.size <= room) {
        const name = `${file.name.replace(/\.[^.]*$/, "")}.jpg`;
        return { name, media_type: "image/jpeg", data: toBase64(new Uint8Array(await smaller.arrayBuffer())) };
      }
    }
    return "too_large";
  } finally {
    bitmap.close();
  }
}

async function drawn(bitmap: ImageBitmap, side: number): Promise<Blob | null> {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale))];
  const context = canvas.getContext("2d");
  if (context === null) return null;
  // A JPEG has no transparency: what shines through becomes white, not black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
}
