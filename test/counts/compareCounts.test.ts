import { describe, expect, test } from "vitest";
import { type ComparisonMeasure, compareCounts, contributions, type IntervalMethod } from "../../src/counts/index.js";
import { estimateKlDivergence } from "../../src/evidence/index.js";
import { jsDivergence, klDivergence } from "../../src/index.js";
import { uniform } from "../evidence/random.js";
import { isLong, thin } from "../long.js";
import { drawsFrom, MEASURES, PAIRS, sampleOf, simulate } from "./coverage.js";
import { references } from "./samples.js";

/** |value - exact| <= 1e-12, of numbers below 1, and relative to larger ones. */
function expectNear(value: number, exact: string | number): void {
  const truth = Number(exact);
  expect(Math.abs(value - truth)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(truth)));
}

describe("compareCounts", () => {
  test.each(references.comparisons)("$measure of $a and $b, as at 50 digits", ({ a, b, measure, ends }) => {
    const { value, interval, standardError } = compareCounts(a, b, { measure, permutations: 0 });
    const values = [value, ...interval];
    values.forEach((own, i) => {
      expectNear(own, ends[i]);
    });
    expect(standardError).toBeCloseTo((interval[1] - interval[0]) / (2 * 1.959963984540054), 14);
  });

  test("what is not corrected is the package's own, and the keys are those of contributions", () => {
    const a = { tea: 30, milk: 10, rum: 0, jam: 7 };
    const b = { tea: 12, milk: 25, rum: 3, jam: 9 };
    const [x, y] = [Object.values(a), Object.values(b)];
    const normalize = { normalize: true };
    for (const [measure, base] of [["js", 2] as const, ["kl", undefined] as const]) {
      const result = compareCounts(a, b, { measure, base, limit: 2, permutations: 0 });
      const { value, terms } = contributions(a, b, { measure, base, limit: 2 });
      expect(result.keys).toEqual(terms);
      expect(result.plugIn).toBe(value);
      const own = measure === "js" ? jsDivergence(x, y, { ...normalize, base }) : klDivergence(x, y, normalize);
      expectNear(result.plugIn, own);
      expect(result).toMatchObject({ measure, sizes: [47, 49], classes: 4, confidence: 0.95 });
    }
    const hellinger = compareCounts(a, b, { measure: "hellinger" });
    expectNear(hellinger.plugIn ** 2, contributions(a, b, { measure: "hellinger" }).value);
    expect(compareCounts(a, b, { measure: "psi" }).plugIn).toBe(Number.POSITIVE_INFINITY);
  });

  test("base divides the value, its error and its interval", () => {
    const [a, b] = [
      [30, 10, 4],
      [12, 25, 9],
    ];
    const [nats, bits] = [undefined, 2].map((base) => compareCounts(a, b, { base, permutations: 0 }));
    expectNear(bits.value * Math.LN2, nats.value);
    expectNear(bits.plugIn * Math.LN2, nats.plugIn);
    expectNear(bits.standardError * Math.LN2, nats.standardError);
    expectNear(bits.interval[0] * Math.LN2, nats.interval[0]);
  });

  test("the p-value is that of all permutations", () => {
    // of the 8 observations, 2·70 of the 70 sets of 4 that are the first sample put all a in one of them
    const separate = compareCounts({ a: 4 }, { b: 4 }, { permutations: 20_000, seed: 3 });
    expect(Math.abs(separate.pValue - 2 / 70)).toBeLessThan(4 * Math.sqrt((2 / 70) * (1 / 20_000)));
    // hypergeometric: 3 or 4 of 4, or 0 or 1
    const near = compareCounts({ a: 3, b: 1 }, { a: 1, b: 3 }, { permutations: 20_000, seed: 3 });
    const exact = (2 * (16 + 1)) / 70;
    expect(Math.abs(near.pValue - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 20_000));
    expect(near.pValue).toBe((near.exceeding + 1) / (near.permutations + 1));
  });

  test("samples of unlike sizes and of many classes of few are dealt out as sets are", () => {
    // of classes of one each, a third are in the first sample: every permutation is as far apart as any
    const ones = Float64Array.from({ length: 6000 }, (_, k) => (k < 2000 ? 1 : 0));
    const others = ones.map((x) => 1 - x);
    expect(compareCounts(ones, others, { permutations: 50 }).pValue).toBe(1);
    // two classes and 10^7 observations a sample: the difference of the shares is 2.1 standard deviations
    const n = 10_000_000;
    const d = Math.round((2.1 * Math.sqrt(n / 2)) / 2);
    const result = compareCounts([n / 2 + d, n / 2 - d], [n / 2 - d, n / 2 + d], { permutations: 4999, seed: 1 });
    expect(Math.abs(result.pValue - 0.03573)).toBeLessThan(4 * Math.sqrt((0.036 * 0.964) / 5000));
  });

  test("one seed, one result; another, another", () => {
    const [a, b] = [
      [20, 10, 4, 0, 1],
      [12, 15, 9, 1, 1],
    ];
    expect(compareCounts(a, b, { seed: 5 })).toEqual(compareCounts(a, b, { seed: 5 }));
    const exceeding = new Set(Array.from({ length: 10 }, (_, seed) => compareCounts(a, b, { seed }).exceeding));
    expect(exceeding.size).toBeGreaterThan(1);
    expect(compareCounts(a, b).interval).toEqual(compareCounts(a, b, { seed: 9 }).interval);
  });

  test("a sample that is another's copy is not apart from it; what has nothing in common is as far as can be", () => {
    const copy = compareCounts([5, 3, 2], [5, 3, 2]);
    expect(copy).toMatchObject({ value: 0, plugIn: 0, pValue: 1 });
    expect(copy.interval[0]).toBe(0);
    expect(copy.interval[1]).toBeGreaterThan(0);
    const apart = compareCounts({ a: 1000 }, { b: 1000 });
    expect(apart.interval[1]).toBeLessThanOrEqual(Math.LN2);
    expect(apart.value).toBeGreaterThan(0.69);
    expect(compareCounts({ a: 1000 }, { b: 1000 }, { measure: "totalVariation" }).interval[1]).toBeLessThanOrEqual(1);
  });

  test("a wider confidence has a wider interval about the same value", () => {
    const [a, b] = [
      [30, 10, 4],
      [12, 25, 9],
    ];
    const results = [0.5, 0.9, 0.99].map((confidence) => compareCounts(a, b, { confidence, permutations: 0 }));
    for (const [i, { interval, value, pValue }] of results.entries()) {
      expect(value).toBe(results[0].value);
      expect(interval[0]).toBeLessThan(value);
      expect(interval[1]).toBeGreaterThan(value);
      expect(pValue).toBe(Number.NaN);
      if (i > 0) {
        expect(interval[0]).toBeLessThan(results[i - 1].interval[0]);
        expect(interval[1]).toBeGreaterThan(results[i - 1].interval[1]);
      }
    }
  });

  test("a jackknife leaves out each observation of both samples in turn", () => {
    const [a, b] = [
      [60, 0, 33, 1],
      [22, 45, 9, 3],
    ];
    const js = (x: number[], y: number[]) => jsDivergence(x, y, { normalize: true });
    const varianceWithout = (counts: number[], of: (left: number[]) => number): number => {
      const values = counts.flatMap((count, k) =>
        Array.from({ length: count }, () => of(counts.map((c, i) => (i === k ? c - 1 : c)))),
      );
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
      return ((values.length - 1) / values.length) * values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    };
    const error = Math.sqrt(varianceWithout(a, (left) => js(left, b)) + varianceWithout(b, (left) => js(a, left)));
    const result = compareCounts(a, b, { interval: "jackknife", permutations: 0 });
    expect(result.standardError).toBeCloseTo(error, 12);
    expect(result.interval[1] - result.value).toBeCloseTo(1.959963984540054 * error, 12);
    expect(result.value).toBe(compareCounts(a, b, { permutations: 0 }).value);
    const kl = compareCounts(a, b, { measure: "kl", interval: "jackknife", permutations: 0 });
    expect(kl.standardError).toBeCloseTo(estimateKlDivergence.fromCounts(a, b).standardError, 12);
  });

  test("a bootstrap is as wide as the normal distribution of large samples, and as the seed has it", () => {
    const [a, b] = [
      [600, 100, 300],
      [300, 300, 400],
    ];
    const of = (seed: number, resamples?: number) =>
      compareCounts(a, b, { interval: "bootstrap", measure: "psi", permutations: 0, seed, resamples });
    // the variance of ln(p/q) - q/p under p, and of ln(q/p) - p/q under q, over the sizes
    const [p, q] = [a, b].map((counts) => counts.map((count) => count / 1000));
    const variance = (own: number[], other: number[]) => {
      const values = own.map((x, k) => Math.log(x / other[k]) - other[k] / x);
      const mean = values.reduce((sum, value, k) => sum + own[k] * value, 0);
      return values.reduce((sum, value, k) => sum + own[k] * (value - mean) ** 2, 0) / 1000;
    };
    const error = Math.sqrt(variance(p, q) + variance(q, p));
    expect(of(1).standardError / error).toBeGreaterThan(0.9);
    expect(of(1).standardError / error).toBeLessThan(1.1);
    expect(of(1)).toEqual(of(1));
    expect(of(2).interval).not.toEqual(of(1).interval);
    expect(of(2).value).toBe(of(1).value);
  });

  test("every interval has the value in it, within what the measure can be", () => {
    const samples = [
      [
        [5, 3, 2],
        [5, 3, 2],
      ],
      [
        [4, 0, 0],
        [0, 3, 2],
      ],
      [
        [1, 1, 0, 2],
        [0, 2, 1, 1],
      ],
      [[7], [9]],
      [
        [0, 1, 40],
        [1, 0, 38],
      ],
    ];
    for (const [a, b] of samples) {
      for (const measure of MEASURES) {
        for (const interval of ["inversion", "bootstrap", "jackknife"] as const) {
          for (const confidence of [0.3, 0.95, 0.999]) {
            const result = compareCounts(a, b, { measure, interval, confidence, resamples: 49, permutations: 0 });
            const [lower, upper] = result.interval;
            expect(lower).toBeGreaterThanOrEqual(0);
            expect(lower).toBeLessThanOrEqual(result.value);
            expect(upper).toBeGreaterThanOrEqual(result.value);
            const most = { js: Math.LN2, hellinger: 1, totalVariation: 1 }[measure as "js"] ?? 100;
            expect(upper).toBeLessThanOrEqual(most);
          }
        }
      }
    }
  });

  test("counts of any size: the same pairs of counts are summed once", () => {
    // 50,000 classes that are alike, and one of a billion
    const a = Float64Array.from({ length: 50_001 }, (_, k) => (k === 0 ? 1e9 : k % 3));
    const b = Float64Array.from({ length: 50_001 }, (_, k) => (k === 0 ? 1e9 + 5 : (k * 7) % 3));
    const { value, interval, pValue, classes } = compareCounts(a, b, { permutations: 19 });
    expect(classes).toBe(33_335);
    expect(interval[0]).toBeLessThanOrEqual(value);
    expect(interval[1]).toBeGreaterThanOrEqual(value);
    expect(pValue).toBeGreaterThan(0);
  });

  test("refuses what are no samples", () => {
    expect(() => compareCounts({ a: 1.5 }, { a: 2 })).toThrow(
      new RangeError('compareCounts: the count of "a" in a is 1.5; counts must be integers, of things observed'),
    );
    expect(() => compareCounts({ a: 1 }, { a: -1 })).toThrow(/^compareCounts: the count of "a" in b is -1/);
    expect(() => compareCounts({}, { a: 1 })).toThrow(/^compareCounts: a sums to 0/);
    expect(() => compareCounts([1], [1], { measure: "g2" as never })).toThrow(
      /^compareCounts: measure is "g2"; it must be/,
    );
    expect(() => compareCounts([1], [1], { measure: "hellinger", base: 2 })).toThrow(/^compareCounts: base is for/);
    expect(() => compareCounts([1], [1], { confidence: 95 })).toThrow(
      new RangeError("compareCounts: confidence is 95; it must be between 0 and 1"),
    );
    expect(() => compareCounts([1], [1], { interval: "bca" as never })).toThrow(
      new RangeError('compareCounts: interval is "bca"; it must be one of "inversion", "bootstrap", "jackknife"'),
    );
    expect(() => compareCounts([1], [1], { interval: 2 as never })).toThrow(TypeError);
    expect(() => compareCounts([1], [1], { resamples: 0 })).toThrow(/^compareCounts: resamples is 0/);
    expect(() => compareCounts([2], [1], { interval: "jackknife" })).toThrow(
      new RangeError("compareCounts: b has one observation; the jackknife requires two at least"),
    );
    expect(() => compareCounts([1], [1], { permutations: -1 })).toThrow(/^compareCounts: permutations is -1/);
    expect(() => compareCounts([1], [1], { seed: 0.5 })).toThrow(/^compareCounts: seed is 0.5/);
    expect(() => compareCounts([1], [1], { limit: Number.NaN })).toThrow(/^compareCounts: limit is NaN/);
    expect(() => compareCounts([1], [1], { level: 0.9 } as never)).toThrow(/^compareCounts: unknown option "level"/);
  });
});

