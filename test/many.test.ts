import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Vector } from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { on } from "./on.js";

// Divergences of several distributions with weights, against 50 digits (scripts/makeManyReferences.py). Relative errors: 4e-15 or 1e-15·√n of
// n > 16 distributions, of values >= 1e-12, where the sums agree to 1e-6, also of f32; else 1e-11 of values >= 1e-9. From logits 1e-11.

interface Made {
  type: "f32" | "f64";
  count: number;
  n: number;
  eps: number | null;
  zeros: boolean;
  scales: number[];
  weights: number[];
  seed: number;
  exact: string[];
}

const fixture = JSON.parse(readFileSync(new URL("fixtures/many.json", import.meta.url), "utf8"), (_, value) =>
  value === "-Infinity" ? -Infinity : value,
) as {
  alphas: number[];
  made: Made[];
  edges: { rows: number[][]; weights: number[]; exact: string[] }[];
  logits: { rows: number[][]; temperature: number; exact: string[] }[];
};
const normalize = { normalize: true };
const JS = fixture.alphas.indexOf(1);

const mixed = (k: number) => ((k % 9973) * (k % 9967) + 7919 * (k % 9949)) % 10007;

/** Row i, as scripts/makeManyReferences.py has it. */
function rowOf({ type, n, eps, zeros, scales, seed }: Made, i: number): Float32Array | Float64Array {
  const row = Array.from({ length: n }, (_, j) => {
    if (zeros && mixed(13 * j + 7 * i) % 10 < 3) return 0;
    const own = mixed(31 * j + 1009 * i + 3 * seed);
    if (eps !== null) return ((mixed(j + 17 * seed) + 1) / 10008) * (1 + eps * (own / 10007 - 0.5));
    const x = (own + 1) / 10008;
    return x * x * x;
  });
  const total = row.reduce((sum, x) => sum + x, 0);
  const scaled = row.map((x) => (x / total) * scales[i % scales.length]);
  return type === "f32" ? Float32Array.from(scaled) : Float64Array.from(scaled);
}

const rowsOf = (it: Made) => Array.from({ length: it.count }, (_, i) => rowOf(it, i));

