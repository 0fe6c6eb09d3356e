import type { ComponentType } from "react";
import type { Awaiting, Document, Widget } from "@/api/types";
import type { WidgetState } from "@/model/widget-state";

/** A document drawn by one of its widgets. */
export type DocumentView = {
  readonly document: Document;
  readonly widget: Widget;
  readonly state: WidgetState;
  /** What is awaited for its transitions, the first awaited one first. */
  readonly awaited: readonly Awaiting[];
};

export type DocumentWidget = {
  /** `card`: in a frame with the document's title; `bare`: speaks for itself. */
  readonly frame: "card" | "bare";
  readonly View: ComponentType<DocumentView>;
  /** Draws the form itself when active: the gate docks to it. */
  readonly answers?: boolean;
};
