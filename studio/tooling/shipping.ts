import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { brokenBudgets } from "./budgets.ts";
import type { Built } from "./budgets.ts";

const PACKABLE = /^assets\/.+\.(js|css|svg)$/;
/** Below this the packed twin saves nothing worth a file. */
const SMALLEST = 512;

const bytesOf = (content: string | Uint8Array): Uint8Array => (typeof content === "string" ? new TextEncoder().encode(content) : content);

const gzip = (content: Uint8Array): Uint8Array => gzipSync(content, { level: 9 });
const brotli = (content: Uint8Array): Uint8Array =>
  brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });

/** Fails a build that has grown over its budgets, and puts `.br` and `.gz` beside the hashed assets for the API to serve. */
export function shipping(): Plugin {
  return {
    name: "loopstack:shipping",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const built: Built[] = Object.values(bundle).map((file) =>
        file.type === "chunk"
          ? { name: file.fileName, size: gzip(bytesOf(file.code)).length, entry: file.isEntry, source: file.facadeModuleId ?? "", imports: file.imports }
          : { name: file.fileName, size: file.fileName.endsWith(".woff2") ? file.source.length : gzip(bytesOf(file.source)).length, entry: false, source: "", imports: [] },
      );
      const broken = brokenBudgets(built);
      if (broken.length > 0) this.error(`The studio is over its budget:\n  ${broken.join("\n  ")}\nLoad the new part on demand, or say in tooling/budgets.ts why the limit moves.`);
    },
    async writeBundle(options, bundle) {
      for (const file of Object.values(bundle)) {
        const content = bytesOf(file.type === "chunk" ? file.code : file.source);
        if (!PACKABLE.test(file.fileName) || content.length < SMALLEST) continue;
        const target = join(options.dir ?? ".", file.fileName);
        await mkdir(dirname(target), { recursive: true });
        await Promise.all([writeFile(`${target}.gz`, gzip(content)), writeFile(`${target}.br`, brotli(content))]);
      }
    },
  };
}
