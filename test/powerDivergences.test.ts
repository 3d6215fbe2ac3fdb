import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Vector } from "../src/index.js";
import { type Case, type LogitCase, makeLogitRows, makeRows } from "./cases.js";
import { BACKENDS, engines } from "./engines.js";
import { repeats } from "./long.js";
import { on } from "./on.js";

// Tsallis's relative entropy, the α-divergence and the χ² divergences, against 45 digits (scripts/makePowerReferences.py). Errors:
//   probabilities  relative 1e-6 (f32) and 4e-15 (f64) of values from 1e-12 to 1e3 where sums agree to 1e-6, else 1e-5 and 1e-11 of values
//                  >= 1e-9; of larger values 1 + ln(value/1e3) times as much
//   from logits    the same 1e-5 and 1e-11

interface Exact {
  tsallisDivergence: string[];
  alphaDivergence: string[];
  pearsonChiSquared: string;
  neymanChiSquared: string;
}

const fixture = JSON.parse(readFileSync(new URL("fixtures/powerDivergences.json", import.meta.url), "utf8")) as {
  tsallis: (number | string)[];
  alpha: number[];
  probabilities: (Case & Exact)[];
  logits: (LogitCase & Exact)[];
  edges: ({ p: number[]; q: number[] } & Exact)[];
};
const TSALLIS = fixture.tsallis.map(Number);
const CHI_SQUARED = ["pearsonChiSquared", "neymanChiSquared"] as const;
const normalize = { normalize: true };

