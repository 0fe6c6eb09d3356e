import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { usePalette } from "@/components/frame/palette-context";
import { isTyping, withCommand } from "@/lib/platform";

const SEQUENCE_MS = 1000;

type ShellKeys = { readonly onHelp: () => void; readonly onRail: () => void };

const busy = (event: KeyboardEvent): boolean =>
  event.defaultPrevented || withCommand(event) || event.altKey || isTyping(event.target) || document.querySelector("[role=dialog], [role=menu]") !== null;

/** ⌘K opens the palette everywhere; `g h`, `g r`, `g w`, `g i`, `g a` go to pages, `n` starts a run, `b` (⌘B) folds the rail and `?` lists the keys, unless somebody is typing. */
export function useGlobalKeys({ onHelp, onRail }: ShellKeys): void {
  const navigate = useNavigate();
  const { open, setOpen } = usePalette();
  const afterG = useRef(0);
  const late = useRef<Readonly<Record<string, () => void>>>({});
  useEffect(() => { late.current = { "?": onHelp, b: onRail }; });
  useEffect(() => {
    const go: Readonly<Record<string, () => void>> = {
      h: () => void navigate({ to: "/" }),
      r: () => void navigate({ to: "/runs", search: {} }),
      w: () => void navigate({ to: "/workspaces" }),
      i: () => void navigate({ to: "/inbox" }),
      a: () => void navigate({ to: "/apps" }),
    };
    const onKey = (event: KeyboardEvent): void => {
      if (withCommand(event) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen(!open);
        return;
      }
      if (withCommand(event) && event.key.toLowerCase() === "b") {
        event.preventDefault();
        late.current["b"]?.();
        return;
      }
      if (open || busy(event)) return;
      const target = Date.now() - afterG.current < SEQUENCE_MS ? go[event.key] : undefined;
      afterG.current = event.key === "g" ? Date.now() : 0;
      if (target === undefined && event.key !== "n") return;
      event.preventDefault();
      if (target === undefined) setOpen(true);
      else target();
    };
    // Pages listen on the document and may have an own meaning for a key: these come after them.
    const onLateKey = (event: KeyboardEvent): void => {
      const action = open || busy(event) ? undefined : late.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    window.addEventListener("keydown", onLateKey);
    return () => {
      document.removeEventListener("keydown", onKey);
      window.removeEventListener("keydown", onLateKey);
    };
  }, [navigate, open, setOpen]);
}
