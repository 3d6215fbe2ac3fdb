import { describe, expect, test } from "vitest";
import { type SequentialTestOptions, sequentialTest } from "../../src/evidence/index.js";
import { klDivergence } from "../../src/index.js";
import { drawFrom, expectError, normal, normals, uniform } from "./random.js";
import { expectWithin } from "./references.js";

const P = [0.2, 0.3, 0.5];
const Q = [0.3, 0.4, 0.3];

describe("error rates and sample sizes over 100,000 runs", () => {
  const RUNS = 100_000;
  const random = uniform(1945);
  const draw = normals(random);

  function run(options: SequentialTestOptions, observe: () => number) {
    const sprt = sequentialTest(options);
    let [forP, taken] = [0, 0];
    for (let i = 0; i < RUNS; i++) {
      sprt.reset();
      while (sprt.update(observe()).decision === undefined);
      if (sprt.decision === "p") forP++;
      taken += sprt.observations;
    }
    return { forP: forP / RUNS, size: taken / RUNS };
  }

  const classes = (p: number[], q: number[]) => ({ p, q, fromP: drawFrom(p, random), fromQ: drawFrom(q, random) });
  // N(½, 1) against N(0, 1): KL = 1/8 either way
  const ofNormals = { p: normal(0.5), q: normal(0), klDivergence: 0.125, reverseKlDivergence: 0.125 };
  test.each([
    ["three classes", { ...classes(P, Q), falsePositive: 0.05, falseNegative: 0.05 }, 1.15],
    ["three classes, unequal rates", { ...classes(P, Q), falsePositive: 0.01, falseNegative: 0.1 }, 1.15],
    ["two coins", { ...classes([0.3, 0.7], [0.5, 0.5]), falsePositive: 0.02, falseNegative: 0.05 }, 1.15],
    [
      "normals",
      { ...ofNormals, fromP: () => draw() + 0.5, fromQ: draw, falsePositive: 0.05, falseNegative: 0.02 },
      1.25,
    ],
  ])("%s", (_, { fromP, fromQ, ...options }, most) => {
    const { falsePositive, falseNegative } = options;
    const { expectedSampleSize } = sequentialTest(options);
    const underP = run(options, fromP);
    const underQ = run(options, fromQ);
    const [alpha, beta] = [underQ.forP, 1 - underP.forP];
    const error = (rate: number) => Math.sqrt((rate * (1 - rate)) / RUNS);

    expect(alpha).toBeLessThanOrEqual(falsePositive / (1 - falseNegative) + 3 * error(falsePositive));
    expect(beta).toBeLessThanOrEqual(falseNegative / (1 - falsePositive) + 3 * error(falseNegative));
    expect(alpha + beta).toBeLessThanOrEqual(
      falsePositive + falseNegative + 3 * Math.hypot(error(falsePositive), error(falseNegative)),
    );
    // and the test is not more careful than it was asked to be by more than the overshoot accounts for
    expect(alpha).toBeGreaterThan(falsePositive / 2);
    expect(beta).toBeGreaterThan(falseNegative / 2);

    for (const [size, expected] of [
      [underP.size, expectedSampleSize.p as number],
      [underQ.size, expectedSampleSize.q as number],
    ]) {
      // a run's length deviates by about its mean: 1/√RUNS is a standard error
      expect(size / expected).toBeGreaterThan(1 - 3 / Math.sqrt(RUNS));
      expect(size / expected).toBeLessThan(most);
    }
  });
});

