import { useState } from "react";
import { storage } from "@/lib/storage";

const KEY = "loopstack.panel";
const [LEAST, MOST, STEP, USUAL] = [360, 720, 48, 408];

const clamp = (width: number): number => Math.min(MOST, Math.max(LEAST, width));

/** Width of the panel in pixels, remembered in this browser. */
export function usePanelWidth(): { readonly width: number; readonly wider: () => void; readonly narrower: () => void } {
  const [width, setWidth] = useState(() => clamp(Number(storage.read(KEY) ?? USUAL) || USUAL));
  const by = (step: number) => (): void => {
    const next = clamp(width + step);
    setWidth(next);
    storage.write(KEY, String(next));
  };
  return { width, wider: by(STEP), narrower: by(-STEP) };
}