describe("by simulation", () => {
  const sizes = [
    [5, 50],
    [20, 20],
    [20, 200],
    [100, 100],
    [100, 1000],
  ] as const;
  const cases = Object.keys(PAIRS).flatMap((pair) => sizes.map(([classes, size]) => ({ pair, classes, size })));
  const repetitions = isLong ? 400 : 100;
  // what docs/counts.md promises; to three standard errors beside it in a single case, and exactly of all together
  const promised = (measure: string) => [measure === "totalVariation" ? 0.91 : 0.92, 0.98] as const;
  const beside = (coverage: number) => 3 * Math.sqrt((coverage * (1 - coverage)) / repetitions);
  const all: Record<string, number[]> = Object.fromEntries(MEASURES.map((measure) => [measure, []]));

  test.each(thin(cases, [cases[1], cases[8], cases[17], cases[27]]))(
    "$pair, $classes classes, $size observations: 95 % intervals",
    ({ pair, classes, size }) => {
      const results = simulate(pair, classes, [size, size], repetitions);
      for (const measure of MEASURES) {
        const { coverage, mean, truth, error, plugInError } = results[measure];
        const [least, most] = promised(measure);
        all[measure].push(coverage);
        expect(coverage, measure).toBeGreaterThan(least - beside(least));
        expect(coverage, measure).toBeLessThan(most + beside(most));
        // what is corrected is nearer the truth; JS, whose plug-in value is always a number, at least by a little
        if (measure === "js") expect(error, measure).toBeLessThan(plugInError);
        expect(Math.abs(mean - truth), measure).toBeLessThan(Math.max(truth, error) * 1.01);
      }
    },
  );

  test.each(MEASURES)("of all cases together, the intervals of %s are neither too narrow nor too wide", (measure) => {
    const mean = all[measure].reduce((sum, coverage) => sum + coverage, 0) / all[measure].length;
    expect(mean).toBeGreaterThan(promised(measure)[0]);
    expect(mean).toBeLessThan(promised(measure)[1]);
  });

  test.each<IntervalMethod>(["bootstrap", "jackknife"])(
    "a %s of large samples that differ is nearly right",
    (method) => {
      const results = simulate("Zipf, perturbed", 10, [1000, 1000], repetitions, ["js"], method);
      expect(results.js.coverage).toBeGreaterThan(0.91 - beside(0.91));
      expect(results.js.coverage).toBeLessThan(0.98 + beside(0.98));
    },
  );

  test("samples of unlike sizes", () => {
    const results = simulate("Zipf, perturbed", 20, [50, 400], repetitions, ["js", "kl"]);
    for (const { coverage } of Object.values(results)) expect(coverage).toBeGreaterThan(0.92 - beside(0.92));
  });

  test.each(["js", "kl"] satisfies ComparisonMeasure[])("the permutation test of %s has its size", (measure) => {
    const turns = isLong ? 2000 : 150;
    const random = uniform(11);
    const [p] = PAIRS["Zipf, the same"](30);
    const draw = drawsFrom(p, random);
    const permutations = 99;
    let rejected = 0;
    for (let seed = 0; seed < turns; seed++) {
      const [a, b] = [sampleOf(draw, 30, 60), sampleOf(draw, 30, 90)];
      if (compareCounts(a, b, { measure, permutations, seed, limit: 0 }).pValue <= 0.1) rejected++;
    }
    expect(Math.abs(rejected / turns - 0.1)).toBeLessThan(3.5 * Math.sqrt(0.09 / turns));
  });
});

