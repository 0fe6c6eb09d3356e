import { useEffect } from "react";
import { en } from "@/i18n/en";

const MOST = 99;

/** The gate of the logo with the count on an amber disc; a picture, so its colours stand here. */
function badge(waiting: number): string {
  const count = waiting > MOST ? `${String(MOST)}+` : String(waiting);
  const text = `<text x="12.5" y="15.6" text-anchor="middle" font-family="system-ui,sans-serif" font-weight="700" font-size="${count.length > 1 ? "8" : "11"}" fill="#fff">${count}</text>`;
  const gate = `<path fill="none" stroke="#0B8C8C" stroke-width="2.2" d="M7 0v6.3M12.4 7.2A5.5 5.5 0 1 0 12.4 16"/>`;
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 22 22">${gate}<circle cx="12.5" cy="11.6" r="7.5" fill="#8A4B00"/>${text}</svg>`)}`;
}

/** The number of open questions in the tab's title and on its icon. */
export function useTitle(waiting: number): void {
  useEffect(() => {
    document.title = waiting > 0 ? `(${String(waiting)}) ${en.app.name}` : en.app.name;
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (icon === null || waiting === 0) return undefined;
    const plain = icon.href;
    icon.href = badge(waiting);
    return () => { icon.href = plain; };
  }, [waiting]);
}
