import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { fakeApi } from "./testing/fake-api-plugin.ts";
import { shipping } from "./tooling/shipping.ts";

const api = process.env["LOOPSTACK_API"] ?? "http://127.0.0.1:8000";

// eslint-disable-next-line import-x/no-default-export -- Vite reads the default export
export default defineConfig(({ mode }) => ({
  // Assets are addressed relative to the page: the API writes its own prefix in when it serves index.html.
  base: "./",
  plugins: mode === "fake" ? [react(), fakeApi()] : [react(), shipping()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../api/loopstack_api/studio",
    emptyOutDir: true,
    target: "es2022",
    // Inlined data: addresses would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: { host: "127.0.0.1", proxy: { "/api": { target: api, changeOrigin: false } } },
  test: { environment: "happy-dom", environmentOptions: { happyDOM: { url: "http://127.0.0.1/" } }, include: ["{src,testing,tooling}/**/*.test.{ts,tsx}"], maxWorkers: 2, isolate: false, testTimeout: 30_000 },
}));
