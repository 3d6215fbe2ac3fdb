import { describe, expect, test } from "vitest";
import { crossEntropy, entropy, klDivergence, type UnivariateDistribution } from "../../src/families/index.js";
import { type AnyDistribution, type FamilyName, make, references } from "./made.js";

// Parameters and places at the ends of the range of numbers, against mpmath: scripts/makeFamilyReferences.py.

/** Subnormal numbers are this far from each other: digits are no more there. */
const STEP = 5e-324;

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

describe.each(Object.entries(references.endMoments))("moments of %s", (name, cases) => {
  test.each(cases)("%j", (parameters, mean, variance) => {
    const distribution = make[name as FamilyName](parameters) as UnivariateDistribution;
    expectNear(distribution.mean, mean, 1e-15, "mean");
    expectNear(distribution.variance, variance, 1e-15, "variance");
  });
});
