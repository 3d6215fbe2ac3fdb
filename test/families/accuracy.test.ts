import { describe, expect, test } from "vitest";
import {
  bernoulli,
  beta,
  binomial,
  crossEntropy,
  diagonalNormal,
  dirichlet,
  entropy,
  exponential,
  gamma,
  klDivergence,
  multivariateNormal,
  normal,
  poisson,
  uniform,
} from "../../src/families/index.js";
import { type AnyDistribution, type FamilyName, make, references } from "./made.js";

/** Relative errors of divergences; the largest found are from a fifth to all of it. */
const BOUNDS: Record<FamilyName, number> = {
  bernoulli: 1e-15,
  binomial: 1e-15,
  geometric: 1e-15,
  poisson: 1e-15,
  categorical: 2e-15,
  uniform: 1e-15,
  exponential: 1e-15,
  gamma: 1e-14,
  beta: 2e-14,
  dirichlet: 2e-14,
  laplace: 1e-15,
  normal: 1e-15,
  diagonalNormal: 1e-15,
  multivariateNormal: 2e-15,
};

function expectClose(actual: number, expected: number, bound: number, scale: number, what: string): void {
  expect(Math.abs(actual - expected) / scale, `${what}: ${actual}, not ${expected}`).toBeLessThanOrEqual(bound);
}

const atLeastOne = (x: number) => Math.max(1, Math.abs(x));

describe.each(Object.entries(BOUNDS) as [FamilyName, number][])("%s", (name, bound) => {
  test.each(references.pairs[name])("%j, %j", (p, q, ofEntropy, ofCrossEntropy, ofKl) => {
    const [first, second] = [make[name](p), make[name](q)];
    expectClose(entropy(first), ofEntropy, 1e-14, atLeastOne(ofEntropy), "entropy");
    expectClose(crossEntropy(first, second), ofCrossEntropy, 1e-14, atLeastOne(ofCrossEntropy), "cross-entropy");
    expectClose(klDivergence(first, second), ofKl, bound, ofKl, "KL");
  });
});

describe.each(Object.entries(references.across))("%s", (names, pairs) => {
  const [first, second] = names.split(" ") as FamilyName[];
  // of three dimensions, times the condition of the correlations
  const bound = names.includes("multivariate") ? 1e-14 : Math.max(BOUNDS[first], BOUNDS[second]);
  test.each(pairs)("%j, %j", (p, q, expected) => {
    const [a, b] = [make[first](p), make[second](q)] as [AnyDistribution, AnyDistribution];
    const kl = klDivergence(a as never, b as never);
    expectClose(kl, expected, bound, expected, "KL");
    const scale = Math.max(1, kl, Math.abs(entropy(a)));
    expectClose(crossEntropy(a as never, b as never), entropy(a) + kl, 1e-13, scale, "cross-entropy");
    expect(klDivergence(a as never, b as never, { base: 2 })).toBe(kl / Math.LN2);
  });
});

test("a family within another is that distribution of it", () => {
  const distributions = {
    exponential: [exponential({ rate: 3 }), gamma({ shape: 1, rate: 3 })],
    bernoulli: [bernoulli({ probability: 0.3 }), binomial({ trials: 1, probability: 0.3 })],
    uniform: [uniform({ minimum: 0, maximum: 1 }), beta({ alpha: 1, beta: 1 })],
    beta: [beta({ alpha: 2, beta: 3 }), dirichlet({ concentrations: [2, 3] })],
    normal: [normal({ mean: 1, standardDeviation: 3 }), diagonalNormal({ means: [1], standardDeviations: [3] })],
    diagonalNormal: [
      diagonalNormal({ means: [1, 2], standardDeviations: [0.1, 3] }),
      multivariateNormal({ mean: [1, 2], covariance: [0.1 * 0.1, 0, 0, 9] }),
    ],
  };
  for (const [p, q] of Object.values(distributions)) {
    expect(klDivergence(p as never, q as never)).toBeLessThan(1e-30);
    expect(klDivergence(q as never, p as never)).toBeLessThan(1e-30);
  }
});

/** Of numbers x that are themselves exact: a tail at z deviations multiplies the rounding of z by z². */
const TAIL_BOUNDS = { normal: 2e-13, gamma: 2e-14, beta: 5e-14, poisson: 2e-14, binomial: 5e-14 };

describe.each(Object.entries(TAIL_BOUNDS) as [keyof typeof TAIL_BOUNDS, number][])("tails of %s", (name, bound) => {
  test.each(references.tails[name])("%j at %s", (parameters, x, lower, upper, logProbability) => {
    const distribution = make[name](parameters);
    expectClose(distribution.cumulativeProbability(x), lower, bound, lower, "P(X <= x)");
    expectClose(distribution.survivalProbability(x), upper, bound, upper, "P(X > x)");
    expectClose(distribution.logProbability(x), logProbability, 1e-14, atLeastOne(logProbability), "ln p(x)");
  });
});

test("references are of families all, near and far", () => {
  expect(Object.keys(references.pairs).sort()).toEqual(Object.keys(make).sort());
  for (const pairs of Object.values(references.pairs)) {
    const divergences = pairs.map(([, , , , kl]) => kl);
    expect(pairs.length).toBeGreaterThanOrEqual(30);
    expect(Math.min(...divergences)).toBeLessThan(1e-9);
    expect(Math.max(...divergences)).toBeGreaterThan(0.5);
  }
});

describe("gamma distributions of a rate, of a scale and of both, of scales that have exact inverses", () => {
  const shapes = [0.3, 2.5, 1e6, 2.5000001];
  const scales = [0.25, 8, 2 ** -20];
  const both = (shape: number, scale: number) => [gamma({ shape, scale }), gamma({ shape, rate: 1 / scale })];
  const cases = shapes.flatMap((a) => scales.flatMap((s) => shapes.flatMap((b) => scales.map((t) => [a, s, b, t]))));
  test.each(cases)("%s, %s and %s, %s", (a, s, b, t) => {
    const results = both(a, s).flatMap((p) => both(b, t).map((q) => klDivergence(p, q)));
    for (const result of results) expectClose(result, results[0], 1e-14, results[0] || 1, "KL");
  });

  test("a scale is taken as it is", () => {
    // 1/(3·(1 + 2^-52)) is that of 3 as a double
    const [p, q] = [gamma({ shape: 2, scale: 3 }), gamma({ shape: 2, scale: 3 * (1 + 2 ** -51) })];
    const r = (q.scale - p.scale) / p.scale;
    expectClose(klDivergence(p, q), r * r, 1e-12, r * r, "KL");
  });
});

test("the entropy of a Poisson distribution goes on where the series begins", () => {
  // dH/dλ = 1/(2λ) + 1/(12λ²) + …
  const difference = entropy(poisson({ rate: 1000 })) - entropy(poisson({ rate: 1000 - 2 ** -20 }));
  expectClose(difference, 2 ** -20 * (1 / 2000 + 1 / 12e6), 1e-14, 1, "difference");
});
