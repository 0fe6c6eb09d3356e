import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { mayHelp } from "@/api/problem";
import { applyTheme, readTheme } from "@/lib/theme";
import { LiveSession } from "@/live/live-session";
import { LiveContext } from "@/live/use-live";
import { router } from "@/routes/router";
import "@/styles/index.css";

applyTheme(readTheme());

const queries = new QueryClient({
  defaultOptions: {
    // Events make data stale, not time.
    queries: { staleTime: Infinity, refetchOnWindowFocus: false, retry: (count, error) => count < 2 && mayHelp(error), networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});

const live = new LiveSession(queries);
live.start();

const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider {...(nonce === undefined ? {} : { nonce })}>
        <QueryClientProvider client={queries}>
          <LiveContext value={live}>
            <RouterProvider router={router} />
          </LiveContext>
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  );
}
