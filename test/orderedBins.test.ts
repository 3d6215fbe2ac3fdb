import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Vector } from "../src/index.js";
import { type Case, type LogitCase, makeLogitRows, makeRows } from "./cases.js";
import { BACKENDS, engines } from "./engines.js";
import { repeats } from "./long.js";
import { on } from "./on.js";

// Distances of ordered bins, against 45 digits and SciPy (scripts/makeOrderedReferences.py): relative 4e-15, from logits 1e-15 per bin.

const NAMES = ["wassersteinDistance", "cramerDistance", "kolmogorovSmirnovDistance"] as const;
type Exact = Record<(typeof NAMES)[number], string>;

const fixture = JSON.parse(readFileSync(new URL("fixtures/orderedBins.json", import.meta.url), "utf8")) as {
  probabilities: (Case & Exact)[];
  logits: (LogitCase & Exact)[];
  edges: ({ p: number[]; q: number[] } & Exact)[];
};
const normalize = { normalize: true };

describe.each(BACKENDS)("%s", (backend) => {
  const f = on(engines[backend]);

  function expectAll(p: Vector, q: Vector, it: Exact, options: object, boundOf: (exact: number) => number): void {
    for (const name of NAMES) {
      const exact = Number(it[name]);
      const result = f[name](p, q, options);
      expect(Math.abs(result - exact), `${name} is ${result}, exactly ${exact}`).toBeLessThanOrEqual(boundOf(exact));
      expect(f[name](q, p, { ...options, ...swappedInput(options) }), name).toBe(result);
    }
  }

  const swappedInput = ({ input }: { input?: unknown }) => (Array.isArray(input) ? { input: input.toReversed() } : {});

  test.each(
    fixture.probabilities.map(
      (it) => [`${it.type} ${it.shape} of ${it.n}, ${it.eps}, ${it.mismatch}, ${it.scale ?? 1}`, it] as const,
    ),
  )("%s", (_, it) => {
    const { p, q } = makeRows(it);
    expectAll(p, q, it, normalize, (exact) => 4e-15 * exact);
  });

  test.each(fixture.edges.map((it) => [JSON.stringify([it.p, it.q]), it] as const))("%s", (_, it) => {
    // 45 digits leave 1e-44 of what is 0, and numbers below the smallest normal one are rounded
    expectAll(it.p, it.q, it, normalize, (exact) => 4e-15 * exact + 1e-40);
  });

  test.each(
    fixture.logits.map(
      (it) => [`${it.type} ${it.p}, ${it.q} of ${it.n}, ${it.seed}, ${it.input ?? "logits"}`, it] as const,
    ),
  )("%s", (_, it) => {
    const { p, q } = makeLogitRows(it);
    const { input = "logits", temperature } = it;
    const options = { ...normalize, input, ...(temperature !== undefined && { temperature }) };
    expectAll(p, q, it, options, (exact) => 1e-15 * Math.max(exact, it.n));
  });

  test("take a width, the unit of the result", () => {
    const [p, q] = [
      [0.5, 0.25, 0.25, 0],
      [0, 0, 0.5, 0.5],
    ];
    expect(f.wassersteinDistance(p, q)).toBe(1.75);
    expect(f.wassersteinDistance(p, q, { width: 0.5 })).toBe(0.875);
    expect(f.cramerDistance(p, q)).toBe(Math.sqrt(0.25 + 0.5625 + 0.25));
    expect(f.cramerDistance(p, q, { width: 4 })).toBe(2 * Math.sqrt(1.0625));
    expect(f.kolmogorovSmirnovDistance(p, q)).toBe(0.75);
    expect(f.wassersteinDistance([1], [1], { width: 3 })).toBe(0);
    expect(f.kolmogorovSmirnovDistance([1, -0], [0, 1])).toBe(1);
  });

  test("differences that cancel to 1e-20 of the sums are exact", () => {
    // p - q is ±2^-60 at two bins, of numbers of 1: the sums of f64 lose it
    const p = [1, 2 ** -60, 1, 0, 1];
    const q = [1, 0, 1, 2 ** -60, 1];
    const sum = 3 + 2 ** -60;
    expect(f.wassersteinDistance(p, q, normalize)).toBe((2 * 2 ** -60) / sum);
    expect(f.kolmogorovSmirnovDistance(p, q, normalize)).toBe(2 ** -60 / sum);
  });

  test("a matrix has a number a row, also as distanceMatrix", () => {
    const rows = [
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
      [0, 0, 1],
    ];
    for (const name of NAMES) {
      const expected = Float64Array.from(rows, (row) => f[name](row, rows[2]));
      expect(f[name].rows(rows, rows[2])).toEqual(expected);
      const all = Float64Array.from(rows.flatMap((p) => rows.map((q) => f[name](p, q))));
      expect(f.distanceMatrix(rows, f[name])).toEqual(all);
    }
    const widths = Float64Array.from(rows, (row) => f.wassersteinDistance(row, rows[2], { width: 7 }));
    expect(f.distanceMatrix(rows, f.wassersteinDistance, { width: 7 }).subarray(6)).toEqual(widths);
  });

  test("errors name what is wrong", () => {
    const half = [0.5, 0.5];
    for (const name of NAMES) {
      expect(() => f[name]([0.5, Number.NaN], half)).toThrow(`${name}: p[1] is NaN; probabilities must be`);
      expect(() => f[name](half, [1.5, -0.5])).toThrow(`${name}: q[1] is -0.5; probabilities must be`);
      expect(() => f[name](half, [3, 4])).toThrow(`${name}: q sums to 7, not to 1`);
      expect(() => f[name]([0, 0], half, normalize)).toThrow(`${name}: p sums to 0`);
      expect(() => f[name](half, half, { base: 2 } as object)).toThrow(`${name}: unknown option "base"`);
      expect(() => f[name]([-Infinity, -Infinity], half, { input: ["logits", "probabilities"] })).toThrow(
        `${name}: every number of p is -Infinity`,
      );
    }
    for (const width of [0, -1, Infinity, Number.NaN]) {
      expect(() => f.wassersteinDistance(half, half, { width })).toThrow(
        new RangeError(`wassersteinDistance: width is ${width}; it must be positive and finite`),
      );
    }
    expect(() => f.cramerDistance.rows(half, half, { rowLength: 2, width: "1" as never })).toThrow(
      new TypeError("cramerDistance.rows: width is string; it must be a number"),
    );
    expect(() => f.kolmogorovSmirnovDistance(half, half, { width: 1 } as object)).toThrow('unknown option "width"');
  });

  test("are metrics, within their bounds", () => {
    const row = fc
      .array(fc.oneof(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.constant(0)), { minLength: 9, maxLength: 9 })
      .map((numbers) => Float64Array.of(1e-3, ...numbers));
    fc.assert(
      fc.property(row, row, row, (p, q, r) => {
        for (const name of NAMES) {
          const distance = f[name](p, q, normalize);
          expect(f[name](p, p, normalize)).toBe(0);
          const most = { wassersteinDistance: 9, cramerDistance: 3, kolmogorovSmirnovDistance: 1 }[name];
          expect(distance).toBeLessThanOrEqual(most * (1 + 1e-14));
          const around = f[name](p, r, normalize) + f[name](r, q, normalize);
          expect(distance).toBeLessThanOrEqual(around * (1 + 1e-14) + 1e-300);
        }
        const most = f.kolmogorovSmirnovDistance(p, q, normalize);
        expect(most).toBeLessThanOrEqual(f.totalVariationDistance(p, q, normalize) * (1 + 1e-14));
        expect(most).toBeLessThanOrEqual(f.cramerDistance(p, q, normalize) * (1 + 1e-14));
      }),
      { seed: 1948, numRuns: repeats(60) },
    );
  });
});
