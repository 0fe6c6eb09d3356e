const FIRST_MS = 500;
/** Pause during the first half minute: a server that restarts is found again within two seconds. */
const NEAR_MS = 1_500;
const NEAR_TRIES = 20;
const LONGEST_MS = 10_000;

/**
 * Milliseconds before reconnect number `failures` (1, 2, …): 0.5 s, 1 s, then 1.5 s for half a minute, then doubling to 10 s;
 * spread by ±25 % so that tabs do not return together.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  const near = Math.min(NEAR_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  const plain = failures <= NEAR_TRIES ? near : NEAR_MS * 2 ** Math.min(8, failures - NEAR_TRIES);
  return Math.round(Math.min(LONGEST_MS, plain * (0.75 + random() * 0.5)));
}
