const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** Milliseconds before reconnect number `failures` (1, 2, …): doubles from 0.5 s to 10 s, spread by ±25 % so that tabs do not return together. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const plain = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(Math.min(LONGEST_MS, plain * (0.75 + random() * 0.5)));
}
