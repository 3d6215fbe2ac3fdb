import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Binomial,
  binomial,
  crossEntropy,
  discretize,
  entropy,
  gamma,
  klDivergence,
  laplace,
  normal,
  poisson,
  type UnivariateDistribution,
} from "../../src/families/index.js";
import { klDivergence as klOfArrays } from "../../src/index.js";
import { type AnyDistribution, type FamilyName, make, references } from "./made.js";

const names = Object.keys(make) as FamilyName[];

const positive = (from = -6, to = 6) => fc.double({ min: from, max: to, noNaN: true }).map((x) => 10 ** x);
const location = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const probability = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
const list = (element: fc.Arbitrary<number>, length: number) =>
  fc.array(element, { minLength: length, maxLength: length });

/** A covariance M·Mᵀ + ½. */
const gaussian = fc.tuple(list(location, 3), list(fc.double({ min: -2, max: 2, noNaN: true }), 9)).map(([mean, m]) => {
  const at = (i: number, j: number) =>
    m[3 * i] * m[3 * j] + m[3 * i + 1] * m[3 * j + 1] + m[3 * i + 2] * m[3 * j + 2] + (i === j ? 0.5 : 0);
  return [...mean, ...[0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => at(i, j)))];
});

const parameters: Record<FamilyName, fc.Arbitrary<number[]>> = {
  bernoulli: list(probability, 1),
  binomial: probability.map((p) => [100, p]),
  geometric: list(probability, 1),
  poisson: list(positive(), 1),
  categorical: list(positive(), 4),
  uniform: fc.tuple(location, positive()).map(([low, width]) => [low, low + width + 1e-3]),
  exponential: list(positive(), 1),
  gamma: list(positive(), 2),
  beta: list(positive(), 2),
  dirichlet: list(positive(), 4),
  laplace: fc.tuple(location, positive(-3, 3)),
  normal: fc.tuple(location, positive(-3, 3)),
  diagonalNormal: fc.tuple(list(location, 3), list(positive(-3, 3), 3)).map(([a, b]) => [...a, ...b]),
  multivariateNormal: gaussian,
};

describe.each(names)("%s", (name) => {
  test("KL(p‖p) is exactly 0", () => {
    const check = (numbers: number[]) => {
      const [p, q]: AnyDistribution[] = [make[name](numbers), make[name](numbers)];
      expect(klDivergence(p, q)).toBe(0);
    };
    fc.assert(fc.property(parameters[name], check));
    for (const [p, q] of references.pairs[name]) for (const numbers of [p, q]) check(numbers);
  });

  test("KL >= 0, and H + KL is the cross-entropy", () => {
    fc.assert(
      fc.property(parameters[name], parameters[name], (a, b) => {
        const [p, q]: AnyDistribution[] = [make[name](a), make[name](b)];
        const kl = klDivergence(p, q);
        expect(kl).toBeGreaterThanOrEqual(0);
        if (kl === Number.POSITIVE_INFINITY) expect(crossEntropy(p, q)).toBe(kl);
        else {
          const scale = Math.max(1, kl, Math.abs(entropy(p)));
          expect(Math.abs(crossEntropy(p, q) - entropy(p) - kl) / scale).toBeLessThan(1e-13);
        }
      }),
    );
  });

  test("a base divides by its logarithm", () => {
    const [[a, b]] = references.pairs[name];
    const [p, q]: AnyDistribution[] = [make[name](a), make[name](b)];
    expect(klDivergence(p, q, { base: 2 })).toBe(klDivergence(p, q) / Math.LN2);
    expect(entropy(p, { base: 2 })).toBe(entropy(p) / Math.LN2);
    expect(crossEntropy(p, q, { base: 2 })).toBe(crossEntropy(p, q) / Math.LN2);
  });

  test("is frozen", () => {
    const p = make[name](references.pairs[name][0][0]);
    expect(Object.isFrozen(p)).toBe(true);
    expect(p.family).toBe(name);
    for (const value of Object.values(p)) expect(Object.isFrozen(value)).toBe(true);
  });
});