describe("thresholds and expected sizes", () => {
  test("are Wald's", () => {
    const { thresholds, expectedSampleSize } = sequentialTest({ p: P, q: Q, falsePositive: 0.01, falseNegative: 0.1 });
    const [a, b] = [Math.log(0.9 / 0.01), Math.log(0.1 / 0.99)];
    expectWithin(thresholds.p, a, 1e-15);
    expectWithin(thresholds.q, b, 1e-15);
    expectWithin(expectedSampleSize.p as number, (0.9 * a + 0.1 * b) / klDivergence(P, Q), 1e-14);
    expectWithin(expectedSampleSize.q as number, (0.01 * a + 0.99 * b) / -klDivergence(Q, P), 1e-14);
    const byDefault = sequentialTest({ p: P, q: Q });
    expect(byDefault.thresholds.p).toBe(-byDefault.thresholds.q);
    expectWithin(byDefault.thresholds.p, Math.log(19), 1e-15);
    // rates that a ratio could not hold
    expectWithin(sequentialTest({ p: P, q: Q, falsePositive: 1e-320 }).thresholds.p, "736.77597655794", 1e-3);
  });

  test("are at least 1, and unknown of objects unless given", () => {
    expect(sequentialTest({ p: [1, 0], q: [0, 1] }).expectedSampleSize).toEqual({ p: 1, q: 1 });
    const objects = { p: normal(0.5), q: normal(0) };
    expect(sequentialTest(objects).expectedSampleSize).toEqual({ p: undefined, q: undefined });
    const { expectedSampleSize } = sequentialTest({ ...objects, klDivergence: 0.125 });
    expectWithin(expectedSampleSize.p as number, (0.9 * Math.log(19)) / 0.125, 1e-14);
    expect(expectedSampleSize.q).toBeUndefined();
  });
});

describe("updates", () => {
  test("a batch is as one after the other, and ends at the decision", () => {
    const draw = drawFrom(P, uniform(5));
    const observations = Uint8Array.from({ length: 1000 }, draw);
    const [whole, single] = [sequentialTest({ p: P, q: Q }), sequentialTest({ p: P, q: Q })];
    const { decision, used } = whole.update(observations);
    let i = 0;
    while (single.decision === undefined) {
      expect(single.update(observations[i++])).toEqual({ decision: single.decision, used: 1 });
    }
    expect(decision).toBe("p");
    expect(used).toBe(i);
    for (const sprt of [whole, single]) {
      expect(sprt.observations).toBe(i);
      expect(sprt.logLikelihoodRatio).toBeGreaterThanOrEqual(sprt.thresholds.p);
    }
    expect(whole.logLikelihoodRatio).toBe(single.logLikelihoodRatio);
    // later ones change nothing
    const before = whole.logLikelihoodRatio;
    expect(whole.update(observations)).toEqual({ decision: "p", used: 0 });
    expect(whole.update(2)).toEqual({ decision: "p", used: 0 });
    expect([whole.observations, whole.logLikelihoodRatio]).toEqual([i, before]);
  });

  test("from a beginning without a decision", () => {
    const sprt = sequentialTest({ p: P, q: Q });
    expect([sprt.decision, sprt.observations, sprt.logLikelihoodRatio]).toEqual([undefined, 0, 0]);
    expect(sprt.update([2, 2])).toEqual({ decision: undefined, used: 2 });
    expectWithin(sprt.logLikelihoodRatio, 2 * Math.log(0.5 / 0.3), 1e-15);
    sprt.reset();
    expect([sprt.decision, sprt.observations, sprt.logLikelihoodRatio]).toEqual([undefined, 0, 0]);
    expect(sprt.update(Array(50).fill(0)).decision).toBe("q");
  });

  test("reaching a threshold decides", () => {
    // ln 2 a toss, thresholds ±ln 4
    const options = { p: [1 / 3, 2 / 3], q: [2 / 3, 1 / 3], falsePositive: 0.2, falseNegative: 0.2 };
    expect(sequentialTest(options).update([1, 1, 1, 1]).used).toBe(2);
    expect(sequentialTest(options).update([0, 0, 1, 1])).toEqual({ decision: "q", used: 2 });
  });

  test("what is impossible under one model decides at once", () => {
    const options = { p: [0.5, 0.5, 0, 0], q: [0.5, 0, 0.5, 0] };
    for (const [x, decision, ratio] of [
      [1, "p", Infinity],
      [2, "q", -Infinity],
    ] as const) {
      const sprt = sequentialTest(options);
      expect(sprt.update([0, x, 0])).toEqual({ decision, used: 2 });
      expect(sprt.logLikelihoodRatio).toBe(ratio);
      expect(sprt.expectedSampleSize).toEqual({ p: 1, q: 1 });
    }
    const sprt = sequentialTest(options);
    expectError(
      () => sprt.update([0, 3]),
      RangeError,
      /^sequentialTest: observations\[1\] is 3, which is impossible under both/,
    );
    // those before it have been taken
    expect([sprt.observations, sprt.decision]).toEqual([1, undefined]);
  });

  test("probabilities are taken over their sums", () => {
    const [one, other] = [sequentialTest({ p: P, q: Q }), sequentialTest({ p: [2, 3, 5], q: Q, normalize: true })];
    for (const sprt of [one, other]) sprt.update([0, 1, 2]);
    expect(Math.abs(one.logLikelihoodRatio - other.logLikelihoodRatio)).toBeLessThan(1e-15);
    expect(other.expectedSampleSize.p).toBeCloseTo(one.expectedSampleSize.p as number, 12);
    const mixed = sequentialTest({ p: [2, 3, 5], q: { logProbability: (x) => Math.log(Q[x]) }, normalize: true });
    mixed.update([0, 1, 2]);
    expect(Math.abs(one.logLikelihoodRatio - mixed.logLikelihoodRatio)).toBeLessThan(1e-15);
  });
});

