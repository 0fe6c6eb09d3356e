import createClient from "openapi-fetch";
import { newKey } from "@/lib/new-key";
import { prefix } from "@/lib/prefix";
import { offline, problemFrom } from "./problem";
import type { paths } from "./schema";
import { streamGate } from "./stream-gate";

export const IDEMPOTENCY_KEY = "Idempotency-Key";

export const baseUrl = prefix.replace(/\/$/, "");

/** The one typed client. Failures are thrown by `told`, never looked at by components. */
export const client = createClient<paths>({ baseUrl, fetch: (request) => fetch(request) });

client.use({
  async onRequest({ request }) {
    if (request.method === "GET") await streamGate.wait();
    // A caller that retries by itself brings its own key and keeps it.
    if (request.method === "POST" && !request.headers.has(IDEMPOTENCY_KEY)) request.headers.set(IDEMPOTENCY_KEY, newKey());
    return request;
  },
  onError: ({ error }) => offline(error),
});

type Reply<T> = { readonly data?: T; readonly error?: unknown; readonly response: Response };

/** The data of a reply; what was refused is thrown as a `Problem`. */
export async function told<T>(call: Promise<Reply<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (data === undefined || data === null) throw problemFrom(error, response);
  return data;
}