describe("numbers at the ends of their range", () => {
  const ends = (most: number) =>
    fc.oneof(
      fc.constantFrom(10 ** -most, 1, 10 ** most),
      fc.double({ min: -most, max: most, noNaN: true }).map((x) => 10 ** x),
    );
  const cases: [FamilyName, fc.Arbitrary<number[]>][] = [
    ["bernoulli", list(fc.oneof(fc.constantFrom(0, 1, 5e-324, 1 - 2 ** -53), probability), 1)],
    ["poisson", list(fc.oneof(fc.constant(0), ends(300)), 1)],
    ["exponential", list(ends(300), 1)],
    ["gamma", list(ends(99), 2)],
    ["beta", list(ends(99), 2)],
    ["dirichlet", list(ends(99), 3)],
    ["laplace", list(ends(300), 2)],
    ["normal", list(ends(300), 2)],
    ["categorical", list(ends(300), 3)],
  ];
  test.each(cases)("%s has no NaN", (name, numbers) => {
    fc.assert(
      fc.property(numbers, numbers, ends(300), (a, b, x) => {
        const [p, q]: AnyDistribution[] = [make[name](a), make[name](b)];
        expect(klDivergence(p, q)).toBeGreaterThanOrEqual(0);
        expect(entropy(p)).not.toBeNaN();
        expect(crossEntropy(p, q)).not.toBeNaN();
        if (name === "dirichlet") return;
        const { cumulativeProbability, survivalProbability } = p as UnivariateDistribution;
        const [lower, upper] = [cumulativeProbability.call(p, x), survivalProbability.call(p, x)];
        expect(Math.abs(lower + upper - 1)).toBeLessThan(1e-13);
        expect(p.logProbability(x)).not.toBeNaN();
      }),
      { numRuns: 500, seed: 20261128 },
    );
  });
});

describe("KL of discretised distributions tends to the closed form", () => {
  test.each([
    ["normal", normal({ mean: 0, standardDeviation: 1 }), normal({ mean: 0.5, standardDeviation: 1.5 })],
    ["gamma", gamma({ shape: 3, rate: 1 }), gamma({ shape: 4, rate: 1.5 })],
    ["laplace", laplace({ location: 0, scale: 1 }), laplace({ location: 0.5, scale: 1.25 })],
  ])("%s", (_, p, q) => {
    const of = (step: number) => {
      const support = { from: -40, to: 60, step };
      return klOfArrays(discretize(p, support).mass, discretize(q, support).mass);
    };
    const exact = klDivergence<AnyDistribution>(p, q);
    // from below, and to the second order of the step
    const errors = [1 / 4, 1 / 8, 1 / 16, 1 / 32].map((step) => exact - of(step));
    for (const error of errors) expect(error).toBeGreaterThan(0);
    expect(errors[3] / errors[2]).toBeCloseTo(1 / 4, 1);
    expect(errors[3] / exact).toBeLessThan(0.001);
  });

  test.each([1e-1, 1e-3, 1e-5])("a pair of binomials, p %s apart, and the kernels over their masses", (by) => {
    const [p, q] = [binomial({ trials: 100, probability: 0.3 }), binomial({ trials: 100, probability: 0.3 + by })];
    const masses = (of: Binomial) => discretize(of, { from: 0, to: 100 }).mass;
    const kernel = klOfArrays(masses(p), masses(q));
    const closed = klDivergence(p, q);
    expect(Math.abs(kernel - closed) / closed).toBeLessThan(1e-14 / by);
  });

  test("a pair of Poisson distributions", () => {
    const [p, q] = [poisson({ rate: 30 }), poisson({ rate: 35 })];
    const masses = [p, q].map((of) => discretize(of, { from: 0, to: 200 }).mass);
    expect(klOfArrays(masses[0], masses[1])).toBeCloseTo(klDivergence(p, q), 13);
  });
});
