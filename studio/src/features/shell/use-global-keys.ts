import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { usePalette } from "@/components/frame/palette-context";
import { isTyping, withCommand } from "@/lib/platform";

const SEQUENCE_MS = 1000;

/** ⌘K opens the palette everywhere; `g h`, `g r`, `g i` go to pages and `n` starts a run, unless somebody is typing. */
export function useGlobalKeys(): void {
  const navigate = useNavigate();
  const { open, setOpen } = usePalette();
  const afterG = useRef(0);
  useEffect(() => {
    const go: Readonly<Record<string, () => void>> = {
      h: () => void navigate({ to: "/" }),
      r: () => void navigate({ to: "/runs", search: {} }),
      i: () => void navigate({ to: "/runs", search: { status: "waiting" } }),
    };
    const onKey = (event: KeyboardEvent): void => {
      if (withCommand(event) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen(!open);
        return;
      }
      if (open || withCommand(event) || event.altKey || isTyping(event.target)) return;
      const target = Date.now() - afterG.current < SEQUENCE_MS ? go[event.key] : undefined;
      afterG.current = event.key === "g" ? Date.now() : 0;
      if (target === undefined && event.key !== "n") return;
      event.preventDefault();
      if (target === undefined) setOpen(true);
      else target();
    };
    document.addEventListener("keydown", onKey);
    return () => { document.removeEventListener("keydown", onKey); };
  }, [navigate, open, setOpen]);
}
