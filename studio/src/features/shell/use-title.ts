import { useEffect } from "react";
import { en } from "@/i18n/en";

/** The number of open questions in the tab's title. */
export function useTitle(waiting: number): void {
  useEffect(() => {
    document.title = waiting > 0 ? `(${String(waiting)}) ${en.app.name}` : en.app.name;
  }, [waiting]);
}
