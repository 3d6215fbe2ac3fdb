import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FloatArray } from "./bits.js";
import { BACKENDS, engines } from "./engines.js";
import { repeats } from "./long.js";
import { on } from "./on.js";
import { randomNumbers } from "./random.js";

// Facts of information theory, over random rows of logits, with and without impossible classes.

const SEED = { seed: 20261124, numRuns: repeats(100, 10) };

/** Multiples of 2^-10, so that whole numbers are added to them exactly, in f32 too. One in eight is -Infinity. */
const logit = fc.oneof(
  { weight: 7, arbitrary: fc.integer({ min: -20 * 1024, max: 20 * 1024 }).map((x) => x / 1024) },
  fc.constant(Number.NEGATIVE_INFINITY),
);

const pairOfRows = fc.integer({ min: 1, max: 700 }).chain((n) => {
  const row = fc.array(logit, { minLength: n, maxLength: n }).map((logits) => {
    if (logits[0] === Number.NEGATIVE_INFINITY) logits[0] = 1;
    return logits;
  });
  return fc.tuple(row, row);
});

/** The same rows, each class of which is possible. */
const possible = (rows: [number[], number[]]): [number[], number[]] => [
  rows[0].map((x) => (x === Number.NEGATIVE_INFINITY ? -5.5 : x)),
  rows[1].map((x) => (x === Number.NEGATIVE_INFINITY ? 0.25 : x)),
];

const L = { input: "logits" } as const;
const DIVERGENCES = ["klDivergence", "jeffreysDivergence", "jsDivergence", "jsDistance"] as const;
const PAIRS = [...DIVERGENCES, "crossEntropy"] as const;

/** Σ e^z and e^z/Σ of a row, by the host's own exponential. */
function softmaxOf(row: FloatArray): Float64Array {
  const most = Math.max(...row);
  const powers = Float64Array.from(row, (z) => Math.exp(z - most));
  const sum = powers.reduce((all, x) => all + x);
  return powers.map((x) => x / sum);
}

const sumOf = (row: FloatArray) => Float64Array.from(row).reduce((all, x) => all + x, 0);

const KINDS = BACKENDS.flatMap(
  (backend) =>
    [
      [backend, "f32", Float32Array, 1e-6],
      [backend, "f64", Float64Array, 1e-13],
    ] as const,
);

