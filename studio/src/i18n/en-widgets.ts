import { counted } from "./plural";

/** Words of widgets that show files, changes and progress, or ask for an approval, secrets or a sign-in. */
export const widgetWords = {
  diff: { label: (title: string) => `${title}: changes`, same: "Nothing changed.", skipped: (count: number) => `${counted(count, "line", "lines")} the same`, plus: "new", minus: "removed" },
  attach: {
    add: "Attach files", list: "Attached files", remove: (name: string) => `Leave out ${name}`, drop: "Drop the files to attach them.",
    tooLarge: (name: string, size: string, most: string) => `“${name}” (${size}) does not fit: the files of one message may have ${most} together.`,
    tooMany: (most: number) => `A message takes ${counted(most, "file", "files")} at most.`,
    wrongKind: (name: string) => `“${name}” is of a kind that cannot be sent here.`, unreadable: (name: string) => `“${name}” cannot be read as what its name says.`,
    tooLong: "This message is too long. Send it in parts.",
  },
  image: { larger: (name: string) => `Show ${name} larger`, smaller: (name: string) => `Show ${name} smaller`, foreign: (host: string) => `Image from ${host}`, none: "There is no image.", broken: (alt: string) => `The image “${alt}” cannot be shown.` },
  file: { download: (name: string) => `Download ${name}`, unnamed: "File", gone: "Its content is not kept here." },
  progress: { of: (value: string, max: string) => `${value} of ${max}`, percent: (share: number) => `${String(share)} %`, unknown: "under way" },
  approval: {
    name: (tool: string) => `Approve ${tool}`, approve: "Approve", deny: "Deny", reason: "Reason", needReason: "Say why, so that the run can go on from it.", sureDeny: "Deny with this reason", late: "This question has expired: approving comes too late.",
    tool: "Tool", args: "Arguments", digest: "Digest", policy: "Policy", expires: "Expires", origin: "Asked by", decided: (word: string) => `Decided: ${word}`,
  },
  secrets: {
    name: "Secrets", set: "set", unset: "not set", go: "Go on",
    text: "Their values never pass through a run or this page: put them where the worker finds them, then go on.",
  },
  oauth: {
    name: (provider: string) => `Connect ${provider}`, connect: (provider: string) => `Sign in at ${provider}`, again: "Try again", scopes: "Asks for", host: (host: string) => `Opens ${host} in a window of its own.`,
    waiting: "Waiting for the sign-in in the other window…", late: "Nothing came back within 5 minutes.", refused: (why: string) => `The sign-in was refused: ${why}`, foreign: "Something came back that does not belong to this question.",
    connected: (provider: string) => `Connected to ${provider}.`, failed: "The connection failed.", unsafe: "Its address cannot be opened.", done: "You can close this window.", back: "Signing in",
  },
} as const;
