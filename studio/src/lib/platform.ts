const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The key that goes with Enter and K: "⌘" or "Ctrl+". */
export const commandKey = isApple ? "⌘" : "Ctrl ";

type KeyLike = { readonly metaKey: boolean; readonly ctrlKey: boolean };

export const withCommand = (event: KeyLike): boolean => event.metaKey || event.ctrlKey;

/** Whether a key press belongs to a field and must not trigger a shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}
