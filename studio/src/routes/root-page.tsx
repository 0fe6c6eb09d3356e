import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { PaletteContext } from "@/components/frame/palette-context";
import { Shell } from "@/features/shell/shell";
import { useHeadingFocus } from "./use-heading-focus";

// Not part of the first load: the palette brings the dialog with it.
const Palette = lazy(async () => ({ default: (await import("@/features/palette/palette")).Palette }));

/** What surrounds every page. */
export function RootPage() {
  const [open, setOpen] = useState(false);
  useHeadingFocus();
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
