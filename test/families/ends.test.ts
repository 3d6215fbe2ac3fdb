import { describe, expect, test } from "vitest";
import {
  beta,
  categorical,
  crossEntropy,
  diagonalNormal,
  entropy,
  geometric,
  klDivergence,
  multivariateNormal,
  normal,
  poisson,
  type UnivariateDistribution,
} from "../../src/families/index.js";
import { type AnyDistribution, type FamilyName, make, references } from "./made.js";

// Parameters and places at the ends of the range of numbers, against mpmath: scripts/makeFamilyReferences.py.

/** Subnormal numbers are this far from each other: digits are no more there. */
const STEP = 5e-324;
const MOST = Number.MAX_VALUE;

function expectNear(actual: number, shown: number | string, bound: number, what: string, scale?: number): void {
  const expected = Number(shown);
  const isNear = actual === expected || Math.abs(actual - expected) <= bound * (scale ?? Math.abs(expected)) + 2 * STEP;
  expect(isNear, `${what}: ${actual}, not ${expected}`).toBe(true);
}

const atLeastOne = (x: number | string) => Math.max(1, Math.abs(Number(x)));

describe.each(Object.entries(references.endPairs))("%s", (name, pairs) => {
  test.each(pairs)("%j, %j", (p, q, ofEntropy, ofCrossEntropy, ofKl) => {
    const [first, second]: AnyDistribution[] = [make[name as FamilyName](p), make[name as FamilyName](q)];
    expectNear(entropy(first), ofEntropy, 1e-14, "entropy", atLeastOne(ofEntropy));
    const scale = Math.max(atLeastOne(ofEntropy), atLeastOne(ofKl));
    expectNear(crossEntropy(first, second), ofCrossEntropy, 1e-14, "cross-entropy", scale);
    expectNear(klDivergence(first, second), ofKl, 2e-14, "KL");
  });
});

describe.each(Object.entries(references.endTails))("tails of %s", (name, cases) => {
  test.each(cases)("%j at %s", (parameters, x, lower, upper, logProbability) => {
    const distribution = make[name as FamilyName](parameters) as UnivariateDistribution;
    const both = [distribution.cumulativeProbability(x), distribution.survivalProbability(x)];
    if (lower !== null && upper !== null) {
      expectNear(both[0], lower, 2e-13, "P(X <= x)");
      expectNear(both[1], upper, 2e-13, "P(X > x)");
    } else {
      expect(Math.abs(both[0] + both[1] - 1)).toBeLessThan(1e-13);
    }
    // the logarithm of x is one of its parts
    const scale = Math.max(atLeastOne(logProbability), x > 0 ? Math.abs(Math.log(x)) : 0);
    expectNear(distribution.logProbability(x), logProbability, 1e-14, "ln p(x)", scale);
  });
});

// α/(α + β), to 70 digits, whatever x is
test.each([1e-300, 1e-100, 0.5, 0.999])("shapes next to 0 leave the mass at both ends: beta at %s", (x) => {
  const distribution = beta({ alpha: 1e-99, beta: 2.7263489054112745e-24 });
  expectNear(distribution.survivalProbability(x), "3.6679091146961031e-76", 2e-13, "P(X > x)");
  expectNear(distribution.cumulativeProbability(x), 1, 2e-13, "P(X <= x)");
});

describe.each(Object.entries(references.endMoments))("moments of %s", (name, cases) => {
  test.each(cases)("%j", (parameters, mean, variance) => {
    const distribution = make[name as FamilyName](parameters) as UnivariateDistribution;
    expectNear(distribution.mean, mean, 1e-15, "mean");
    expectNear(distribution.variance, variance, 1e-15, "variance");
  });
});

test("densities of vectors", () => {
  const of = (mean: number[], deviations: number[]) => [
    diagonalNormal({ means: mean, standardDeviations: deviations }),
    multivariateNormal({ mean, covariance: [deviations[0] ** 2, 0, 0, deviations[1] ** 2] }),
  ];
  for (const place of [
    [MOST, MOST],
    [-MOST, 0],
    [0, -MOST],
    [Infinity, 0],
    [0, -Infinity],
  ]) {
    // 1e154² is 1e308
    for (const deviations of [
      [1e154, 1e154],
      [1e-154, 1e154],
      [1e154, 1e-154],
    ]) {
      const mean = [-MOST, 1];
      const expected = [0, 1]
        .map((i) => normal({ mean: mean[i], standardDeviation: deviations[i] }).logProbability(place[i]))
        .reduce((a, b) => a + b);
      for (const distribution of of(mean, deviations)) {
        expectNear(distribution.logProbability(place), expected, 1e-14, `ln p(${place})`);
      }
    }
  }
});

test("weights whose products have no digits", () => {
  const [p, q] = [
    [1.0789245269520955e-63, 0, 5.030415778631741e-295],
    [1.0789266939514735e-63, 5e-324, 5.030788173474647e-295],
  ].map((probabilities) => categorical({ probabilities, normalize: true }));
  expectNear(klDivergence(p, q), 1.2091171658405294e-240, 2e-15, "KL");
});

test("parameters that overflow on the way, by hand", () => {
  const wide = (mean: number) => normal({ mean, standardDeviation: 1e308 });
  expect(klDivergence(wide(-1e308), wide(1e308))).toBe(2);
  expect(normal({ mean: -MOST, standardDeviation: MOST }).survivalProbability(0.8985e308)).toBeCloseTo(0.0668, 4);
  expect(entropy(geometric({ probability: 1e-309 }))).toBeCloseTo(712.4984, 3);
  expect(klDivergence(poisson({ rate: 1e308 }), poisson({ rate: 1.2e308 }))).toBeGreaterThan(1e306);
  const [even, odd] = [
    [0.15, 0.15],
    [1, 5e-324],
  ].map((probabilities) => categorical({ probabilities, normalize: true }));
  expect(klDivergence(even, odd)).toBeCloseTo(Math.log(0.5) + 744.4400719213812 / 2, 12);
});
