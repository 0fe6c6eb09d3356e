/** "waiting_for_approval" and "waitingForApproval" → "Waiting for approval"; text with spaces stays as it is. */
export function humanise(name: string): string {
  if (/\s/.test(name)) return name;
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ").trim();
  if (words === "") return name;
  const calm = /^[A-Z0-9 ]+$/.test(words) ? words : words.toLowerCase();
  return calm.charAt(0).toUpperCase() + calm.slice(1);
}

// Direction changers and other invisible characters can make a title read as something else: they are shown as their code.
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Makes control and direction-changing characters visible. */
export function visible(text: string): string {
  return text.replace(invisible, (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

const UNITS = ["B", "KB", "MB", "GB"] as const;

/** "1.2 MB" */
export function sizeWords(bytes: number): string {
  const at = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1_000 ** at;
  return `${String(at === 0 || amount >= 10 ? Math.round(amount) : Math.round(amount * 10) / 10)} ${UNITS[at] ?? "B"}`;
}
