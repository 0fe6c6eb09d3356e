import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Connect, Plugin } from "vite";
import { serve } from "./fake-api.ts";

const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types loopstack";

const api: Connect.NextHandleFunction = (request, response, next) => {
  if (request.url?.startsWith("/api/") !== true) next();
  else serve(request, response).catch(next);
};

/** `vite --mode fake`: the studio on fixtures, without a server beside it; the built studio under the real policy. */
export const fakeApi = (): Plugin => ({
  name: "fake-api",
  configureServer: (server) => { server.middlewares.use(api); },
  configurePreviewServer: (server) => {
    server.middlewares.use((_, response, next) => {
      response.setHeader("content-security-policy", POLICY);
      next();
    });
    server.middlewares.use(api);
    // Like the API: the page under every address, its relative addresses made absolute.
    server.middlewares.use((request, response, next) => {
      if (request.headers.accept?.includes("text/html") !== true) {
        next();
        return;
      }
      readFile(join(server.config.root, server.config.build.outDir, "index.html"), "utf8").then((page) => {
        response.setHeader("content-type", "text/html");
        response.end(page.replaceAll('="./', '="/'));
      }, next);
    });
  },
});
