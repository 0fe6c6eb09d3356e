/** A random key for `Idempotency-Key`. `crypto.randomUUID` exists only on secure origins; a plain LAN address is none. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
