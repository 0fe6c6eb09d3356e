import { useEffect, useRef } from "react";
import { isTyping, withCommand } from "@/lib/platform";

/** Actions by key. None fires while somebody types or a dialog is open. */
export function useRunKeys(actions: Readonly<Record<string, () => void>>): void {
  const latest = useRef(actions);
  useEffect(() => { latest.current = actions; });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (withCommand(event) || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog], [role=menu]") !== null) return;
      const action = latest.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => { document.removeEventListener("keydown", onKey); };
  }, []);
}

/** Puts the cursor into the first field or button that answers. */
export function jumpToAnswer(): boolean {
  const form = document.querySelector<HTMLElement>("[data-answer]");
  if (form === null) return false;
  form.scrollIntoView({ block: "nearest" });
  const field = form.querySelector<HTMLElement>("input:not([type=hidden]):not(:disabled), textarea:not([readonly]), select:not(:disabled)") ?? form.querySelector<HTMLElement>("button:not([aria-disabled=true])");
  field?.focus();
  return true;
}
