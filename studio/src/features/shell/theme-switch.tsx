import { useState } from "react";
import { en } from "@/i18n/en";
import { applyTheme, nextTheme, readTheme } from "@/lib/theme";
import { HalfIcon, MoonIcon, SunIcon } from "./icons";

const icons = { light: SunIcon, dark: MoonIcon, system: HalfIcon } as const;

/** Light, dark, or as the system; each press is the next one. */
export function ThemeSwitch({ name }: { readonly name: string | undefined }) {
  const [theme, setTheme] = useState(readTheme);
  const next = nextTheme(theme);
  const Icon = icons[theme];
  const change = (): void => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <div className="row">
      <button type="button" className="bare" aria-label={en.theme.switchTo(en.theme[next])} title={en.theme.switchTo(en.theme[next])} onClick={change}><Icon /></button>
      <span className="cut">{name ?? en.theme[theme]}</span>
    </div>
  );
}
