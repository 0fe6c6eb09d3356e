import type { ReactNode } from "react";

/** A blank page is a bug: what is missing, in one sentence, and what to do about it. */
export function EmptyState({ say, children }: { readonly say: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="say">{say}</p>
      {children}
    </div>
  );
}
