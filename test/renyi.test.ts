import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Vector } from "../src/index.js";
import { type Case, type LogitCase, makeLogitRows, makeRows } from "./cases.js";
import { BACKENDS, engines } from "./engines.js";
import { repeats } from "./long.js";
import { on } from "./on.js";

// Rényi's divergence and entropy, Tsallis's entropy and the distances of Hellinger, Bhattacharyya and total variation, against 45 digits
// (scripts/makeRenyiReferences.py). Errors as those of the others:
//   divergences, distances  relative: f32 1e-6, 2e-7 from 1,024 classes on; f64 4e-15; of values >= 1e-12 where sums agree to 1e-6, else
//                           1e-5 and 1e-11 of values >= 1e-9
//   entropies               2e-7 (f32), 4e-15 (f64) of max(1, value)
//   from logits             1e-6 (f32), 1e-13 (f64) of max(1, value); divergences besides 1e-5 and 1e-11 relative of values >= 1e-9, but
//                           for the order Infinity, which is of one class, and of differences that logits leave of it
//   powers beyond e^±300    1e-14: an exponent of that size is rounded

interface Exact {
  renyiDivergence: string[];
  renyiEntropy: string[];
  tsallisEntropy: string[];
  hellingerDistance: string;
  bhattacharyyaDistance: string;
  totalVariationDistance: string;
}

const DISTANCES = ["hellingerDistance", "bhattacharyyaDistance", "totalVariationDistance"] as const;
const ENTROPIES = ["renyiEntropy", "tsallisEntropy"] as const;

const fixture = JSON.parse(readFileSync(new URL("fixtures/renyi.json", import.meta.url), "utf8")) as {
  alphas: (number | string)[];
  probabilities: (Case & Exact)[];
  logits: (LogitCase & Exact)[];
  edges: ({ p: number[]; q: number[] } & Exact)[];
};
const ALPHAS = fixture.alphas.map(Number);
const normalize = { normalize: true };

