import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BACKENDS, engines } from "./engines.js";
import { repeats } from "./long.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// Facts of information theory, over random rows: distributions of every concentration, with and without zeros.

const SEED = { seed: 20261124, numRuns: repeats(200, 10) };

/** Weights over many orders of magnitude; one in eight is 0, the first is not. */
const weight = fc.oneof(
  { weight: 7, arbitrary: fc.double({ min: -12, max: 3, noNaN: true }).map((e) => 10 ** e) },
  fc.constant(0),
);

const pairOfRows = fc.integer({ min: 1, max: 700 }).chain((n) => {
  const row = fc.array(weight, { minLength: n, maxLength: n }).map((weights) => {
    weights[0] += 1e-3;
    return weights;
  });
  return fc.tuple(row, row);
});

const positive = (rows: [number[], number[]]): [number[], number[]] => [
  rows[0].map((x) => x + 1e-9),
  rows[1].map((x) => x + 1e-9),
];

const normalize = { normalize: true };
const DIVERGENCES = ["klDivergence", "jeffreysDivergence", "jsDivergence", "jsDistance"] as const;

/** The same numbers in an order that `seed` tells, the same for rows of one length. */
function shuffled<Row extends Float32Array | Float64Array>(row: Row, seed: number): Row {
  const random = randomNumbers(seed);
  const result = row.slice() as Row;
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

const KINDS = BACKENDS.flatMap(
  (backend) =>
    [
      [backend, "f32", Float32Array, 3e-7],
      [backend, "f64", Float64Array, 1e-14],
    ] as const,
);

describe.each(KINDS)("%s, %s", (backend, _, type, tolerance) => {
  const engine = engines[backend];
  const f = on(engine);
  const forRows = (
    property: (p: Float32Array | Float64Array, q: Float32Array | Float64Array) => void,
    change = (rows: [number[], number[]]) => rows,
  ) =>
    fc.assert(
      fc.property(pairOfRows, (rows) => {
        const [p, q] = change(rows);
        property(type.from(p), type.from(q));
      }),
      SEED,
    );
  const sumOf = (row: Float32Array | Float64Array) => {
    let sum = 0;
    for (const x of row) sum += x;
    return sum;
  };
  const rowOf = (length: number, number: (i: number) => number) => {
    const row = new type(length);
    for (let i = 0; i < length; i++) row[i] = number(i);
    return row;
  };
  const near = (a: number, b: number, scale = 1) => {
    if (a === b) return;
    expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(scale, Math.abs(a), Math.abs(b)));
  };

  test("every divergence is >= 0, and exactly 0 of a row and itself", () => {
    forRows((p, q) => {
      for (const measure of DIVERGENCES) {
        expect(f[measure](p, q, normalize)).toBeGreaterThanOrEqual(0);
        expect(f[measure](p, p, normalize)).toBe(0);
      }
      expect(f.iDivergence(p, q)).toBeGreaterThanOrEqual(0);
      expect(f.iDivergence(p, p)).toBe(0);
    });
  });

  test("every divergence of two nearly identical rows is >= 0", () => {
    forRows((p, q) => {
      const near = rowOf(p.length, (i) => p[i] * (q[i] > p[i] ? 1 + 2e-7 : 1));
      for (const measure of DIVERGENCES) expect(f[measure](p, near, normalize)).toBeGreaterThanOrEqual(0);
      expect(f.iDivergence(p, near)).toBeGreaterThanOrEqual(0);
    });
  });

  test("scaling both rows by one power of 2 leaves every bit of a divergence, scaling one leaves its value", () => {
    forRows((p, q) => {
      const times = (row: Float32Array | Float64Array, factor: number) => rowOf(row.length, (i) => row[i] * factor);
      for (const measure of DIVERGENCES) {
        const value = f[measure](p, q, normalize);
        expect(f[measure](times(p, 8), times(q, 8), normalize)).toBe(value);
        near(f[measure](times(p, 0.25), times(q, 2), normalize), value);
      }
      near(f.entropy(times(p, 1 / 1024), normalize), f.entropy(p, normalize));
      near(f.crossEntropy(times(p, 4), times(q, 1 / 1024), normalize), f.crossEntropy(p, q, normalize));
    }, positive);
  });

  test("KL of a row and twice itself is exactly 0: both are normalised", () => {
    forRows((p) => {
      const twice = rowOf(p.length, (i) => 2 * p[i]);
      expect(f.klDivergence(p, twice, normalize)).toBe(0);
      expect(f.jsDivergence(twice, p, normalize)).toBe(0);
    });
  });

  test("H(p, q) = H(p) + KL(p‖q)", () => {
    forRows((p, q) => {
      const crossEntropy = f.crossEntropy(p, q, normalize);
      near(crossEntropy, f.entropy(p, normalize) + f.klDivergence(p, q, normalize));
    });
  });

  test("0 <= H(p) <= ln n", () => {
    forRows((p) => {
      const entropy = f.entropy(p, normalize);
      expect(entropy).toBeGreaterThanOrEqual(0);
      expect(entropy).toBeLessThanOrEqual(Math.log(p.length) + tolerance * Math.max(1, Math.log(p.length)));
    });
  });

  test("the entropy of n equal numbers is ln n", () => {
    forRows((p) => near(f.entropy(new type(p.length).fill(p[0]), normalize), Math.log(p.length)));
  });

  test("JS is symmetric to the bit, finite, at most ln 2, and its root obeys the triangle inequality", () => {
    forRows((p, q) => {
      const js = f.jsDivergence(p, q, normalize);
      expect(f.jsDivergence(q, p, normalize)).toBe(js);
      expect(js).toBeLessThanOrEqual(Math.LN2);
      for (const between of [new type(p.length).fill(1), shuffled(p, p.length), rowOf(p.length, (i) => p[i] + q[i])]) {
        const around = f.jsDistance(p, between, normalize) + f.jsDistance(between, q, normalize);
        expect(f.jsDistance(p, q, normalize)).toBeLessThanOrEqual(around * (1 + tolerance) + tolerance);
      }
    });
  });

  test("rows without a common class have JS = ln 2 and infinite KL and Jeffreys", () => {
    forRows((p, q) => {
      const left = rowOf(2 * p.length, (i) => (i % 2 === 0 ? p[i / 2] : 0));
      const right = rowOf(2 * q.length, (i) => (i % 2 === 1 ? q[(i - 1) / 2] : 0));
      near(f.jsDivergence(left, right, normalize), Math.LN2);
      expect(f.klDivergence(left, right, normalize)).toBe(Infinity);
      expect(f.crossEntropy(right, left, normalize)).toBe(Infinity);
      expect(f.jeffreysDivergence(left, right, normalize)).toBe(Infinity);
      expect(f.iDivergence(left, right)).toBe(Infinity);
    });
  });

  test("Jeffreys is symmetric to the bit, and the sum of both KLs", () => {
    forRows((p, q) => {
      const jeffreys = f.jeffreysDivergence(p, q, normalize);
      expect(f.jeffreysDivergence(q, p, normalize)).toBe(jeffreys);
      const both = f.klDivergence(p, q, normalize) + f.klDivergence(q, p, normalize);
      // the contract for sums that differ: 1e-5 and 1e-11 of values from 1e-9 on
      const bound = type === Float32Array ? 1e-5 : 1e-11;
      if (both > 1e-9) expect(Math.abs(jeffreys / both - 1)).toBeLessThanOrEqual(bound);
    }, positive);
  });

  test("JS is half of both KLs to the mean", () => {
    forRows((p, q) => {
      const pSum = sumOf(p);
      const qSum = sumOf(q);
      const mean = Float64Array.from(p, (x, i) => x / pSum / 2 + q[i] / qSum / 2);
      const halves = f.klDivergence(p, mean, normalize) / 2 + f.klDivergence(q, mean, normalize) / 2;
      near(f.jsDivergence(p, q, normalize), halves);
    });
  });

  test("the order of classes matters only within the error", () => {
    forRows((p, q) => {
      const [x, y] = [shuffled(p, 5), shuffled(q, 5)];
      for (const measure of ["klDivergence", "jeffreysDivergence", "jsDivergence"] as const) {
        near(f[measure](p, q, normalize), f[measure](x, y, normalize), 1e-3);
      }
      near(f.iDivergence(p, q), f.iDivergence(x, y), 1e-3);
      near(f.entropy(p, normalize), f.entropy(x, normalize));
      near(f.crossEntropy(p, q, normalize), f.crossEntropy(x, y, normalize));
    }, positive);
  });

  test("a base divides by its logarithm", () => {
    forRows((p, q) => {
      const nats = f.klDivergence(p, q, normalize);
      near(f.klDivergence(p, q, { normalize: true, base: 2 }), nats / Math.LN2, 0);
      near(f.klDivergence(p, q, { normalize: true, base: 10 }), nats / Math.LN10, 0);
      near(
        f.jsDistance(p, q, { normalize: true, base: 2 }) ** 2,
        f.jsDivergence(p, q, { normalize: true, base: 2 }),
        0,
      );
      near(f.entropy(p, { normalize: true, base: 0.5 }), -f.entropy(p, { normalize: true, base: 2 }));
    }, positive);
  });

  test("I-divergence of rows that sum to 1 is KL", () => {
    forRows((p, q) => {
      const scale = (row: Float32Array | Float64Array) => {
        const sum = sumOf(row);
        return Float64Array.from(row, (x) => x / sum);
      };
      const [x, y] = [scale(p), scale(q)];
      // the sums are 1 but for rounding, of which KL takes no notice
      expect(Math.abs(f.iDivergence(x, y) - f.klDivergence(x, y))).toBeLessThanOrEqual(1e-12);
    }, positive);
  });

  test("logLikelihoodRatio is linear in the counts and antisymmetric in the models", () => {
    forRows((p, q) => {
      const counts = rowOf(p.length, (i) => i % 4);
      const thrice = rowOf(p.length, (i) => 3 * counts[i]);
      const scale = sumOf(rowOf(p.length, (i) => Math.abs(counts[i] * Math.log(p[i] / q[i]))));
      const once = f.logLikelihoodRatio(counts, p, q);
      near(f.logLikelihoodRatio(thrice, p, q), 3 * once, 3 * scale);
      near(f.logLikelihoodRatio(counts, q, p), -once, scale);
    }, positive);
  });

  test("logRatio is antisymmetric within 2 ulp, and 0 where p = q", () => {
    const epsilon = type === Float32Array ? 2 ** -23 : 2 ** -52;
    forRows((p, q) => {
      const [forwards, backwards] = [f.logRatio(p, q), f.logRatio(q, p)];
      for (let i = 0; i < p.length; i++) {
        const ulp = forwards[i] === 0 ? 0 : 2 ** Math.floor(Math.log2(Math.abs(forwards[i]))) * epsilon;
        if (!(Math.abs(forwards[i] + backwards[i]) <= 2 * ulp)) expect(forwards[i]).toBe(-backwards[i]);
        if (p[i] === q[i]) expect(forwards[i]).toBe(0);
      }
    }, positive);
  });

  test("a plain array has the bits of the Float64Array of its numbers", () => {
    forRows((p, q) => {
      const [x, y] = [Float64Array.from(p), Float64Array.from(q)];
      for (const measure of [...DIVERGENCES, "crossEntropy"] as const) {
        expect(f[measure](Array.from(p), Array.from(q), normalize)).toBe(f[measure](x, y, normalize));
      }
      expect(f.entropy(Array.from(p), normalize)).toBe(f.entropy(x, normalize));
      expect(f.logLikelihoodRatio(Array.from(p), Array.from(p), Array.from(q))).toBe(f.logLikelihoodRatio(x, x, y));
    }, positive);
  });

  test("rows of a matrix are single calls, to the bit, and one row is compared with every other", () => {
    fc.assert(
      fc.property(pairOfRows, fc.integer({ min: 1, max: 5 }), ([a, b], count) => {
        const rowLength = a.length;
        const matrix = (row: number[]) => rowOf(rowLength * count, (i) => row[i % rowLength] * (1 + (i % 7)) + 1e-9);
        const [p, q] = [matrix(a), matrix(b)];
        const row = (all: Float32Array | Float64Array, r: number) => all.slice(r * rowLength, (r + 1) * rowLength);
        const one = row(q, 0);
        const options = { rowLength, normalize: true };
        for (const measure of [...DIVERGENCES, "crossEntropy"] as const) {
          const single = Float64Array.from({ length: count }, (_, r) => f[measure](row(p, r), row(q, r), normalize));
          expect(f[measure].rows(p, q, options)).toEqual(single);
          const toOne = Float64Array.from({ length: count }, (_, r) => f[measure](row(p, r), one, normalize));
          expect(f[measure].rows(p, one, options)).toEqual(toOne);
          const fromOne = Float64Array.from({ length: count }, (_, r) => f[measure](one, row(p, r), normalize));
          expect(f[measure].rows(one, p, options)).toEqual(fromOne);
        }
        const raw = { rowLength };
        const perRow = (value: (r: number) => number) => Float64Array.from({ length: count }, (_, r) => value(r));
        expect(f.entropy.rows(p, options)).toEqual(perRow((r) => f.entropy(row(p, r), normalize)));
        expect(f.iDivergence.rows(p, one, raw)).toEqual(perRow((r) => f.iDivergence(row(p, r), one)));
        expect(f.iDivergence.rows(one, p, raw)).toEqual(perRow((r) => f.iDivergence(one, row(p, r))));
        const ratio = f.logLikelihoodRatio.bind(engine);
        const ratioRows = f.logLikelihoodRatio.rows.bind(engine);
        expect(ratioRows(p, q, one, raw)).toEqual(perRow((r) => ratio(row(p, r), row(q, r), one)));
        expect(ratioRows(one, p, q, raw)).toEqual(perRow((r) => ratio(one, row(p, r), row(q, r))));
        expect(ratioRows(p, one, q, raw)).toEqual(perRow((r) => ratio(row(p, r), one, row(q, r))));
        const ratios = [f.logRatio.rows(one, p, raw), f.logRatio.rows(p, one, raw)] as Float64Array[];
        for (let r = 0; r < count; r++) {
          expect(row(ratios[0], r)).toEqual(f.logRatio(one, row(p, r)));
          expect(row(ratios[1], r)).toEqual(f.logRatio(row(p, r), one));
        }
      }),
      { ...SEED, numRuns: repeats(40, 10) },
    );
  });
});