describe("errors", () => {
  const of = (options: object) => () => sequentialTest({ p: P, q: Q, ...options } as SequentialTestOptions);
  const update = (observations: unknown) => () => sequentialTest({ p: P, q: Q }).update(observations as number);
  const object = normal(0);
  test.each([
    [of({ falsePositive: 0 }), RangeError, "sequentialTest: falsePositive is 0; it must lie between 0 and 1"],
    [of({ falseNegative: 1 }), RangeError, "sequentialTest: falseNegative is 1; it must lie between 0 and 1"],
    [of({ falseNegative: Number.NaN }), RangeError, /falseNegative is NaN/],
    [of({ falseNegative: "5%" }), TypeError, "sequentialTest: falseNegative is string; it must be a number"],
    [
      of({ falsePositive: 0.5, falseNegative: 0.5 }),
      RangeError,
      /^sequentialTest: falsePositive 0.5 and falseNegative 0.5 sum to 1; it must be less/,
    ],
    [of({ alpha: 0.1 }), TypeError, /^sequentialTest: unknown option "alpha"/],
    [of({ q: P }), RangeError, "sequentialTest: p and q are the same distribution; no observation tells them apart"],
    [of({ q: [0.5, 0.5] }), RangeError, "sequentialTest: q has 2 numbers, p has 3; they must be of one length"],
    [of({ q: [0.5, 0.5, -1] }), RangeError, "sequentialTest: q[2] is -1; probabilities must be finite and >= 0"],
    [
      of({ q: [2, 3, 5] }),
      RangeError,
      /^sequentialTest: q sums to 10, not to 1; for counts or weights pass \{ normalize: true \}/,
    ],
    [of({ q: [0, 0, 0], normalize: true }), RangeError, /^sequentialTest: q sums to 0/],
    [of({ normalize: "yes" }), TypeError, "sequentialTest: normalize is string; it must be a boolean"],
    [
      of({ p: undefined }),
      TypeError,
      /^sequentialTest: p is undefined; it must be an array of probabilities, or an object/,
    ],
    [of({ klDivergence: 0.1 }), RangeError, "sequentialTest: klDivergence is for objects; that of arrays is computed"],
    [of({ p: object, klDivergence: 0 }), RangeError, "sequentialTest: klDivergence is 0; it must be positive"],
    [
      of({ p: object, reverseKlDivergence: true }),
      TypeError,
      "sequentialTest: reverseKlDivergence is boolean; it must be a number",
    ],
    [() => sequentialTest(undefined as never), TypeError, /^sequentialTest: options is undefined/],
    [
      update(3),
      RangeError,
      "sequentialTest: the observation is 3; it must be the index of a class, an integer from 0 to 2",
    ],
    [update(Number.NaN), RangeError, "sequentialTest: the observation is NaN; observations must be numbers"],
    [update([0, 1.5]), RangeError, /^sequentialTest: observations\[1\] is 1.5/],
    [update([0, null]), TypeError, "sequentialTest: observations[1] is null; observations must be numbers"],
    [update("1"), TypeError, /^sequentialTest: observations is string/],
    [update([]), RangeError, "sequentialTest: observations is empty"],
  ] as const)("%s", (call, type, message) => expectError(call, type, message));
});
