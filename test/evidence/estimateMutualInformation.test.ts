import { describe, expect, test } from "vitest";
import {
  estimateMutualInformation,
  type MutualInformationEstimator,
  mutualInformation,
} from "../../src/evidence/index.js";
import { references } from "../counts/samples.js";
import { drawFrom, uniform } from "./random.js";

const ESTIMATORS: MutualInformationEstimator[] = ["maximumLikelihood", "millerMadow", "shrinkage"];

function expectNear(value: number, exact: string): void {
  expect(Math.abs(value - Number(exact))).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(Number(exact))));
}

describe("estimateMutualInformation", () => {
  test.each(references.informations)("of $table, as at 50 digits", (reference) => {
    const { table, rowLength, plugIn, shrinkage } = reference;
    for (const estimator of ESTIMATORS) {
      const estimate = estimateMutualInformation(table, { rowLength, estimator });
      const [value, error] = reference[estimator === "shrinkage" ? "shrinkageEstimate" : estimator];
      expectNear(estimate.value, value);
      // a variance that is 0 is a difference of two numbers
      if (Math.abs(estimate.standardError - Number(error)) > 1e-8) expectNear(estimate.standardError, error);
      else expect(Math.abs(estimate.standardError - Number(error))).toBeLessThan(Number(error) > 1e-6 ? 1e-12 : 1e-8);
      expectNear(estimate.plugIn, plugIn);
      expect(estimate.plugIn).toBe(mutualInformation(table, { rowLength, normalize: true }));
      expectNear(estimate.shrinkage, estimator === "shrinkage" ? shrinkage : "0");
      const bits = estimateMutualInformation(table, { rowLength, estimator, base: 2 });
      expectNear(bits.value * Math.LN2, value);
    }
  });

  test("of independent variables, nearer 0 than what is not corrected", () => {
    const random = uniform(4);
    const draw = drawFrom([0.4, 0.3, 0.2, 0.1], random);
    const sums = { plugIn: 0, millerMadow: 0, shrinkage: 0 };
    for (let i = 0; i < 500; i++) {
      const table = new Float64Array(16);
      for (let n = 0; n < 60; n++) table[4 * draw() + draw()]++;
      const { plugIn, value } = estimateMutualInformation(table, { rowLength: 4 });
      sums.plugIn += plugIn;
      sums.millerMadow += value;
      sums.shrinkage += estimateMutualInformation(table, { rowLength: 4, estimator: "shrinkage" }).value;
    }
    expect(Math.abs(sums.millerMadow)).toBeLessThan(0.4 * sums.plugIn);
    expect(sums.shrinkage).toBeLessThan(0.6 * sums.plugIn);
  });

  test("refuses what is no table of counts", () => {
    expect(() => estimateMutualInformation([1, 0, 0, 0], { rowLength: 2 })).toThrow(
      new RangeError("estimateMutualInformation: table sums to 1; it must be counts of two observations at least"),
    );
    expect(() => estimateMutualInformation([1, 2, 3, 4], { rowLength: 2, estimator: "nsb" as never })).toThrow(
      new RangeError(
        'estimateMutualInformation: estimator is "nsb"; it must be one of "millerMadow", "shrinkage", "maximumLikelihood"',
      ),
    );
    expect(() => estimateMutualInformation([1, 2, 3], { rowLength: 2 })).toThrow(RangeError);
    expect(() => estimateMutualInformation([1, 2, 3, 4], { rowLength: 2, method: 1 } as never)).toThrow(TypeError);
  });
});