describe("estimateKlDivergence.fromCounts", () => {
  test.each(references.fromCounts)(
    "$x and $y, as the products of the paper have it",
    ({ x, y, estimate, standardError }) => {
      const result = estimateKlDivergence.fromCounts(x, y);
      expectNear(result.estimate, estimate);
      expectNear(result.standardError, standardError);
      const bits = estimateKlDivergence.fromCounts(x, y, { base: 2 });
      expectNear(bits.estimate * Math.LN2, estimate);
      expectNear(bits.standardError * Math.LN2, standardError);
    },
  );

  test("nearly without bias, where KL of the shares is infinite or too large", () => {
    const [p, q] = PAIRS["Zipf, perturbed"](10);
    const random = uniform(3);
    const [drawP, drawQ] = [drawsFrom(p, random), drawsFrom(q, random)];
    const truth = klDivergence(p, q);
    const estimates = Array.from(
      { length: 2000 },
      () => estimateKlDivergence.fromCounts(sampleOf(drawP, 10, 100), sampleOf(drawQ, 10, 150)).estimate,
    );
    const mean = estimates.reduce((sum, x) => sum + x, 0) / estimates.length;
    const deviation = Math.sqrt(estimates.reduce((sum, x) => sum + (x - mean) ** 2, 0) / estimates.length);
    expect(Math.abs(mean - truth)).toBeLessThan((4 * deviation) / Math.sqrt(estimates.length) + 0.002);
  });

  test("refuses what are no samples", () => {
    expect(() => estimateKlDivergence.fromCounts([1, 2.5], [1, 2])).toThrow(
      new RangeError("estimateKlDivergence.fromCounts: countsP[1] is 2.5; counts must be integers"),
    );
    expect(() => estimateKlDivergence.fromCounts([1, 0], [1, 2])).toThrow(
      new RangeError("estimateKlDivergence.fromCounts: countsP has one observation; it must have two at least"),
    );
    expect(() => estimateKlDivergence.fromCounts([1, 2], [1, 2, 3])).toThrow(
      new RangeError(
        "estimateKlDivergence.fromCounts: countsQ has 3 numbers, countsP has 2; they must be of one length",
      ),
    );
    expect(() => estimateKlDivergence.fromCounts([1, 2], [0, 0])).toThrow(/countsQ sums to 0/);
    expect(() => estimateKlDivergence.fromCounts([1, 2], [1, -2])).toThrow(/countsQ\[1\] is -2/);
    expect(() => estimateKlDivergence.fromCounts([1, 2], [1, 2], { bases: 2 } as never)).toThrow(/did you mean "base"/);
  });
});
