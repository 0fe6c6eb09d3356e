import { duration } from "@/lib/time";

/** How long a step took; steps of a few milliseconds are told apart. */
export const took = (milliseconds: number): string => (milliseconds < 95 ? `${String(Math.max(1, Math.round(milliseconds)))} ms` : duration(milliseconds / 1_000));
