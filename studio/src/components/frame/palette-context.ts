import { createContext, useContext } from "react";

type PaletteState = { readonly open: boolean; readonly setOpen: (open: boolean) => void };

export const PaletteContext = createContext<PaletteState>({ open: false, setOpen: () => undefined });

/** Opens the palette from anywhere: the shell, Home's button, a key. */
export const usePalette = (): PaletteState => useContext(PaletteContext);
