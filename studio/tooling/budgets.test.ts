import { expect, it } from "vitest";
import { brokenBudgets } from "./budgets";
import type { Built } from "./budgets";

const file = (name: string, size: number, more: Partial<Built> = {}): Built => ({ name, size, entry: false, source: "", imports: [], ...more });

const house = (sizes: { readonly entry?: number; readonly shared?: number; readonly run?: number; readonly palette?: number; readonly css?: number } = {}): readonly Built[] => [
  file("assets/index.js", sizes.entry ?? 80_000, { entry: true, imports: ["assets/shared.js"] }),
  file("assets/shared.js", sizes.shared ?? 20_000),
  file("assets/run-route.js", sizes.run ?? 60_000, { source: "/x/src/routes/run-route.tsx", imports: ["assets/shared.js", "assets/index.js"] }),
  file("assets/palette.js", sizes.palette ?? 900_000),
  file("assets/index.css", sizes.css ?? 8_000),
  file("assets/next.woff2", 34_000),
];

it("a build inside its budgets has nothing to say; what loads on demand does not count", () => {
  expect(brokenBudgets(house())).toEqual([]);
});

it("what the entry imports counts, once", () => {
  expect(brokenBudgets(house({ shared: 59_000 }))).toEqual([]);
  expect(brokenBudgets(house({ shared: 61_000 }))).toEqual(["the shell's scripts: 141.0 kB of at most 140.0 kB (assets/index.js 80.0 kB, assets/shared.js 61.0 kB)"]);
});

it("the run page counts with the shell before it", () => {
  expect(brokenBudgets(house({ run: 151_000 }))[0]).toMatch(/^the scripts of the run page's first load: 251\.0 kB of at most 250\.0 kB \(assets\/run-route\.js/);
  expect(brokenBudgets(house({ css: 30_001 }))).toHaveLength(1);
});

it("a budget that finds nothing to measure is broken, not passed", () => {
  expect(brokenBudgets([])).toHaveLength(4);
});
