import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import * as evidence from "../../src/evidence/index.js";

// What the docstrings of logratio/evidence show is run, and so is examples/twoCoins.ts, over the sources.

const folder = new URL("../../src/evidence/", import.meta.url);
const examples = readdirSync(folder).flatMap((file) =>
  [...readFileSync(new URL(file, folder), "utf8").matchAll(/@example\n \* (.*); \/\/ (.*)\n/g)].map(
    ([, expression, shown]) => [expression, shown] as const,
  ),
);

describe("docstrings", () => {
  test("every function has an example", () => {
    for (const name of Object.keys(evidence)) {
      expect(examples.some(([expression]) => expression.startsWith(`${name}(`))).toBe(true);
    }
  });

  test.each(examples)("%s; // %s", (expression, shown) => {
    const run = new Function(...Object.keys(evidence), `return ${expression};`);
    const value = run(...Object.values(evidence));
    expect(inspect(value).replace(/^Float64Array\(\d+\)/, "Float64Array")).toBe(
      shown.replaceAll('"', "'").replace(/\[(.*)\]/, "[ $1 ]"),
    );
  });
});

test("two coins", async () => {
  vi.doMock("../../dist/index.js", () => import("../../src/index.js"));
  vi.doMock("../../dist/evidence/index.js", () => import("../../src/evidence/index.js"));
  const { tossCoins } = await import("../../examples/twoCoins.js");
  const lines: string[] = [];
  tossCoins({ tosses: 10_000, repetitions: 1000, seed: 1 }, (line) => lines.push(line));
  const text = lines.join("\n");
  expect(text).toContain("KL(P‖Q) = 0.020136 nats per toss");

  const rows = [...text.matchAll(/^ +([\d,]+) +(-?[\d.]+) +([\d.]+) +([\d.]+) +(-?[\d.]+)$/gm)];
  const table = rows.map((row) => row.slice(1).map((x) => Number(x.replace(",", ""))));
  expect(table.map(([n]) => n)).toEqual([10, 100, 1000, 10_000]);
  for (const [n, mean, error, expected, deviations] of table) {
    expect(expected * Math.sqrt(n)).toBeCloseTo(0.198637, 3);
    expect(Math.abs(deviations)).toBeLessThan(4);
    expect((mean - 0.020136) / expected).toBeCloseTo(deviations, 1);
    if (n >= 1000) expect(error / expected).toBeCloseTo(1, 1);
  }

  const [within, rms, size, taken, right] = [
    /([\d.]+) % have KL within/,
    /mean − KL is ([\d.]+) σ/,
    /(\d+) on average by Wald/,
    /(\d+) here/,
    /([\d.]+) % of the decisions right/,
  ].map((pattern) => Number(text.match(pattern)?.[1]));
  // to four standard errors
  expect(Math.abs(within - 95)).toBeLessThan(100 * 4 * Math.sqrt((0.95 * 0.05) / 1000));
  expect(Math.abs(rms - 1)).toBeLessThan(4 / Math.sqrt(2 * 1000));
  expect(size).toBe(224);
  expect(Math.abs(taken / size - 1)).toBeLessThan(0.15);
  expect(right).toBeGreaterThan(99 - 100 * 4 * Math.sqrt((0.01 * 0.99) / 1000));
});
