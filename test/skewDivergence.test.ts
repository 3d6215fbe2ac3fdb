import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Case, type LogitCase, makeLogitRows, makeRows } from "./cases.js";
import { BACKENDS, engines } from "./engines.js";
import { every } from "./long.js";
import { on } from "./on.js";

// Against 45 digits (scripts/makeSkewReferences.py). Errors:
//   probabilities  relative 1e-6 (f32) and 4e-15 (f64) of values >= 1e-12 where sums agree to 1e-6, else 1e-5 and 1e-11 of values >= 1e-9
//   from logits    1e-6 (f32) and 1e-13 (f64) of max(1, value), and relative 1e-5 and 1e-11 of values >= 1e-9

type Exact = { exact: string[] };

const fixture = JSON.parse(readFileSync(new URL("fixtures/skew.json", import.meta.url), "utf8")) as {
  alphas: number[];
  probabilities: (Omit<Case, "exact"> & Exact)[];
  logits: (Omit<LogitCase, "exact"> & Exact)[];
  edges: ({ p: number[]; q: number[] } & Exact)[];
};
const ALPHAS = fixture.alphas;
const normalize = { normalize: true };

describe.each(BACKENDS)("%s", (backend) => {
  const f = on(engines[backend]);

  function expectNear(alpha: number, result: number, exact: number, bound: number): void {
    expect(Math.abs(result - exact), `of ${alpha}: ${result}, exactly ${exact}`).toBeLessThanOrEqual(bound);
  }

  // JavaScript takes its time, and has the bits of simd
  const some = <T>(all: readonly T[]) => every(backend === "js" ? 3 : 1, all);

  test.each(
    some(fixture.probabilities).map(
      (it) => [`${it.type} ${it.shape} of ${it.n}, ${it.eps}, ${it.mismatch}`, it] as const,
    ),
  )("%s", (_, it) => {
    const { p, q } = makeRows(it as unknown as Case);
    const sumsAgree = Math.abs(it.mismatch) <= 1e-6;
    const bound = it.type === "f32" ? (sumsAgree ? 1e-6 : 1e-5) : sumsAgree ? 4e-15 : 1e-11;
    ALPHAS.forEach((alpha, i) => {
      const exact = Number(it.exact[i]);
      const isLarge = exact >= (sumsAgree ? 1e-12 : 1e-9);
      expectNear(alpha, f.skewDivergence(p, q, alpha, normalize), exact, isLarge ? bound * exact : 1e-15);
    });
  });

  test.each(
    some(fixture.logits).map((it) => [`${it.type} ${it.p}, ${it.q} of ${it.n}, ${it.input ?? "logits"}`, it] as const),
  )("%s", (_, it) => {
    const { p, q } = makeLogitRows(it as unknown as LogitCase);
    const { input = "logits" as const, temperature } = it;
    const [absolute, relative] = it.type === "f32" ? [1e-6, 1e-5] : [1e-13, 1e-11];
    const options = { ...normalize, input, ...(temperature !== undefined && { temperature }) };
    ALPHAS.forEach((alpha, i) => {
      const exact = Number(it.exact[i]);
      const result = f.skewDivergence(p, q, alpha, options);
      expectNear(alpha, result, exact, absolute * Math.max(1, exact));
      if (exact >= 1e-9) expectNear(alpha, result, exact, relative * exact);
    });
  });

  test.each(fixture.edges.map((it) => [JSON.stringify([it.p, it.q]), it] as const))("%s", (_, it) => {
    ALPHAS.forEach((alpha, i) => {
      const exact = Number(it.exact[i]);
      expectNear(alpha, f.skewDivergence(it.p, it.q, alpha, normalize), exact, 4e-15 * Math.max(exact, 1e-25));
    });
  });

  test("takes its limits, q = 0, a base and matrices", () => {
    expect(f.skewDivergence([1, 0], [0, 1], 0.5, { base: 2 })).toBe(1);
    expect(f.skewDivergence([1, 0], [0, 1], 1)).toBe(Infinity);
    expect(f.skewDivergence([1, 0], [0, 1], 0)).toBe(0);
    expect(f.skewDivergence([0, 1], [-Infinity, 0], 0.5, { input: "logits" })).toBeGreaterThan(0);
    const [p, q] = [
      [0.5, 0.5, 0.9, 0.1, 0, 1],
      [0.25, 0.75],
    ];
    for (const alpha of [0, ...ALPHAS, 1]) {
      const expected = [0, 2, 4].map((at) => f.skewDivergence(p.slice(at, at + 2), q, alpha));
      expect(f.skewDivergence.rows(p, q, alpha, { rowLength: 2 })).toEqual(Float64Array.from(expected));
    }
  });

  test("rows of many lengths and sums have the bits of each row by itself", () => {
    for (const type of [Float32Array, Float64Array]) {
      for (const rowLength of [3, 16, 17, 700, 9000]) {
        const numbers = Array.from({ length: rowLength }, (_, i) => i);
        const rows = Array.from({ length: 5 }, (_, r) =>
          type.from(numbers.map((i) => ((i * 7919 + r * 104729) % 1009) * (r === 3 ? 1e-3 : 1 + r / 7))),
        );
        const q = type.from(numbers.map((i) => (i * 31) % 11));
        const matrix = new type(5 * rowLength);
        rows.forEach((row, r) => void matrix.set(row, r * rowLength));
        for (const alpha of [0.01, 0.5, 0.99]) {
          const expected = rows.map((row) => f.skewDivergence(row, q, alpha, normalize));
          const options = { rowLength, ...normalize };
          expect(f.skewDivergence.rows(matrix, q, alpha, options)).toEqual(Float64Array.from(expected));
        }
      }
    }
  });

  describe("errors", () => {
    const half = [0.5, 0.5];

    test("an alpha that is none is named", () => {
      for (const alpha of [-0.1, 1.1, Infinity, Number.NaN]) {
        const message = (name: string) => `${name}: alpha is ${alpha}; it must be a number from 0 to 1`;
        expect(() => f.skewDivergence(half, half, alpha)).toThrow(new RangeError(message("skewDivergence")));
        expect(() => f.skewDivergence.rows(half, half, alpha, { rowLength: 2 })).toThrow(
          new RangeError(message("skewDivergence.rows")),
        );
      }
      expect(() => f.skewDivergence(half, half, undefined as never)).toThrow(
        new TypeError("skewDivergence: alpha is undefined; it must be a number"),
      );
    });

    test("a bad number is named at every alpha, a sum that is not 1 too", () => {
      const good = Float64Array.from({ length: 600 }, () => 1 / 600);
      for (const alpha of [0, ...ALPHAS, 1]) {
        for (const [index, bad] of [
          [0, Number.NaN],
          [511, -0.5],
          [599, Infinity],
        ]) {
          for (const wrong of [good.with(index, bad), Float32Array.from(good.with(index, bad))]) {
            const message = (argument: string) =>
              new RangeError(
                `skewDivergence: ${argument}[${index}] is ${bad}; probabilities must be finite and >= 0${bad < 0 ? '; for logits pass { input: "logits" }' : ""}`,
              );
            expect(() => f.skewDivergence(wrong, good, alpha)).toThrow(message("p"));
            expect(() => f.skewDivergence(good, wrong, alpha, normalize)).toThrow(message("q"));
          }
        }
        expect(() => f.skewDivergence(half, [3, 4], alpha)).toThrow("skewDivergence: q sums to 7, not to 1");
        expect(() => f.skewDivergence([0, 0], half, alpha, normalize)).toThrow("skewDivergence: p sums to 0");
        const input = { input: "logits" } as const;
        expect(() => f.skewDivergence([0, Number.NaN], half, alpha, input)).toThrow("skewDivergence: p[1] is NaN");
        expect(() => f.skewDivergence(half, [-Infinity, -Infinity], alpha, input)).toThrow(
          "every number of q is -Infinity",
        );
      }
    });
  });

  describe.each([
    ["f32", Float32Array, 1e-6],
    ["f64", Float64Array, 4e-15],
  ] as const)("%s", (_, type, tolerance) => {
    const weight = fc.oneof(
      { weight: 7, arbitrary: fc.double({ min: -12, max: 3, noNaN: true }).map((e) => 10 ** e) },
      fc.constant(0),
    );
    const rows = fc.integer({ min: 1, max: 300 }).chain((n) => {
      const row = fc.array(weight, { minLength: n, maxLength: n }).map((weights) => {
        weights[0] += 1e-3;
        return type.from(weights);
      });
      return fc.tuple(row, row);
    });
    const forRows = (property: (p: Float32Array | Float64Array, q: Float32Array | Float64Array) => void) =>
      fc.assert(
        fc.property(rows, ([p, q]) => property(p, q)),
        { seed: 1999, numRuns: 100 },
      );

    test("is KL at 1, to the bit, and 0 at 0 and of a row and itself", () => {
      forRows((p, q) => {
        for (const options of [normalize, { ...normalize, base: 2 }, { input: "logits" }] as const) {
          expect(f.skewDivergence(p, q, 1, options)).toBe(f.klDivergence(p, q, options));
          expect(f.skewDivergence(p, q, 0, options)).toBe(0);
          for (const alpha of ALPHAS) expect(f.skewDivergence(p, p, alpha, options)).toBe(0);
        }
      });
    });

    test("grows with α, and is at most ln(1/(1 - α)) and α·KL", () => {
      forRows((p, q) => {
        const kl = f.klDivergence(p, q, normalize);
        let last = 0;
        for (const alpha of ALPHAS) {
          const value = f.skewDivergence(p, q, alpha, normalize);
          const most = Math.min(-Math.log1p(-alpha), alpha * kl);
          expect(value).toBeGreaterThanOrEqual(last * (1 - tolerance));
          expect(value).toBeLessThanOrEqual(most * (1 + tolerance) + 1e-300);
          last = value;
        }
        expect(last).toBeLessThanOrEqual(kl * (1 + tolerance));
      });
    });

    test("at ½, both orders together make twice JS", () => {
      forRows((p, q) => {
        const both = f.skewDivergence(p, q, 0.5, normalize) + f.skewDivergence(q, p, 0.5, normalize);
        const js = f.jsDivergence(p, q, normalize);
        expect(Math.abs(both - 2 * js)).toBeLessThanOrEqual(2 * tolerance * js + 1e-300);
      });
    });

    test("scaling rows by powers of 2 leaves every bit", () => {
      forRows((p, q) => {
        for (const alpha of [0.01, 0.5, 0.99]) {
          const value = f.skewDivergence(p, q, alpha, normalize);
          const scaled = f.skewDivergence(
            p.map((x) => x * 8),
            q.map((x) => x * 8),
            alpha,
            normalize,
          );
          expect(scaled).toBe(value);
        }
      });
    });
  });
});
