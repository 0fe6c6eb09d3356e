import { createContext, use, type ReactNode } from "react";

/** Draws an answered call as its tool says; null for tools that leave it to the card. */
export type DrawCall = (tool: string, args: unknown, result: string) => ReactNode;

/** How the tools of the run on this page want their calls drawn. */
export const ToolDrawingContext = createContext<DrawCall>(() => null);

export const useToolDrawing = (): DrawCall => use(ToolDrawingContext);
