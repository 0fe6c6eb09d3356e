import { storage } from "./storage";

export type Theme = "light" | "dark" | "system";

const KEY = "loopstack.theme";
const order: readonly Theme[] = ["system", "light", "dark"];

export function readTheme(): Theme {
  const stored = storage.read(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export const nextTheme = (theme: Theme): Theme => order[(order.indexOf(theme) + 1) % order.length] ?? "system";

/** Shows and remembers the choice; "system" leaves it to the media query in tokens.css. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  storage.write(KEY, theme === "system" ? undefined : theme);
}
