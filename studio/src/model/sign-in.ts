/** What the return page of a sign-in tells the page that opened it. */
export type SignInAnswer = { readonly state: string; readonly code: string | null; readonly error: string | null };

/**
 * Only pages of this origin hear this channel, whatever window they are in: a provider's page in between cannot, and
 * severing the opener does not matter.
 */
export const SIGN_IN_CHANNEL = "loopstack-sign-in";

/** How long an answer is waited for, in milliseconds. */
export const SIGN_IN_LIMIT = 5 * 60_000;

/** The answer a provider has put into the address of the return page. */
export function readReturn(search: string): SignInAnswer {
  const given = new URLSearchParams(search);
  return { state: given.get("state") ?? "", code: given.get("code"), error: given.get("error_description") ?? given.get("error") };
}

const isText = (value: unknown): value is string | null => value === null || typeof value === "string";

/** What was heard on the channel, or null if it is no answer. */
export function readHeard(data: unknown): SignInAnswer | null {
  if (typeof data !== "object" || data === null || !("state" in data) || !("code" in data) || !("error" in data)) return null;
  const { state, code, error } = data;
  return typeof state === "string" && isText(code) && isText(error) ? { state, code, error } : null;
}