describe.each(KINDS)("%s, %s", (backend, _, type, tolerance) => {
  const engine = engines[backend];
  const f = on(engine);
  const isF32 = type === Float32Array;
  const forRows = (property: (p: FloatArray, q: FloatArray) => void, change = (rows: [number[], number[]]) => rows) =>
    fc.assert(
      fc.property(pairOfRows, (rows) => {
        const [p, q] = change(rows);
        property(type.from(p), type.from(q));
      }),
      SEED,
    );
  const rowOf = (length: number, number: (i: number) => number): FloatArray => {
    const row = new type(length);
    for (let i = 0; i < length; i++) row[i] = number(i);
    return row;
  };
  /** Within the contract's error, of max(scale, |value|). */
  const near = (a: number, b: number, scale = 1, what = "it") => {
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return;
    const bound = tolerance * Math.max(scale, Math.abs(a), Math.abs(b));
    if (!(Math.abs(a - b) <= bound)) expect.fail(`${what} is ${a}, not ${b}`);
  };
  const nearAll = (a: ArrayLike<number>, b: ArrayLike<number>, what = "it") => {
    expect(a.length).toBe(b.length);
    for (let i = 0; i < a.length; i++) near(a[i], b[i], 1, what);
  };

  test("every divergence is >= 0, and exactly 0 of a row and itself", () => {
    forRows((p, q) => {
      for (const measure of DIVERGENCES) {
        expect(f[measure](p, q, L)).toBeGreaterThanOrEqual(0);
        expect(f[measure](p, p, L)).toBe(0);
        for (const temperature of [0.3, 0.01]) {
          expect(f[measure](p, p.slice(), { ...L, temperature })).toBe(0);
        }
      }
    });
  });

  test("every divergence of two nearly identical rows is >= 0, and that of f32 has f32's accuracy of them", () => {
    forRows((p, q) => {
      const other = rowOf(p.length, (i) => p[i] + (q[i] > p[i] ? 1e-3 : 0));
      const [x, y] = [Float64Array.from(p), Float64Array.from(other)];
      for (const measure of DIVERGENCES) {
        const value = f[measure](p, other, L);
        expect(value).toBeGreaterThanOrEqual(0);
        const wide = f[measure](x, y, L);
        if (isF32 && wide > (measure === "jsDistance" ? 3.2e-5 : 1e-9)) {
          expect(Math.abs(value / wide - 1)).toBeLessThanOrEqual(1e-5);
        }
      }
    });
  });

  test("H(p, q) = H(p) + KL(p‖q)", () => {
    forRows((p, q) => near(f.crossEntropy(p, q, L), f.entropy(p, L) + f.klDivergence(p, q, L)));
  });

  test("KL is infinite where a possible class is impossible in q, and finite where it is not", () => {
    forRows((p, q) => {
      const isInfinite = p.some((z, i) => z > Number.NEGATIVE_INFINITY && q[i] === Number.NEGATIVE_INFINITY);
      expect(f.klDivergence(p, q, L) === Number.POSITIVE_INFINITY).toBe(isInfinite);
      expect(f.crossEntropy(p, q, L) === Number.POSITIVE_INFINITY).toBe(isInfinite);
    });
  });

  test("0 <= H(p) <= ln n, and the log-sum-exp is between the largest and ln n above it", () => {
    forRows((p) => {
      const entropy = f.entropy(p, L);
      expect(entropy).toBeGreaterThanOrEqual(0);
      expect(entropy).toBeLessThanOrEqual(Math.log(p.length) + tolerance * Math.max(1, Math.log(p.length)));
      const most = Math.max(...p);
      const logSumExp = f.logSumExp(p);
      expect(logSumExp).toBeGreaterThanOrEqual(most);
      expect(logSumExp).toBeLessThanOrEqual(most + Math.log(p.length) + tolerance * 25);
    });
  });

  test("JS is symmetric within rounding, at most ln 2, and half of both KLs to the mean", () => {
    forRows((p, q) => {
      const js = f.jsDivergence(p, q, L);
      near(f.jsDivergence(q, p, L), js, 0);
      expect(js).toBeLessThanOrEqual(Math.LN2);
      const [x, y] = [softmaxOf(p), softmaxOf(q)];
      const mean = x.map((z, i) => (z + y[i]) / 2);
      const kinds = { input: ["logits", "probabilities"] } as const;
      near(js, f.klDivergence(p, mean, kinds) / 2 + f.klDivergence(q, mean, kinds) / 2);
      near(f.jsDistance(p, q, L) ** 2, js);
    });
  });

  test("JS keeps what it has of two nearly identical rows when they change places", () => {
    forRows((p, q) => {
      const other = rowOf(p.length, (i) => p[i] + (q[i] > p[i] ? 1 / 64 : 0));
      const js = f.jsDivergence(p, other, L);
      if (js > 1e-9) {
        expect(Math.abs(f.jsDivergence(other, p, L) / js - 1)).toBeLessThanOrEqual(isF32 ? 1e-5 : 1e-11);
      }
    });
  });

  test("rows without a common class have JS = ln 2 and infinite KL and Jeffreys", () => {
    forRows((p, q) => {
      const left = rowOf(2 * p.length, (i) => (i % 2 === 0 ? p[i / 2] : Number.NEGATIVE_INFINITY));
      const right = rowOf(2 * q.length, (i) => (i % 2 === 1 ? q[(i - 1) / 2] : Number.NEGATIVE_INFINITY));
      near(f.jsDivergence(left, right, L), Math.LN2);
      expect(f.klDivergence(left, right, L)).toBe(Infinity);
      expect(f.crossEntropy(right, left, L)).toBe(Infinity);
      expect(f.jeffreysDivergence(left, right, L)).toBe(Infinity);
    });
  });

  test("Jeffreys is the sum of both KLs", () => {
    forRows((p, q) => {
      const both = f.klDivergence(p, q, L) + f.klDivergence(q, p, L);
      near(f.jeffreysDivergence(p, q, L), both);
      near(f.jeffreysDivergence(q, p, L), both);
    });
  });

  test("a number added to every logit of a row changes nothing", () => {
    forRows((p, q) => {
      for (const constant of [1, -300, 4096]) {
        const moved = rowOf(p.length, (i) => p[i] + constant);
        for (const measure of PAIRS) {
          const value = f[measure](p, q, L);
          near(f[measure](moved, q, L), value, 1, measure);
          near(f[measure](q, moved, L), f[measure](q, p, L), 1, measure);
        }
        expect(f.klDivergence(p, moved, L)).toBe(0);
        near(f.entropy(moved, L), f.entropy(p, L));
        nearAll(f.softmax(moved), f.softmax(p), "softmax");
        nearAll(f.logSoftmax(moved), f.logSoftmax(p), "logSoftmax");
        nearAll(f.logRatio(moved, q, L), f.logRatio(p, q, L), "logRatio");
      }
    });
  });

  test("the numbers passed are what counts, however far from 0 they lie", () => {
    forRows((p, q) => {
      const other = Float64Array.from(q);
      for (const constant of [30, 1000, 65536]) {
        const far = rowOf(p.length, (i) => 1.1 * p[i] + constant + 0.7);
        // exact, in f64
        const same = Float64Array.from(far, (z) => z - constant);
        for (const measure of PAIRS) {
          near(f[measure](far, q, L), f[measure](same, other, L), 1, measure);
          near(f[measure](q, far, L), f[measure](other, same, L), 1, measure);
        }
        near(f.entropy(far, L), f.entropy(same, L), 1, "entropy");
        near(f.logSumExp(far) - constant, f.logSumExp(same), constant, "logSumExp");
        nearAll(f.logSoftmax(far), f.logSoftmax(same), "logSoftmax");
        nearAll(f.softmax(far), f.softmax(same), "softmax");
        nearAll(f.logRatio(far, q, L), f.logRatio(same, other, L), "logRatio");
      }
    }, possible);
  });

  test("a class far below the others counts for nothing, whatever its logit", () => {
    const least = isF32 ? -3.4028234663852886e38 : -Number.MAX_VALUE;
    forRows((p, q) => {
      const masked = (row: FloatArray, mask: number) => rowOf(row.length + 2, (i) => (i < row.length ? row[i] : mask));
      const labels = [0];
      const rowLength = p.length + 2;
      for (const mask of [-1e4, -1e9, -1e30, least]) {
        const [x, y] = [masked(p, mask), masked(q, mask)];
        const [a, b] = [masked(p, Number.NEGATIVE_INFINITY), masked(q, Number.NEGATIVE_INFINITY)];
        for (const measure of PAIRS) {
          near(f[measure](x, y, L), f[measure](a, b, L), 1, `${mask}: ${measure}`);
        }
        near(f.entropy(x, L), f.entropy(a, L), 1, `${mask}: entropy`);
        near(f.logSumExp(x), f.logSumExp(a), 25, `${mask}: logSumExp`);
        nearAll(f.softmax(x), f.softmax(a), `${mask}: softmax`);
        near(f.crossEntropyLoss(x, labels, { rowLength }).loss, f.crossEntropyLoss(a, labels, { rowLength }).loss);
        for (const direction of ["forward", "reverse", "js"] as const) {
          const options = { rowLength, direction, gradient: true };
          const [one, other] = [f.distillationLoss(x, y, options), f.distillationLoss(a, b, options)];
          const what = `${mask}: distillationLoss, ${direction}`;
          near(one.loss, other.loss, 1, what);
          const scale = Math.max(1, other.loss);
          const expected = other.gradient as FloatArray;
          (one.gradient as FloatArray).forEach((z, i) => {
            near(z, expected[i], scale, `${what}, gradient`);
          });
        }
      }
    }, possible);
  });

  test("logits of any size are logits: those on top share everything", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        fc.constantFrom(1e6, 1e15, 1e16, 1e20, 3e38, ...(isF32 ? [] : [1e100, 1e300])),
        fc.constantFrom(1, -1),
        (ties, others, size, sign) => {
          const most = type.of(sign * size)[0];
          const row = rowOf(ties + others, (i) => (i < ties ? most : most - Math.abs(most) / 2));
          const rowLength = row.length;
          const alike = Math.log(ties);
          near(f.logSumExp(row), most + alike, 1, "logSumExp");
          near(f.entropy(row, L), alike, 1, "entropy");
          near(f.softmax(row)[0], 1 / ties, 1, "softmax");
          near(f.logSoftmax(row)[0], -alike, 1, "logSoftmax");
          near(f.klDivergence(row, row.slice(), L), 0, 1, "klDivergence");
          const { loss, gradient } = f.crossEntropyLoss(row, [0], { rowLength, gradient: true });
          near(loss, alike, 1, "crossEntropyLoss");
          near((gradient as FloatArray)[0], 1 / ties - 1, 1, "gradient");
          near(f.tokenLogProbabilities(row, [0], { rowLength })[0], -alike, 1, "tokenLogProbabilities");
          near(f.perplexity(row, [0], { rowLength }), ties, 1, "perplexity");
          const flat = new type(rowLength);
          const { sum } = f.logLikelihoodRatioOfTokens(row, flat, [0], { rowLength });
          near(sum, Math.log(rowLength) - alike, 1, "logLikelihoodRatioOfTokens");
          if (others === 0) return;
          // a label half that size below
          const below = f.crossEntropyLoss(row, [ties], { rowLength }).loss;
          near(below, most - row[ties] + alike, 1, "crossEntropyLoss of another");
        },
      ),
      SEED,
    );
  });

  test("logits give what their softmax gives, and so do log-probabilities", () => {
    forRows((p, q) => {
      const [x, y] = [softmaxOf(p), softmaxOf(q)];
      const logarithms = Float64Array.from(q, (z) => z - f.logSumExp(Float64Array.from(q)));
      for (const measure of PAIRS) {
        const value = f[measure](x, y, { normalize: true });
        near(f[measure](p, q, L), value, 1, measure);
        near(f[measure](p, y, { input: ["logits", "probabilities"] }), value);
        near(f[measure](x, q, { input: ["probabilities", "logits"] }), value);
        near(f[measure](p, logarithms, { input: ["logits", "logProbabilities"] }), value);
        near(f[measure](x, logarithms, { input: ["probabilities", "logProbabilities"] }), value);
      }
      near(f.entropy(p, L), f.entropy(x, { normalize: true }));
      near(f.entropy(logarithms, { input: "logProbabilities" }), f.entropy(y, { normalize: true }));
    });
  });

  test("any multiple of log-probabilities' exponentials will do, with normalize", () => {
    forRows((p, q) => {
      for (const measure of PAIRS) {
        const value = f[measure](p, q, { input: "logProbabilities", normalize: true });
        near(value, f[measure](p, q, L));
      }
      near(f.entropy(p, { input: "logProbabilities", normalize: true }), f.entropy(p, L));
    });
  });

  test("a row is compared with each of a matrix as with it alone, also beside one that is far away", () => {
    const n = 1500;
    const one = rowOf(n, (i) => Math.sin(i) * 4);
    // the second row, alike but for an offset that f32 is too coarse for, is computed in another way
    const offsets = [0, 1000, 3, 300];
    const matrix = rowOf(
      n * offsets.length,
      (i) => Math.sin(i % n) * 4 + 1e-3 * Math.cos(i) + offsets[Math.floor(i / n)],
    );
    for (const measure of PAIRS) {
      const rows = f[measure].rows(one, matrix, { ...L, rowLength: n });
      const alone = offsets.map((_, r) => f[measure](one, matrix.slice(r * n, (r + 1) * n), L));
      expect([...rows]).toEqual(alone);
    }
  });

  test("rows of a matrix are single calls, to the bit, and one row is compared with every other", () => {
    fc.assert(
      fc.property(pairOfRows, fc.integer({ min: 1, max: 5 }), ([a, b], count) => {
        const rowLength = a.length;
        const matrix = (row: number[]) => rowOf(rowLength * count, (i) => row[i % rowLength] + (i % 7));
        const [p, q] = [matrix(a), matrix(b)];
        const row = (all: FloatArray, r: number) => all.slice(r * rowLength, (r + 1) * rowLength);
        const one = row(q, 0);
        const single = { ...L, temperature: 1.5 };
        const options = { ...single, rowLength };
        const perRow = (value: (r: number) => number) => Float64Array.from({ length: count }, (_, r) => value(r));
        for (const measure of PAIRS) {
          const rows = f[measure].rows.bind(engine);
          expect(rows(p, q, options)).toEqual(perRow((r) => f[measure](row(p, r), row(q, r), single)));
          expect(rows(p, one, options)).toEqual(perRow((r) => f[measure](row(p, r), one, single)));
          expect(rows(one, p, options)).toEqual(perRow((r) => f[measure](one, row(p, r), single)));
        }
        expect(f.entropy.rows(p, options)).toEqual(perRow((r) => f.entropy(row(p, r), single)));
        const soft = { temperature: 1.5 };
        const softRows = { ...soft, rowLength };
        expect(f.logSumExp.rows(p, softRows)).toEqual(perRow((r) => f.logSumExp(row(p, r), soft)));
        const [softmaxes, logs] = [f.softmax.rows(p, softRows), f.logSoftmax.rows(p, softRows)];
        const ratios = [f.logRatio.rows(one, p, options), f.logRatio.rows(p, one, options)];
        for (let r = 0; r < count; r++) {
          expect(row(softmaxes, r)).toEqual(f.softmax(row(p, r), soft));
          expect(row(logs, r)).toEqual(f.logSoftmax(row(p, r), soft));
          expect(row(ratios[0], r)).toEqual(f.logRatio(one, row(p, r), single));
          expect(row(ratios[1], r)).toEqual(f.logRatio(row(p, r), one, single));
        }
        // counts of impossible classes are errors
        const [x, y] = [
          rowOf(rowLength * count, (i) => possible([a, b])[0][i % rowLength]),
          matrix(possible([a, b])[1]),
        ];
        const counts = rowOf(rowLength * count, (i) => i % 3);
        const ratio = f.logLikelihoodRatio.bind(engine);
        const ratioRows = f.logLikelihoodRatio.rows.bind(engine);
        const [c, z] = [row(counts, 0), row(y, 0)];
        expect(ratioRows(counts, x, z, options)).toEqual(perRow((r) => ratio(row(counts, r), row(x, r), z, single)));
        expect(ratioRows(c, x, y, options)).toEqual(perRow((r) => ratio(c, row(x, r), row(y, r), single)));
        expect(ratioRows(counts, z, x, options)).toEqual(perRow((r) => ratio(row(counts, r), z, row(x, r), single)));
      }),
      { ...SEED, numRuns: repeats(30, 10) },
    );
  });

  test("a base divides by its logarithm", () => {
    forRows((p, q) => {
      for (const base of [2, 10, 0.5]) {
        const options = { ...L, base };
        const unit = Math.log(base);
        for (const measure of ["klDivergence", "jeffreysDivergence", "jsDivergence", "crossEntropy"] as const) {
          near(f[measure](p, q, options), f[measure](p, q, L) / unit, 0);
        }
        near(f.entropy(p, options), f.entropy(p, L) / unit);
        nearAll(
          f.logRatio(p, q, options),
          Array.from(f.logRatio(p, q, L), (x) => x / unit),
        );
      }
    }, possible);
  });

  test("a temperature divides the logits", () => {
    forRows((p, q) => {
      // 2^-10 divides exactly: what is compared with has no error of its own
      for (const temperature of [0.3, 2.5, 7, 2 ** -10]) {
        const [x, y] = [p, q].map((row) => Float64Array.from(row, (z) => z / temperature));
        const options = { ...L, temperature };
        for (const measure of PAIRS) near(f[measure](p, q, options), f[measure](x, y, L), 1, measure);
        near(f.entropy(p, options), f.entropy(x, L));
        near(f.logSumExp(p, { temperature }), f.logSumExp(x));
        nearAll(f.softmax(p, { temperature }), f.softmax(x));
        nearAll(f.logSoftmax(p, { temperature }), f.logSoftmax(x));
        if (temperature > 0.1) nearAll(f.logRatio(p, q, options), f.logRatio(x, y, L));
      }
    });
  });

  test("a temperature far above the logits makes all classes alike, one far below them leaves the largest", () => {
    forRows((p) => {
      near(f.entropy(p, { ...L, temperature: 1e15 }), Math.log(p.length));
      const most = Math.max(...p);
      const ties = p.filter((z) => z === most).length;
      near(f.entropy(p, { ...L, temperature: 1e-9 }), Math.log(ties));
      nearAll(
        f.softmax(p, { temperature: 1e-9 }),
        Array.from(p, (z) => (z === most ? 1 / ties : 0)),
      );
    }, possible);
  });

  test("a softmax sums to 1, is that of the host's exponential, and logSoftmax is its logarithm", () => {
    forRows((p) => {
      const softmax = f.softmax(p);
      const error = isF32 ? 5e-7 : 1e-14;
      expect(Math.abs(sumOf(softmax) - 1)).toBeLessThanOrEqual(error);
      const expected = softmaxOf(p);
      const logSoftmax = f.logSoftmax(p);
      const least = isF32 ? 1e-37 : 1e-300;
      for (let i = 0; i < p.length; i++) {
        if (expected[i] > least) expect(Math.abs(softmax[i] / expected[i] - 1)).toBeLessThanOrEqual(error);
        if (softmax[i] > least) near(logSoftmax[i], Math.log(softmax[i]));
        if (p[i] === Number.NEGATIVE_INFINITY) {
          expect(softmax[i]).toBe(0);
          expect(logSoftmax[i]).toBe(Number.NEGATIVE_INFINITY);
        }
      }
      near(f.logSumExp(p), p[0] - Math.log(expected[0]), 25);
    });
  });

  test("the order of classes matters only within the error", () => {
    forRows((p, q) => {
      const order = shuffledIndices(p.length);
      const [x, y] = [rowOf(p.length, (i) => p[order[i]]), rowOf(q.length, (i) => q[order[i]])];
      for (const measure of PAIRS) near(f[measure](p, q, L), f[measure](x, y, L));
      near(f.entropy(p, L), f.entropy(x, L));
      near(f.logSumExp(p), f.logSumExp(x), 25);
    });
  });

  test("logRatio is the difference of both log-softmaxes, and its expectation under p is KL", () => {
    forRows((p, q) => {
      const ratios = f.logRatio(p, q, L);
      const [x, y] = [f.logSoftmax(Float64Array.from(p)), f.logSoftmax(Float64Array.from(q))];
      ratios.forEach((ratio, i) => {
        if (x[i] === y[i] && x[i] === Number.NEGATIVE_INFINITY) expect(ratio).toBeNaN();
        else near(ratio, x[i] - y[i]);
      });
    });
    forRows((p, q) => {
      const ratios = f.logRatio(p, q, L);
      near(sumOf(softmaxOf(p).map((x, i) => x * ratios[i])), f.klDivergence(p, q, L));
    }, possible);
  });

  test("logLikelihoodRatio is the counts' sum of logRatio, and antisymmetric in the models", () => {
    forRows((p, q) => {
      const counts = rowOf(p.length, (i) => i % 4);
      const terms = f.logRatio(Float64Array.from(p), Float64Array.from(q), L).map((x, i) => x * counts[i]);
      const scale = sumOf(terms.map(Math.abs));
      const value = f.logLikelihoodRatio(counts, p, q, L);
      near(value, sumOf(terms), scale);
      near(f.logLikelihoodRatio(counts, q, p, L), -value, scale);
    }, possible);
  });

  test("a plain array has the bits of the Float64Array of its numbers", () => {
    forRows((p, q) => {
      const [x, y] = [Float64Array.from(p), Float64Array.from(q)];
      for (const measure of PAIRS) {
        expect(f[measure](Array.from(p), Array.from(q), L)).toBe(f[measure](x, y, L));
      }
      expect(f.entropy(Array.from(p), L)).toBe(f.entropy(x, L));
      expect(f.softmax(Array.from(p))).toEqual(f.softmax(x));
      expect(f.logSoftmax(Array.from(p))).toEqual(f.logSoftmax(x));
    });
  });

  /** A matrix of a few rows, their labels, and what they share. */
  const forMatrices = (
    property: (logits: FloatArray, other: FloatArray, labels: number[], rowLength: number) => void,
    change = possible,
  ) =>
    fc.assert(
      fc.property(pairOfRows, fc.integer({ min: 1, max: 4 }), fc.nat(), (rows, count, seed) => {
        const [a, b] = change(rows);
        const n = a.length;
        const random = randomNumbers(seed);
        const matrix = (row: number[]) => rowOf(n * count, (i) => row[(i + 3 * Math.floor(i / n)) % n]);
        const labels = Array.from({ length: count }, () => Math.floor(random() * n));
        property(matrix(a), matrix(b), labels, n);
      }),
      { ...SEED, numRuns: repeats(50, 10) },
    );

  test("perplexity is the exponential of the mean loss, which is that of the tokens' log-probabilities", () => {
    forMatrices((logits, _other, labels, rowLength) => {
      const { loss, count } = f.crossEntropyLoss(logits, labels, { rowLength });
      expect(count).toBe(labels.length);
      const perplexity = f.perplexity(logits, labels, { rowLength });
      expect(Math.abs(perplexity / Math.exp(loss) - 1)).toBeLessThanOrEqual(tolerance * Math.max(1, loss));
      const logProbabilities = f.tokenLogProbabilities(logits, labels, { rowLength });
      near(-sumOf(logProbabilities) / count, loss);
      const single = { base: 2, rowLength };
      nearAll(
        f.tokenLogProbabilities(logits, labels, single),
        logProbabilities.map((x) => x / Math.LN2),
      );
      labels.forEach((label, r) => {
        near(logProbabilities[r], f.logSoftmax(logits.slice(r * rowLength, (r + 1) * rowLength))[label]);
      });
    });
  });

  test("a log-likelihood ratio of tokens is the sum of the differences of their log-probabilities", () => {
    forMatrices((p, q, tokens, rowLength) => {
      const options = { rowLength };
      const { sum, mean, count } = f.logLikelihoodRatioOfTokens(p, q, tokens, options);
      const [x, y] = [p, q].map((logits) => f.tokenLogProbabilities(logits, tokens, options));
      const scale = sumOf(x.map((z, r) => Math.abs(z) + Math.abs(y[r])));
      near(sum, sumOf(x) - sumOf(y), Math.max(1, scale));
      expect(count).toBe(tokens.length);
      near(mean, sum / count);
      expect(f.logLikelihoodRatioOfTokens(p, p, tokens, options).sum).toBe(0);
    });
  });

  /** The rows of one-hot targets for labels. */
  const oneHot = (labels: number[], rowLength: number) =>
    rowOf(labels.length * rowLength, (i) => (labels[Math.floor(i / rowLength)] === i % rowLength ? 1 : 0));

  test("one-hot targets are labels", () => {
    forMatrices((logits, _other, labels, rowLength) => {
      for (const options of [{}, { labelSmoothing: 0.1 }, { zLoss: 1e-3, temperature: 2 }]) {
        const all = { ...options, rowLength, gradient: true };
        const ofLabels = f.crossEntropyLoss(logits, labels, all);
        const ofTargets = f.crossEntropyLoss(logits, oneHot(labels, rowLength), all);
        near(ofTargets.loss, ofLabels.loss);
        nearAll(ofTargets.gradient as FloatArray, ofLabels.gradient as FloatArray);
      }
    });
  });

  test("soft targets' loss is their cross-entropy", () => {
    forMatrices((logits, other, _labels, rowLength) => {
      const targets = f.softmax.rows(other, { rowLength });
      const { perRow, loss } = f.crossEntropyLoss(logits, targets, { rowLength, reduction: "none" });
      const options = { rowLength, input: ["probabilities", "logits"] } as const;
      // the loss is of the targets as they are, whose sum is rounded
      const crossEntropies = f.crossEntropy.rows(targets, logits, options);
      nearAll(perRow as Float64Array, crossEntropies);
      near(loss, sumOf(crossEntropies));
    });
  });

  test("a mean is the sum over the count, and both are of the rows' own losses", () => {
    forMatrices((student, teacher, labels, rowLength) => {
      const ignored = [...labels.slice(1), -100];
      for (const run of [
        (reduction: "mean" | "sum" | "none") =>
          f.crossEntropyLoss(student, labels, { rowLength, reduction, gradient: true }),
        (reduction: "mean" | "sum" | "none") =>
          f.crossEntropyLoss(student, labels.length > 1 ? ignored : labels, {
            rowLength,
            reduction,
            gradient: true,
          }),
        (reduction: "mean" | "sum" | "none") =>
          f.distillationLoss(student, teacher, { rowLength, reduction, gradient: true, temperature: 3 }),
      ]) {
        const [mean, sum, none] = [run("mean"), run("sum"), run("none")];
        near(mean.loss, sum.loss / sum.count);
        near(none.loss, sum.loss);
        near(sumOf(none.perRow as Float64Array), sum.loss);
        nearAll(none.gradient as FloatArray, sum.gradient as FloatArray);
        nearAll(
          mean.gradient as FloatArray,
          Array.from(sum.gradient as FloatArray, (x) => x / sum.count),
        );
      }
    });
  });

  test("each row of a gradient sums to 0, but for zLoss", () => {
    forMatrices((student, teacher, labels, rowLength) => {
      const targets = f.softmax.rows(teacher, { rowLength });
      const options = { rowLength, gradient: true, reduction: "none" } as const;
      const classWeights = rowOf(rowLength, (i) => (i % 5) / 4);
      const gradients = {
        labels: f.crossEntropyLoss(student, labels, options),
        smoothed: f.crossEntropyLoss(student, labels, { ...options, labelSmoothing: 0.2, classWeights }),
        targets: f.crossEntropyLoss(student, targets, options),
        weighted: f.crossEntropyLoss(student, targets, { ...options, classWeights, labelSmoothing: 0.1 }),
        forward: f.distillationLoss(student, teacher, options),
        reverse: f.distillationLoss(student, teacher, { ...options, direction: "reverse" }),
        js: f.distillationLoss(student, teacher, { ...options, direction: "js" }),
        "js, beta 0.1": f.distillationLoss(student, teacher, { ...options, direction: "js", beta: 0.1 }),
      };
      for (const [name, { gradient, perRow }] of Object.entries(gradients)) {
        const all = gradient as FloatArray;
        for (let start = 0; start < all.length; start += rowLength) {
          const row = all.subarray(start, start + rowLength);
          // the reverse KL's is q·(ln(q/p) - KL)
          const value = (perRow as Float64Array)[start / rowLength];
          const scale = value + sumOf(row.map(Math.abs) as FloatArray);
          const error = Math.abs(sumOf(row));
          expect(error, name).toBeLessThanOrEqual(2 * tolerance * Math.max(1, scale));
        }
      }
    });
  });

  test("a gradient is the loss's slope", () => {
    forMatrices((student, teacher, labels, rowLength) => {
      const random = randomNumbers(rowLength);
      const step = Float64Array.from(student, () => random() - 0.5);
      const wide = Float64Array.from(student);
      const h = 1e-5;
      const [above, below] = [h, -h].map((t) => wide.map((z, i) => z + t * step[i]));
      const targets = f.softmax.rows(Float64Array.from(teacher), { rowLength });
      const options = { rowLength, temperature: 2 };
      const classWeights = rowOf(rowLength, (i) => 0.5 + (i % 3));
      const losses: ((logits: FloatArray, gradient: boolean) => { loss: number; gradient?: FloatArray })[] = [
        (z, gradient) => f.crossEntropyLoss(z, labels, { ...options, gradient, zLoss: 1e-2 }),
        (z, gradient) => f.crossEntropyLoss(z, labels, { ...options, gradient, labelSmoothing: 0.2, classWeights }),
        (z, gradient) => f.crossEntropyLoss(z, targets, { ...options, gradient, labelSmoothing: 0.2, classWeights }),
        (z, gradient) => f.distillationLoss(z, teacher, { ...options, gradient }),
        (z, gradient) => f.distillationLoss(z, teacher, { ...options, gradient, direction: "reverse" }),
        (z, gradient) => f.distillationLoss(z, teacher, { ...options, gradient, direction: "js" }),
        (z, gradient) => f.distillationLoss(z, teacher, { ...options, gradient, direction: "js", beta: 0.1 }),
      ];
      losses.forEach((run, i) => {
        const slope = (run(above, false).loss - run(below, false).loss) / (2 * h);
        const gradient = run(student, true).gradient as FloatArray;
        const product = sumOf(Float64Array.from(gradient, (g, k) => g * step[k]));
        expect(Math.abs(product - slope), `loss ${i}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(slope)));
      });
    });
  });

  test("the distillation of a model with itself is 0, and forward its gradient is exactly 0", () => {
    forMatrices(
      (student, _teacher, _labels, rowLength) => {
        for (const direction of ["forward", "reverse", "js"] as const) {
          for (const temperature of [1, 2.5]) {
            const options = { rowLength, temperature, direction, gradient: true };
            const { loss, gradient } = f.distillationLoss(student, student.slice(), options);
            expect(loss).toBe(0);
            for (const x of gradient as FloatArray) {
              if (direction === "forward") expect(Math.abs(x)).toBe(0);
              else near(x, 0);
            }
          }
        }
      },
      (rows) => rows,
    );
  });

  test("the distillation loss is τ²·KL, the reverse KL or JS, at temperature τ", () => {
    forMatrices((student, teacher, _labels, rowLength) => {
      for (const temperature of [1, 2.5]) {
        const options = { rowLength, temperature, ...L };
        const square = temperature * temperature;
        const expected = {
          forward: f.klDivergence.rows(teacher, student, options),
          reverse: f.klDivergence.rows(student, teacher, options),
          js: f.jsDivergence.rows(teacher, student, options),
        };
        for (const direction of ["forward", "reverse", "js"] as const) {
          const all = { rowLength, temperature, direction, reduction: "none" } as const;
          const { perRow } = f.distillationLoss(student, teacher, all);
          nearAll(
            perRow as Float64Array,
            expected[direction].map((x) => x * square),
          );
        }
      }
    });
  });
});

// In rows of few classes no rounding makes up for another.
describe.each(BACKENDS)("%s, f32 rows of few classes", (backend) => {
  const engine = engines[backend];
  const f = on(engine);

  test.each([
    [10, 0, 1],
    [20, 0, 1],
    [50, 0, 1],
    [100, 0, 1],
    [1000, 0, 1],
    [5, 30, 1],
    [5, 300, 1],
    [20, 0, 0.3],
    [20, 0, 1e-3],
  ])(
    "within ±%d, %d apart, at a temperature of %d, have the error promised of f64's result",
    (range, offset, temperature) => {
      const random = randomNumbers(1 + range + offset);
      const options = { ...L, temperature };
      const wrong: string[] = [];
      for (let k = 0; k < repeats(2000, 10); k++) {
        const n = 2 + (k % 6);
        const p = Float32Array.from({ length: n }, () => range * (2 * random() - 1) + offset);
        const q = Float32Array.from({ length: n }, () => range * (2 * random() - 1));
        const [x, y] = [Float64Array.from(p), Float64Array.from(q)];
        for (const measure of PAIRS) {
          const [value, wide] = [f[measure](p, q, options), f[measure](x, y, options)];
          if (Math.abs(value - wide) > 1e-6 * Math.max(1, wide)) {
            wrong.push(`${measure} of [${p}] and [${q}] is ${value}, not ${wide}`);
          }
        }
      }
      expect(wrong.slice(0, 3)).toEqual([]);
    },
  );
});

test.each(BACKENDS)("%s: a class that is all but impossible in p and likely in q has the error promised", (backend) => {
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  for (let a = 0; a <= 80; a += 0.5) {
    for (let b = -8; b <= 8; b += 0.25) {
      // p = (1, e^-a)/(1 + e^-a), q = (1, e^b)/(1 + e^b): both logits are exact
      const value = on(engines[backend]).klDivergence(Float32Array.of(0, -a), Float32Array.of(0, b), L);
      const second = Math.exp(-a - softplus(-a));
      const exact = softplus(b) - softplus(-a) - second * (a + b);
      expect(Math.abs(value - exact), `a = ${a}, b = ${b}`).toBeLessThanOrEqual(1e-6 * Math.max(1, exact));
    }
  }
});

/** 0 … length - 1 in an order of its own. */
function shuffledIndices(length: number): number[] {
  const random = randomNumbers(length);
  const indices = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [indices[i], indices[j]] = [indices[j], indices[i]];
  }
  return indices;
}