describe.each(BACKENDS)("%s", (backend) => {
  const f = on(engines[backend]);

  function expectNear(what: string, result: number, exact: number, bound: number, scale = Math.abs(exact)): void {
    const message = `${what} is ${result}, exactly ${exact}`;
    if (exact === Infinity) expect(result, message).toBe(Infinity);
    else expect(Math.abs(result - exact), message).toBeLessThanOrEqual(bound * scale);
  }

  /** Every divergence and distance of a pair. */
  function divergencesOf(
    p: Vector,
    q: Vector,
    it: Exact,
    options: object,
  ): [name: string, result: number, exact: number][] {
    return [
      ...ALPHAS.map((alpha, i): [string, number, number] => [
        `renyiDivergence of ${alpha}`,
        f.renyiDivergence(p, q, alpha, options),
        Number(it.renyiDivergence[i]),
      ]),
      ...DISTANCES.map((name): [string, number, number] => [name, f[name](p, q, options), Number(it[name])]),
    ];
  }

  function expectEntropies(p: Vector, it: Exact, options: object, bound: number): void {
    for (const name of ENTROPIES) {
      ALPHAS.forEach((alpha, i) => {
        const exact = Number(it[name][i]);
        expectNear(`${name} of ${alpha}`, f[name](p, alpha, options), exact, bound, Math.max(1, exact));
      });
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
    let bound = isF32 ? 1e-5 : 1e-11;
    if (sumsAgree) bound = isF32 ? (it.n >= 1024 ? 2e-7 : 1e-6) : 4e-15;
    for (const [name, result, exact] of divergencesOf(p, q, it, normalize)) {
      if (exact >= (sumsAgree ? 1e-12 : 1e-9)) expectNear(name, result, exact, bound);
      else expectNear(name, result, exact, 1e-15, 1);
    }
    expectEntropies(p, it, normalize, isF32 ? 2e-7 : 4e-15);
  });

  test.each(
    fixture.logits.map(
      (it) => [`${it.type} ${it.p}, ${it.q} of ${it.n}, ${it.seed}, ${it.input ?? "logits"}`, it] as const,
    ),
  )("%s", (_, it) => {
    const { p, q } = makeLogitRows(it);
    const { input = "logits", temperature } = it;
    const [absolute, relative] = it.type === "f32" ? [1e-6, 1e-5] : [1e-13, 1e-11];
    const options = { ...normalize, input, ...(temperature !== undefined && { temperature }) };
    for (const [name, result, exact] of divergencesOf(p, q, it, options)) {
      expectNear(name, result, exact, absolute, Math.max(1, exact));
      if (exact >= 1e-9 && !name.endsWith("Infinity")) expectNear(name, result, exact, relative);
    }
    expectEntropies(p, it, { ...options, input: it.input?.[0] ?? "logits" }, absolute);
  });

  test.each(fixture.edges.map((it) => [JSON.stringify([it.p, it.q]), it] as const))("%s", (_, it) => {
    for (const [name, result, exact] of divergencesOf(it.p, it.q, it, normalize)) {
      // 45 digits leave 1e-44 of what is 0
      expectNear(name, result, exact, 1e-14, Math.max(exact, 1e-25));
    }
    expectEntropies(it.p, it, normalize, 4e-15);
  });

  test("the limits are those of the others, to the bit", () => {
    const { p, q } = makeRows(fixture.probabilities[20]);
    for (const options of [normalize, { input: "logits" }, { ...normalize, base: 2 }] as const) {
      expect(f.renyiDivergence(p, q, 1, options)).toBe(f.klDivergence(p, q, options));
      expect(f.renyiDivergence(p, q, 0.5, options)).toBe(2 * f.bhattacharyyaDistance(p, q, options));
      expect(f.renyiEntropy(p, 1, options)).toBe(f.entropy(p, options));
    }
    expect(f.tsallisEntropy(p, 1, normalize)).toBe(f.entropy(p, normalize));
    expect(f.tsallisEntropy([0.5, 0, 0.25, 0.25], 0)).toBe(2);
    expect(f.renyiEntropy([0.5, 0, 0.25, 0.25], 0)).toBe(f.renyiEntropy([0.5, 0.25, 0.25], 0));
    expect(f.renyiEntropy([0.5, 0, 0.5], Infinity, { base: 2 })).toBe(1);
    expect(f.tsallisEntropy([0.5, 0.5], 2)).toBe(0.5);
    expect(f.renyiDivergence([0.5, 0.5, 0], [0.25, 0.25, 0.5], 0, { base: 2 })).toBe(1);
    expect(f.renyiDivergence([0.5, 0.5], [0.25, 0.75], Infinity, { base: 2 })).toBeCloseTo(1, 15);
  });

  test("rows without a common class", () => {
    for (const rows of [
      [
        [1, 0],
        [0, 1],
      ],
      [Float32Array.of(0.25, 0.75, 0), Float32Array.of(0, 0, 1)],
    ] as const) {
      for (const alpha of ALPHAS) expect(f.renyiDivergence(rows[0], rows[1], alpha)).toBe(Infinity);
      expect(f.hellingerDistance(rows[0], rows[1])).toBe(1);
      expect(f.totalVariationDistance(rows[0], rows[1])).toBe(1);
      expect(f.bhattacharyyaDistance(rows[0], rows[1])).toBe(Infinity);
    }
  });

  test("logits far below the largest, and what is masked", () => {
    const z = [0, -800, -Infinity, -1e9];
    const input = { input: "logits" } as const;
    // e^-8 of the second, nothing of the last
    const exact = Math.log(1 + Math.exp(-8)) / 0.99;
    expectNear("H", f.renyiEntropy(z, 0.01, input), exact, 1e-13, 1);
    // q underflows, p²/q does not: e^(2·-300 + 800)
    expectNear("D", f.renyiDivergence([0, -300], [0, -800], 2, input), 200, 1e-13);
    expectNear("D", f.renyiDivergence([0, -1e30], [-1e30, 0], 2, input), 1e30, 1e-13);
    expect(f.totalVariationDistance([0, -1e30], [-1e30, 0], input)).toBe(1);
    expect(f.renyiDivergence([0, 0], [0, -Infinity], 2, input)).toBe(Infinity);
    expectNear("D", f.renyiDivergence([0, 0], [0, -Infinity], 0.75, input), Math.LN2 * 3, 1e-13);
    expect(f.renyiEntropy([0, -Infinity, 3, 1e9], 0, input)).toBe(f.renyiEntropy([1, 1, 1], 0, normalize));
  });

  test("a matrix has a number a row", () => {
    const [p, q] = [
      [0.5, 0.5, 0.9, 0.1],
      [0.25, 0.75],
    ];
    const rowLength = 2;
    const expected = [0, 2].map((at) => f.renyiDivergence(p.slice(at, at + 2), q, 3));
    expect(f.renyiDivergence.rows(p, q, 3, { rowLength })).toEqual(Float64Array.from(expected));
    const entropies = [0, 2].map((at) => f.tsallisEntropy(p.slice(at, at + 2), 3));
    expect(f.tsallisEntropy.rows(p, 3, { rowLength })).toEqual(Float64Array.from(entropies));
    const distances = [0, 2].map((at) => f.hellingerDistance(p.slice(at, at + 2), q));
    expect(f.hellingerDistance.rows(p, q, { rowLength })).toEqual(Float64Array.from(distances));
  });

  describe("errors", () => {
    const half = [0.5, 0.5];

    test("an order that is none is named", () => {
      for (const alpha of [-1, -Infinity, Number.NaN]) {
        const message = (name: string) => `${name}: alpha is ${alpha}; it must be a number from 0 to Infinity`;
        expect(() => f.renyiDivergence(half, half, alpha)).toThrow(new RangeError(message("renyiDivergence")));
        expect(() => f.renyiEntropy(half, alpha)).toThrow(new RangeError(message("renyiEntropy")));
        expect(() => f.tsallisEntropy.rows(half, alpha, { rowLength: 2 })).toThrow(message("tsallisEntropy.rows"));
      }
      expect(() => f.renyiEntropy(half, undefined as never)).toThrow(
        new TypeError("renyiEntropy: alpha is undefined; it must be a number"),
      );
      expect(() => f.renyiDivergence(half, half, { base: 2 } as never)).toThrow(
        new TypeError("renyiDivergence: alpha is [object Object]; it must be a number"),
      );
      expect(f.renyiEntropy(half, -0)).toBe(f.renyiEntropy(half, 0));
    });

    test("a bad number is named at every order, a sum that is not 1 too", () => {
      const good = Float64Array.from({ length: 600 }, () => 1 / 600);
      for (const [index, bad] of [
        [0, Number.NaN],
        [511, -0.5],
        [599, Infinity],
      ]) {
        for (const wrong of [good.with(index, bad), Float32Array.from(good.with(index, bad))]) {
          const message = (name: string, argument: string) =>
            new RangeError(
              `${name}: ${argument}[${index}] is ${bad}; probabilities must be finite and >= 0${bad < 0 ? '; for logits pass { input: "logits" }' : ""}`,
            );
          for (const alpha of ALPHAS) {
            for (const name of ENTROPIES) expect(() => f[name](wrong, alpha)).toThrow(message(name, "p"));
            const name = "renyiDivergence";
            expect(() => f[name](wrong, good, alpha)).toThrow(message(name, "p"));
            expect(() => f[name](good, wrong, alpha, normalize)).toThrow(message(name, "q"));
          }
        }
      }
      for (const alpha of ALPHAS) {
        expect(() => f.renyiEntropy([3, 4], alpha)).toThrow("renyiEntropy: p sums to 7, not to 1");
        expect(() => f.renyiEntropy([0, 0], alpha, normalize)).toThrow("renyiEntropy: p sums to 0");
        expect(() => f.renyiDivergence(half, [3, 4], alpha)).toThrow("renyiDivergence: q sums to 7, not to 1");
        expect(() => f.renyiDivergence([0, 0], half, alpha, normalize)).toThrow("renyiDivergence: p sums to 0");
        const input = { input: "logits" } as const;
        const none = [-Infinity, -Infinity];
        expect(() => f.renyiEntropy([0, Number.NaN], alpha, input)).toThrow("renyiEntropy: p[1] is NaN");
        expect(() => f.renyiDivergence(half, none, alpha, input)).toThrow("every number of q is -Infinity");
        expect(() => f.renyiDivergence(half, [-1, -2], alpha, { input: "logProbabilities" })).toThrow(
          "renyiDivergence: the exponentials of p sum to 3.29",
        );
      }
    });

    test("what has no unit takes no base", () => {
      const base = { base: 2 } as object;
      expect(() => f.tsallisEntropy(half, 2, base)).toThrow(/^tsallisEntropy: unknown option "base"/);
      expect(() => f.hellingerDistance(half, half, base)).toThrow(/^hellingerDistance: unknown option "base"/);
      expect(() => f.totalVariationDistance(half, half, base)).toThrow(/unknown option "base"/);
    });
  });

  describe.each([
    ["f32", Float32Array, 3e-7],
    ["f64", Float64Array, 1e-14],
  ] as const)("%s", (_, type, tolerance) => {
    const weight = fc.oneof(
      { weight: 7, arbitrary: fc.double({ min: -12, max: 3, noNaN: true }).map((e) => 10 ** e) },
      fc.constant(0),
    );
    const rowsOf = (count: number) =>
      fc.integer({ min: 1, max: 300 }).chain((n) => {
        const row = fc.array(weight, { minLength: n, maxLength: n }).map((weights) => {
          weights[0] += 1e-3;
          return type.from(weights);
        });
        return fc.tuple(...Array.from({ length: count }, () => row));
      });
    const forRows = (count: number, property: (...rows: (Float32Array | Float64Array)[]) => void) =>
      fc.assert(
        fc.property(rowsOf(count), (rows) => property(...rows)),
        { seed: 19610620, numRuns: repeats(100, 10) },
      );
    const notAbove = (a: number, b: number) => expect(a).toBeLessThanOrEqual(b + tolerance * Math.max(1, Math.abs(b)));

    test("D grows with α, H falls; D is 0 of a row and itself, and >= 0", () => {
      forRows(2, (p, q) => {
        const divergences = ALPHAS.map((alpha) => f.renyiDivergence(p, q, alpha, normalize));
        const entropies = ALPHAS.map((alpha) => f.renyiEntropy(p, alpha, normalize));
        for (let i = 0; i < ALPHAS.length; i++) {
          expect(divergences[i]).toBeGreaterThanOrEqual(0);
          expect(f.renyiDivergence(p, p, ALPHAS[i], normalize)).toBe(0);
          if (i === 0) continue;
          if (divergences[i] < Infinity) notAbove(divergences[i - 1], divergences[i]);
          notAbove(entropies[i], entropies[i - 1]);
          notAbove(f.tsallisEntropy(p, ALPHAS[i], normalize), f.tsallisEntropy(p, ALPHAS[i - 1], normalize));
        }
      });
    });

    test("D_α(p‖q)·(1 - α) = D_(1-α)(q‖p)·α", () => {
      forRows(2, (p, q) => {
        for (const alpha of [0.01, 0.3, 0.4999, 0.7, 0.999]) {
          const forward = f.renyiDivergence(p, q, alpha, normalize) * (1 - alpha);
          const reverse = f.renyiDivergence(q, p, 1 - alpha, normalize) * alpha;
          if (forward !== reverse) notAbove(Math.abs(forward - reverse), 4 * tolerance * Math.max(1, forward));
        }
      });
    });

    test("classes that are taken together tell no more", () => {
      const merged = (row: Float32Array | Float64Array) => {
        const sums = new type(Math.ceil(row.length / 3));
        for (let i = 0; i < row.length; i++) sums[Math.floor(i / 3)] += row[i];
        return sums;
      };
      forRows(2, (p, q) => {
        for (const alpha of ALPHAS) {
          const all = f.renyiDivergence(p, q, alpha, normalize);
          if (all < Infinity) notAbove(f.renyiDivergence(merged(p), merged(q), alpha, normalize), all);
          notAbove(f.renyiEntropy(merged(p), alpha, normalize), f.renyiEntropy(p, alpha, normalize));
        }
        for (const name of DISTANCES) {
          const all = f[name](p, q, normalize);
          if (all < Infinity) notAbove(f[name](merged(p), merged(q), normalize), all);
        }
      });
    });

    test("distances are symmetric to the bit, 0 of a row and itself, within their bounds and, two of them, metrics", () => {
      forRows(3, (p, q, r) => {
        for (const name of DISTANCES) {
          const distance = f[name](p, q, normalize);
          expect(f[name](q, p, normalize)).toBe(distance);
          expect(f[name](p, p, normalize)).toBe(0);
          expect(distance).toBeGreaterThanOrEqual(0);
          if (name === "bhattacharyyaDistance") continue;
          expect(distance).toBeLessThanOrEqual(1);
          notAbove(f[name](p, r, normalize), distance + f[name](q, r, normalize));
        }
        const h = f.hellingerDistance(p, q, normalize);
        const variation = f.totalVariationDistance(p, q, normalize);
        notAbove(h * h, variation);
        notAbove(variation, h * Math.sqrt(2 - h * h));
      });
    });

    test("scaling rows by powers of 2 leaves every bit", () => {
      forRows(2, (p, q) => {
        const times = (row: Float32Array | Float64Array, factor: number) => row.map((x) => x * factor);
        for (const alpha of ALPHAS) {
          if (alpha === 1) continue; // klDivergence: properties.test.ts
          const value = f.renyiDivergence(p, q, alpha, normalize);
          expect(f.renyiDivergence(times(p, 8), times(q, 8), alpha, normalize)).toBe(value);
        }
        for (const name of DISTANCES) {
          expect(f[name](times(p, 8), times(q, 8), normalize)).toBe(f[name](p, q, normalize));
        }
      });
    });
  });
});
