import type { ReactNode } from "react";

/** The column beside the feed; over the feed's right half below 1200 px, absent on phones (use a sheet there). */
export function SidePanel({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return <aside className="panel" aria-label={label}>{children}</aside>;
}
