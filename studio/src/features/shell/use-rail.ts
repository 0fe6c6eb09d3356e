import { useState, useSyncExternalStore } from "react";
import { storage } from "@/lib/storage";

const KEY = "loopstack.rail";
const SMALL = "(max-width: 1200px)";

const watchWidth = (changed: () => void): (() => void) => {
  const query = window.matchMedia(SMALL);
  query.addEventListener("change", changed);
  return () => { query.removeEventListener("change", changed); };
};

/** Whether the rail is folded to its icons: by choice, which is remembered, and always where room is short. */
export function useRail(): { readonly folded: boolean; readonly toggle: () => void } {
  const small = useSyncExternalStore(watchWidth, () => window.matchMedia(SMALL).matches);
  const [chosen, setChosen] = useState(() => storage.read(KEY) === "folded");
  const toggle = (): void => {
    setChosen(!chosen);
    storage.write(KEY, chosen ? undefined : "folded");
  };
  return { folded: small || chosen, toggle };
}