describe.each(BACKENDS)("%s", (backend) => {
  const f = on(engines[backend]);

  function expectNear(what: string, result: number, exact: number, bound: number, least: number): void {
    const message = `${what} is ${result}, exactly ${exact}`;
    expect(result, message).toBeGreaterThanOrEqual(0);
    const error = exact >= least ? bound * exact : 1e-15;
    expect(Math.abs(result - exact), message).toBeLessThanOrEqual(error);
  }

  test.each(
    fixture.made.map(
      (it) => [`${it.type}: ${it.count} of ${it.n}, ${it.eps}, ${it.weights}, ${it.scales}`, it] as const,
    ),
  )("%s", (_, it) => {
    const rows = rowsOf(it);
    const agree = it.scales.length === 1;
    const bound = agree ? Math.max(4e-15, 1e-15 * Math.sqrt(it.count)) : 1e-11;
    const js = f.jsDivergence.of(rows, { weights: it.weights, ...normalize });
    expectNear("JS", js, Number(it.exact[JS]), bound, agree ? 1e-12 : 1e-9);
    fixture.alphas.forEach((alpha, i) => {
      const result = f.jensenRenyiDivergence.of(rows, alpha, { weights: it.weights, ...normalize });
      expectNear(`of ${alpha}`, result, Number(it.exact[i]), agree ? 1e-14 : 1e-11, agree ? 1e-12 : 1e-9);
    });
  });

  test.each(fixture.edges.map((it) => [JSON.stringify(it.rows), it] as const))("%s", (_, it) => {
    const js = f.jsDivergence.of(it.rows, { weights: it.weights, ...normalize });
    expectNear("JS", js, Number(it.exact[JS]), 4e-15, 1e-25);
    fixture.alphas.forEach((alpha, i) => {
      const result = f.jensenRenyiDivergence.of(it.rows, alpha, { weights: it.weights, ...normalize });
      // powers of 1e-300 have an error of 1e-16·690
      expectNear(`of ${alpha}`, result, Number(it.exact[i]), 1e-13, 1e-25);
    });
  });

  test.each(fixture.logits.map((it) => [`${it.temperature}, ${it.exact[JS]}`, it] as const))(
    "logits at temperature %s",
    (_, { rows, temperature, exact }) => {
      const options = { input: "logits", temperature } as const;
      expectNear("JS", f.jsDivergence.of(rows, options), Number(exact[JS]), 1e-11, 1e-9);
      fixture.alphas.forEach((alpha, i) => {
        const result = f.jensenRenyiDivergence.of(rows, alpha, options);
        expectNear(`of ${alpha}`, result, Number(exact[i]), 1e-11, 1e-9);
      });
    },
  );

  test("the Jensen–Rényi divergence of a pair and of rows is that of many, and 0 of equal ones", () => {
    const rows = [
      [0.5, 0.25, 0.25, 0],
      [0.1, 0, 0.8, 0.1],
      [0.5, 0.25, 0.25, 0],
    ];
    for (const alpha of fixture.alphas) {
      const of = f.jensenRenyiDivergence.of(rows.slice(0, 2), alpha);
      expect(f.jensenRenyiDivergence(rows[0], rows[1], alpha)).toBe(of);
      expect(f.jensenRenyiDivergence.rows(rows, rows[1], alpha)).toEqual(Float64Array.of(of, 0, of));
      expect(f.jensenRenyiDivergence.of([rows[0], rows[2]], alpha, { weights: [3, 1], base: 2 })).toBe(0);
    }
    expect(f.jensenRenyiDivergence(rows[0], rows[1], 1)).toBe(f.jsDivergence.of(rows.slice(0, 2)));
    // what is below the smallest normal number counts as 0
    expect(f.jensenRenyiDivergence([1, 1e-310], [0.5, 0.5], 0)).toBe(f.jensenRenyiDivergence([1, 0], [0.5, 0.5], 0));
    for (const alpha of [-0.1, 1.1, Number.NaN]) {
      const demand = `alpha is ${alpha}; it must be a number from 0 to 1`;
      expect(() => f.jensenRenyiDivergence.of(rows, alpha)).toThrow(`jensenRenyiDivergence.of: ${demand}`);
      expect(() => f.jensenRenyiDivergence(rows[0], rows[1], alpha)).toThrow(`jensenRenyiDivergence: ${demand}`);
    }
    expect(() => f.jensenRenyiDivergence.of(rows, undefined as never)).toThrow(TypeError);
  });

  test("of two it is that of a pair", () => {
    for (const it of fixture.made.filter(({ count }) => count === 2)) {
      const rows = rowsOf(it);
      const pair = f.jsDivergence(rows[0], rows[1], normalize);
      const result = f.jsDivergence.of(rows, normalize);
      expect(Math.abs(result - pair)).toBeLessThanOrEqual((it.type === "f32" ? 1e-6 : 8e-15) * pair);
    }
  });

  test("is 0 of equal ones, at most the entropy of the weights, and takes a base", () => {
    const row = [0.1, 0.2, 0.3, 0.4];
    expect(f.jsDivergence.of([row, row, row])).toBe(0);
    expect(f.jsDivergence.of([row])).toBe(0);
    const apart = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(f.jsDivergence.of(apart, { base: 3 })).toBe(1);
    expect(f.jsDivergence.of(apart, { weights: [2, 1, 1], base: 2 })).toBe(1.5);
    expect(f.jsDivergence.of(apart, { weights: [5, 0, 0] })).toBe(0);
    expect(f.jsDivergence.of([0.5, -0, 0.5, 0.5, 0, 0.5], { rowLength: 3 })).toBe(0);
  });

  test("takes matrices of every kind, whole weights, and log-probabilities", async () => {
    const rows = rowsOf(fixture.made[5]);
    const flat = Float64Array.from(rows.flatMap((row) => [...row]));
    const weights = [1, 2, 3];
    const expected = f.jsDivergence.of(rows, { weights });
    const shape = [rows.length, rows[0].length];
    const others: [matrix: Vector | object, options: object][] = [
      [flat, { rowLength: shape[1], weights: Float32Array.from(weights) }],
      [{ data: flat, shape }, { weights: Uint16Array.from(weights) }],
      [rows, { weights: { data: [10, 20, 30], shape: [3] } }],
    ];
    for (const [matrix, options] of others) {
      expect(f.jsDivergence.of(matrix as Vector, options)).toBe(expected);
      expect(await f.jsDivergence.of.async(matrix as Vector, options)).toBe(expected);
    }
    const logs = rows.map((row) => row.map(Math.log));
    const ofLogs = f.jsDivergence.of(logs, { weights, input: "logProbabilities" });
    expect(Math.abs(ofLogs - expected)).toBeLessThanOrEqual(1e-13 * expected);
    const halves = rows.map((row) => Uint16Array.from(row, (x) => Math.round(x * 60000)));
    const numbers = halves.map((row) => Float64Array.from(row));
    expect(f.jsDivergence.of(halves, normalize)).toBe(f.jsDivergence.of(numbers, normalize));
  });

  test("errors name what is wrong", () => {
    const of = f.jsDivergence.of;
    const half = [0.5, 0.5];
    const cases: [call: () => unknown, message: string, type?: ErrorConstructor][] = [
      [
        () => of([half, [0.5, -0.5]]),
        "distributions[3] (row 1, class 1) is -0.5; probabilities must be finite and >= 0",
      ],
      [() => of([half, [0.5, Number.NaN]]), "distributions[3] (row 1, class 1) is NaN"],
      [() => of([[3, 4], half]), "row 0 of distributions sums to 7, not to 1"],
      [() => of([half, [0, 0]], normalize), "row 1 of distributions sums to 0; at least one number must be positive"],
      [() => of([half, [1, 0, 0]]), "row 1 of distributions has 3 numbers, row 0 has 2"],
      [() => of([half, half], { weights: [1] }), "weights has 1 numbers for 2 distributions"],
      [() => of([half, half], { weights: [1, -1] }), "weights[1] is -1; weights must be finite and >= 0"],
      [() => of([half, half], { weights: [0, 0] }), "weights sums to 0; the sum must be positive and finite"],
      [() => of([half, half], { weights: [1e308, 1e308] }), "weights sums to Infinity"],
      [() => of([half, half], { weights: 1 as never }), "weights is number", TypeError],
      [() => of(half), "rowLength is undefined; it must be an integer >= 1", TypeError],
      [() => of([]), "distributions is empty"],
      [() => of(new Map() as never), "distributions is [object Map]", TypeError],
      [() => of([half], { weight: [1] } as object), 'unknown option "weight"; did you mean "weights"?', TypeError],
      [() => of([half], { input: "logit" as never }), 'input is "logit"'],
      [() => of([[-Infinity, -Infinity]], { input: "logits" }), "every number of distributions is -Infinity"],
    ];
    for (const [call, message, type = RangeError] of cases) {
      expect(call).toThrow(`jsDivergence.of: ${message}`);
      expect(call).toThrow(type);
    }
  });
});
