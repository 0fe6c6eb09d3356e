import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// Read from disk: the test runner leaves style sheets empty when they are imported.
const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

type Tokens = Readonly<Record<string, string>>;

function tokensIn(block: string): Tokens {
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9A-F]{6})/gi)].map((found) => [found[1] ?? "", found[2] ?? ""]));
}

const block = (start: string): string => {
  const from = css.indexOf(start);
  return css.slice(from, css.indexOf("}", from));
};

const themes: Readonly<Record<string, Tokens>> = { light: tokensIn(block(":root {")), dark: tokensIn(block(':root[data-theme="dark"]')) };

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
}

function ratio(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return (high + 0.05) / (low + 0.05);
}

const statuses = ["pending", "running", "waiting", "paused", "completed", "failed", "canceled"];

describe.each(Object.entries(themes))("the %s theme", (_, tokens) => {
  const of = (name: string): string => tokens[name] ?? "missing";

  it.each(["ink", "ink-2", "ink-3", "accent", ...statuses])("%s can be read on canvas and surface", (name) => {
    expect(ratio(of(name), of("canvas"))).toBeGreaterThanOrEqual(4.5);
    expect(ratio(of(name), of("surface"))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(statuses)("%s can be read on its own wash", (name) => {
    expect(ratio(of(name), of(`${name}-wash`))).toBeGreaterThanOrEqual(4.5);
  });

  it("words on pressed grounds can be read", () => {
    expect(ratio(of("accent-on"), of("accent"))).toBeGreaterThanOrEqual(4.5);
    expect(ratio(of("ink"), of("accent-wash"))).toBeGreaterThanOrEqual(4.5);
    expect(ratio(of("canvas"), of("failed"))).toBeGreaterThanOrEqual(4.5);
    expect(ratio(of("ink-2"), of("pending-wash"))).toBeGreaterThanOrEqual(4.5);
    expect(ratio(of("ink-3"), of("sunk"))).toBeGreaterThanOrEqual(4.5);
  });

  it("edges of controls can be seen", () => {
    expect(ratio(of("edge"), of("canvas"))).toBeGreaterThanOrEqual(3);
    expect(ratio(of("edge"), of("surface"))).toBeGreaterThanOrEqual(3);
  });
});

it("the system's dark theme is the chosen one", () => {
  expect(tokensIn(block(':root:not([data-theme="light"])'))).toEqual(themes["dark"]);
});
