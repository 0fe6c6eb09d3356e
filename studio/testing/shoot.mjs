// Pictures of the built studio on fixtures: `npm run build && npm run shoot -- <folder> [page …]`.
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";
import { preview } from "vite";

const [folder = "shots", ...wanted] = process.argv.slice(2);
const pages = { home: "/", runs: "/runs", start: "/start/meeting_notes", run: "/runs/run-58", lost: "/nowhere", palette: "/" };
const sizes = [[1440, 900], [390, 844], [1024, 768]];

await mkdir(folder, { recursive: true });
const server = await preview({ mode: "fake", base: "/", preview: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
const address = server.httpServer.address();
const origin = `http://127.0.0.1:${address.port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
try {
  for (const [name, path] of Object.entries(pages)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const [width, height] of sizes) {
      for (const colorScheme of width === 1024 ? ["light"] : ["light", "dark"]) {
        const page = await browser.newPage({ viewport: { width, height }, colorScheme });
        page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") console.log(name, width, message.text()); });
        page.on("pageerror", (error) => console.log(name, width, String(error)));
        await page.goto(origin + path);
        await page.locator("h1").first().waitFor({ timeout: 3000 }).catch(() => console.log(name, width, "no heading"));
        await page.evaluate(() => document.fonts.ready);
        if (name === "palette") { await page.keyboard.press("Control+k"); await page.keyboard.type("not"); }
        await page.waitForTimeout(500);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        if (wide) console.log(name, width, "scrolls sideways");
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` });
        await page.close();
      }
    }
  }
} finally {
  await browser.close();
  await new Promise((resolve) => server.httpServer.close(resolve));
}
process.exit(0);