describe.each(BACKENDS)("%s", (backend) => {
  const f = on(engines[backend]);

  /** Fails where a result of the pair is further from the exact one than `bound`, relatively; less than `least` counts as next to nothing. */
  function expectAll(p: Vector, q: Vector, it: Exact, options: object, bound: number, least: number): void {
    const results: [what: string, result: number, exact: string][] = [
      ...TSALLIS.map((alpha, i): [string, number, string] => [
        `tsallisDivergence of ${alpha}`,
        f.tsallisDivergence(p, q, alpha, options),
        it.tsallisDivergence[i],
      ]),
      ...fixture.alpha.map((alpha, i): [string, number, string] => [
        `alphaDivergence of ${alpha}`,
        f.alphaDivergence(p, q, alpha, options),
        it.alphaDivergence[i],
      ]),
      ...CHI_SQUARED.map((name): [string, number, string] => [name, f[name](p, q, options), it[name]]),
    ];
    for (const [what, result, text] of results) {
      const exact = Number(text);
      const message = `${what} is ${result}, exactly ${exact}`;
      if (exact === Infinity) {
        expect(result, message).toBe(Infinity);
        continue;
      }
      expect(result, message).toBeGreaterThanOrEqual(0);
      const power = Math.log(Math.max(1, exact / 1e3));
      const error = Math.abs(result - exact);
      expect(error, message).toBeLessThanOrEqual(exact >= least ? bound * (1 + power) * exact : 1e-15);
    }
  }

  test.each(
    fixture.probabilities.map(
      (it) => [`${it.type} ${it.shape} of ${it.n}, ${it.eps}, ${it.mismatch}, ${it.scale ?? 1}`, it] as const,
    ),
  )("%s", (_, it) => {
    const { p, q } = makeRows(it);
    const isF32 = it.type === "f32";
    const sumsAgree = Math.abs(it.mismatch) <= 1e-6;
    const bound = sumsAgree ? (isF32 ? 1e-6 : 4e-15) : isF32 ? 1e-5 : 1e-11;
    expectAll(p, q, it, normalize, bound, sumsAgree ? 1e-12 : 1e-9);
  });

  test.each(
    fixture.logits.map(
      (it) => [`${it.type} ${it.p}, ${it.q} of ${it.n}, ${it.seed}, ${it.input ?? "logits"}`, it] as const,
    ),
  )("%s", (_, it) => {
    const { p, q } = makeLogitRows(it);
    const { input = "logits", temperature } = it;
    const options = { ...normalize, input, ...(temperature !== undefined && { temperature }) };
    expectAll(p, q, it, options, it.type === "f32" ? 1e-5 : 1e-11, 1e-9);
  });

  test.each(fixture.edges.map((it) => [JSON.stringify([it.p, it.q]), it] as const))("%s", (_, it) => {
    // e^y with y up to ±690
    expectAll(it.p, it.q, it, normalize, 1e-13, 1e-25);
  });

  test("the limits are those of the others, to the bit", () => {
    const { p, q } = makeRows(fixture.probabilities[20]);
    for (const options of [normalize, { input: "logits" }] as const) {
      const kl = f.klDivergence(p, q, options);
      expect(f.tsallisDivergence(p, q, 1, options)).toBe(kl);
      expect(f.alphaDivergence(p, q, 1, options)).toBe(kl);
      for (const zero of [0, -0]) expect(f.alphaDivergence(p, q, zero, options)).toBe(f.klDivergence(q, p, options));
      expect(f.alphaDivergence(p, q, 0.5, options)).toBe(f.alphaDivergence(q, p, 0.5, options));
      const pearson = f.pearsonChiSquared(p, q, options);
      expect(f.tsallisDivergence(p, q, 2, options)).toBe(pearson);
      expect(f.neymanChiSquared(q, p, options)).toBe(pearson);
      expect(f.alphaDivergence(p, q, 2, options)).toBe(pearson / 2);
      expect(f.alphaDivergence(q, p, -1, options)).toBe(pearson / 2);
    }
    expect(f.tsallisDivergence([0.5, 0.5, 0], [0.25, 0.25, 0.5], 0)).toBe(0.5);
    expect(f.tsallisDivergence([0.5, 0.5], [0.25, 0.75], Infinity)).toBe(Infinity);
    expect(f.tsallisDivergence([0.5, 0.5], [0.5, 0.5], Infinity)).toBe(0);
  });

  test("zeros: which orders are infinite, and the largest value", () => {
    const [full, part] = [
      [0.25, 0.5, 0.25],
      [0.5, 0.5, -0],
    ];
    for (const alpha of [-2, -1, -1e-9, 0, 0.5, 1, 1.5, 2]) {
      expect(f.alphaDivergence(full, part, alpha) === Infinity).toBe(alpha >= 1);
      expect(f.alphaDivergence(part, full, alpha) === Infinity).toBe(alpha <= 0);
      if (alpha >= 0) expect(f.tsallisDivergence(full, part, alpha) === Infinity).toBe(alpha >= 1);
    }
    expect(f.pearsonChiSquared(full, part)).toBe(Infinity);
    expect(f.neymanChiSquared(full, part)).toBe(f.pearsonChiSquared(part, full));
    for (const alpha of [1e-9, 0.25, 0.5, 0.75]) {
      expect(f.alphaDivergence([1, 0], [0, 1], alpha) * (alpha * (1 - alpha))).toBeCloseTo(1, 14);
      expect(f.tsallisDivergence([1, 0], [0, 1], alpha)).toBeCloseTo(1 / (1 - alpha), 12);
    }
  });

  test("Pearson's is his statistic over the number of observations", () => {
    // a die thrown 120 times: Σ (observed - 20)²/20 = 5
    const observed = [20, 22, 17, 18, 19, 24];
    const exact = [0, 4, 9, 4, 1, 16].reduce((a, b) => a + b) / 20;
    expect(120 * f.pearsonChiSquared(observed, [1, 1, 1, 1, 1, 1], normalize)).toBeCloseTo(exact, 13);
    const expectedOver = [20, 22, 17, 18, 19, 24].reduce((sum, o) => sum + (o - 20) ** 2 / o, 0);
    expect(120 * f.neymanChiSquared(observed, [1, 1, 1, 1, 1, 1], normalize)).toBeCloseTo(expectedOver, 13);
  });

  test("a matrix has a number a row", () => {
    const [p, q] = [
      [0.5, 0.5, 0.9, 0.1],
      [0.25, 0.75],
    ];
    const rowLength = 2;
    const each = (call: (row: number[]) => number) => Float64Array.from([0, 2], (at) => call(p.slice(at, at + 2)));
    expect(f.tsallisDivergence.rows(p, q, 3, { rowLength })).toEqual(each((row) => f.tsallisDivergence(row, q, 3)));
    expect(f.alphaDivergence.rows(p, q, -3, { rowLength })).toEqual(each((row) => f.alphaDivergence(row, q, -3)));
    for (const name of CHI_SQUARED) expect(f[name].rows(p, q, { rowLength })).toEqual(each((row) => f[name](row, q)));
  });

  describe("errors", () => {
    const half = [0.5, 0.5];

    test("an order that is none is named", () => {
      const order = (name: string, alpha: number, demand: string) =>
        new RangeError(`${name}: alpha is ${alpha}; it must be ${demand}`);
      for (const alpha of [-1, Number.NaN]) {
        expect(() => f.tsallisDivergence(half, half, alpha)).toThrow(
          order("tsallisDivergence", alpha, "a number from 0 to Infinity"),
        );
      }
      for (const alpha of [Infinity, -Infinity, Number.NaN]) {
        expect(() => f.alphaDivergence.rows(half, half, alpha, { rowLength: 2 })).toThrow(
          order("alphaDivergence.rows", alpha, "a finite number"),
        );
      }
      expect(() => f.alphaDivergence(half, half, {} as never)).toThrow(
        new TypeError("alphaDivergence: alpha is [object Object]; it must be a number"),
      );
    });

    test("a bad number is named at every order, a sum that is not 1 and a base too", () => {
      for (const bad of [Number.NaN, -0.5, Infinity]) {
        const wrong = [0.5, bad];
        const message = (name: string, argument: string) => `${name}: ${argument}[1] is ${bad}; probabilities must be`;
        for (const alpha of TSALLIS) {
          expect(() => f.tsallisDivergence(wrong, half, alpha)).toThrow(message("tsallisDivergence", "p"));
        }
        for (const alpha of fixture.alpha) {
          expect(() => f.alphaDivergence(half, wrong, alpha)).toThrow(message("alphaDivergence", "q"));
        }
        for (const name of CHI_SQUARED) {
          expect(() => f[name](wrong, half)).toThrow(message(name, "p"));
          expect(() => f[name](half, wrong)).toThrow(message(name, "q"));
        }
      }
      for (const alpha of fixture.alpha) {
        expect(() => f.alphaDivergence([3, 4], half, alpha)).toThrow("alphaDivergence: p sums to 7, not to 1");
      }
      for (const name of CHI_SQUARED) {
        expect(() => f[name](half, [0, 0], normalize)).toThrow(`${name}: q sums to 0`);
        expect(() => f[name](half, half, { base: 2 } as object)).toThrow(`${name}: unknown option "base"`);
      }
    });
  });

  describe.each([
    ["f32", Float32Array, 1e-6],
    ["f64", Float64Array, 1e-13],
  ] as const)("%s", (_, type, tolerance) => {
    const weight = fc.oneof(
      { weight: 7, arbitrary: fc.double({ min: -6, max: 3, noNaN: true }).map((e) => 10 ** e) },
      fc.constant(0),
    );
    const pairs = fc.integer({ min: 1, max: 300 }).chain((n) => {
      const row = fc.array(weight, { minLength: n, maxLength: n }).map((weights) => {
        weights[0] += 1e-3;
        return type.from(weights);
      });
      return fc.tuple(row, row);
    });
    const forPairs = (property: (p: Float32Array | Float64Array, q: Float32Array | Float64Array) => void) =>
      fc.assert(
        fc.property(pairs, ([p, q]) => property(p, q)),
        { seed: 19000701, numRuns: repeats(60) },
      );
    const expectNear = (a: number, b: number) => {
      if (a !== b) expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.abs(b) + 1e-300);
    };

    test("all are 0 of a row and itself, and >= 0", () => {
      forPairs((p, q) => {
        for (const alpha of fixture.alpha) {
          expect(f.alphaDivergence(p, q, alpha, normalize)).toBeGreaterThanOrEqual(0);
          expect(f.alphaDivergence(p, p, alpha, normalize)).toBe(0);
        }
        for (const alpha of TSALLIS) expect(f.tsallisDivergence(p, p, alpha, normalize)).toBe(0);
      });
    });

    test("D_α(p‖q) = D_(1-α)(q‖p), and Tsallis's is α times it and of Rényi's", () => {
      forPairs((p, q) => {
        for (const alpha of [-2, -0.25, 0.25, 0.4999, 1.5]) {
          const result = f.alphaDivergence(p, q, alpha, normalize);
          expectNear(f.alphaDivergence(q, p, 1 - alpha, normalize), result);
          if (alpha > 0) expectNear(f.tsallisDivergence(p, q, alpha, normalize), alpha * result);
        }
        const renyi = f.renyiDivergence(p, q, 1.5, normalize);
        if (renyi < 20) expectNear(Math.expm1(0.5 * renyi) / 0.5, f.tsallisDivergence(p, q, 1.5, normalize));
      });
    });
  });
});
