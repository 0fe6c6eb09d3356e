import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { configure, render } from "@testing-library/react";
import { vi } from "vitest";
import { streamGate } from "../src/api/stream-gate";
import { LiveSession } from "../src/live/live-session";
import { LiveContext } from "../src/live/use-live";
import { router } from "../src/routes/router";
import { answer } from "./fake-api.ts";

// Busy machines are slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

export type Sent = { readonly method: string; readonly path: string; readonly body: unknown; readonly key: string | null };

/** The whole studio at an address, on the fake API; `sent` collects what it asked for. */
export async function renderApp(address: string): Promise<{ readonly sent: readonly Sent[] }> {
  const sent: Sent[] = [];
  streamGate.open();
  vi.stubGlobal("fetch", async (input: Request | string): Promise<Response> => {
    // The stream never opens in these tests: what comes over it has tests of its own.
    if (typeof input === "string") return new Promise(() => undefined);
    const url = new URL(input.url);
    const text = await input.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    sent.push({ method: input.method, path: url.pathname, body, key: input.headers.get("Idempotency-Key") });
    const reply = answer(input.method, url, body);
    return new Response(JSON.stringify(reply.body), { status: reply.status, headers: { "content-type": reply.status < 400 ? "application/json" : "application/problem+json" } });
  });
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  render(
    <QueryClientProvider client={queries}>
      <LiveContext value={new LiveSession(queries)}><RouterProvider router={router} /></LiveContext>
    </QueryClientProvider>,
  );
  router.history.push(address);
  await router.load();
  return { sent };
}
