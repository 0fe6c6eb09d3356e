import { useEffect, useState } from "react";
import { en } from "@/i18n/en";
import { Button } from "./button";
import type { ButtonVariant } from "./button";

type CopyProps = { readonly text: string; readonly label?: string; readonly variant?: ButtonVariant; readonly small?: boolean };

/** Copies text and says so for two seconds. */
export function CopyButton({ text, label = en.copy.copy, variant = "ghost", small = false }: CopyProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => { setCopied(false); }, 2000);
    return () => { clearTimeout(timer); };
  }, [copied]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(() => { setCopied(true); }, () => undefined);
  };
  return <Button variant={variant} small={small} onClick={copy}><span aria-live="polite">{copied ? en.copy.copied : label}</span></Button>;
}
