import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** After a page change the reader stands at the new heading, unless the page has put the cursor somewhere itself. */
export function useHeadingFocus(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onResolved", ({ pathChanged, fromLocation }) => {
        if (!pathChanged || fromLocation === undefined) return;
        requestAnimationFrame(() => {
          const main = document.querySelector("main");
          if (main !== null && !main.contains(document.activeElement)) main.querySelector<HTMLElement>("h1[tabindex]")?.focus({ preventScroll: true });
        });
      }),
    [router],
  );
}
