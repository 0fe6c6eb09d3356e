import type { en } from "@/i18n/en";

/** The seven states of a run; each has a shape, a word and a colour. */
export type Status = keyof typeof en.status;

/** Who a waiting run waits for: a person now (amber, dot), the engine (ink), or a person later (dot, ink). */
export type Gate = "person" | "engine" | "plan";
