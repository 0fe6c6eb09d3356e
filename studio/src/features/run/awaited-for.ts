import type { Awaiting } from "@/api/types";

/** What is awaited for a widget, in the order in which the widget names it. */
export const awaitedFor = (names: readonly string[], awaiting: readonly Awaiting[]): readonly Awaiting[] =>
  names.flatMap((name) => awaiting.find((item) => item.transition === name) ?? []);
