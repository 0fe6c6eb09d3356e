import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { PaletteContext } from "@/components/frame/palette-context";
import { Shell } from "@/features/shell/shell";
import { useHeadingFocus } from "./use-heading-focus";

// Not part of the first load: the palette brings the dialog with it. Fetched when the page has settled, so that the first ⌘K is as fast as the second.
const loadPalette = async () => ({ default: (await import("@/features/palette/palette")).Palette });
const Palette = lazy(loadPalette);
const SETTLED_MS = 1500;

/** What surrounds every page. */
export function RootPage() {
  const [open, setOpen] = useState(false);
  useHeadingFocus();
  useEffect(() => {
    // Without a connection nothing is lost: it is fetched again when it is asked for.
    const timer = setTimeout(() => { loadPalette().catch(() => undefined); }, SETTLED_MS);
    return () => { clearTimeout(timer); };
  }, []);
  const [asked, setAsked] = useState(false);
  if (open && !asked) setAsked(true);
  const palette = useMemo(() => ({ open, setOpen }), [open]);
  return (
    <PaletteContext value={palette}>
      <Shell><Outlet /></Shell>
      {asked ? <Suspense><Palette /></Suspense> : null}
    </PaletteContext>
  );
}
