import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Case, makeRows } from "./cases.js";
import { BACKENDS, engines } from "./engines.js";
import { on } from "./on.js";

// A measure of a pair does not depend on the sums of its rows: q times a number that rounds nothing has the exact values of q. Of the rows
// in one pass the sums come out beside the result, which must not show it.

const NAMES = [
  "hellingerDistance",
  "bhattacharyyaDistance",
  "totalVariationDistance",
  "pearsonChiSquared",
  "neymanChiSquared",
] as const;
type Exact = Record<(typeof NAMES)[number], string>;

const read = (name: string): (Case & Partial<Exact>)[] =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8")).probabilities;
const powers = read("powerDivergences");
/** Both fixtures have the same cases. */
const cases = read("renyi").map((it, i) => ({ ...powers[i], ...it }) as Case & Exact);

/** Factors of q: near 1, on both sides of every limit of a sum, and far from it. A power of 2 leaves f32 as it is. */
const FACTORS = [
  1 + 2 ** -24,
  1 + 2 ** -20,
  1 + 2 ** -12,
  1.5,
  3,
  7,
  1 / 8,
  32,
  2 ** -9,
  1024,
  2 ** 13,
  2 ** -45,
  2 ** 80,
];

const normalize = { normalize: true };

describe.each(BACKENDS)("%s", (backend) => {
  const f = on(engines[backend]);

  test.each(
    cases
      .filter(({ type, mismatch, scale = 1 }) => type === "f32" && mismatch === 0 && scale === 1)
      .map((it) => [`${it.shape} of ${it.n}, ${it.eps}`, it] as const),
  )("%s", (_, it) => {
    const { p, q } = makeRows(it);
    for (const factor of FACTORS) {
      const isPower = Math.log2(factor) % 1 === 0;
      // the product of an f32 and a short number is one of f64
      const pairs = [[Float64Array.from(p), Float64Array.from(q, (x) => x * factor)]];
      if (isPower && factor > 2 ** -20 && factor < 2 ** 20) pairs.push([p, q.map((x) => x * factor)] as never);
      for (const [x, y] of pairs) {
        const bound = x instanceof Float32Array ? 1e-9 : 1e-11;
        for (const name of NAMES) {
          const exact = Number(it[name]);
          const result = f[name](x, y, normalize);
          const message = `${name} is ${result}, exactly ${exact}, of ${x.constructor.name} and q times ${factor}`;
          if (exact === Infinity) expect(result, message).toBe(Infinity);
          else expect(Math.abs(result - exact), message).toBeLessThanOrEqual(exact < 1e-9 ? 1e-15 : bound * exact);
          const rows = f[name].rows(x, y, { ...normalize, rowLength: x.length });
          expect(rows, message).toEqual(Float64Array.of(result));
        }
        for (const name of NAMES.slice(0, 3)) expect(f[name](y, x, normalize)).toBe(f[name](x, y, normalize));
      }
    }
  });

  test("rows of the same distribution", () => {
    for (const { p } of cases.slice(0, 40).map(makeRows)) {
      for (const factor of FACTORS) {
        const q = Float64Array.from(p, (x) => x * factor);
        for (const name of NAMES) {
          const result = f[name](Float64Array.from(p), q, normalize);
          expect(result, `${name} of q times ${factor}`).toBeLessThan(1e-15);
          expect(result).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });
});
