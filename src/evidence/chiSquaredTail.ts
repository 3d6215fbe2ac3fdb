import { describe } from "../engine/checks.js";
import { upperIncompleteGamma } from "./incompleteGamma.js";

/**
 * P(χ² >= statistic): the p-value of a statistic that is χ² of so many degrees of freedom, Q(degreesOfFreedom/2, statistic/2).
 *
 * @param statistic - From 0 to Infinity.
 * @param degreesOfFreedom - At least 1, and finite.
 * @returns From 1 to 0. Relative error 2e-14 + 1e-15·|ln p|, down to 1e-300.
 * @throws TypeError for what is not a number.
 * @throws RangeError for one out of range. Complexity O(√degreesOfFreedom).
 * @example
 * chiSquaredTail(1381.7, 4); // 6.42198256861955e-298
 */
export function chiSquaredTail(statistic: number, degreesOfFreedom: number): number {
  for (const [name, value] of Object.entries({ statistic, degreesOfFreedom })) {
    if (typeof value !== "number") {
      throw new TypeError(`chiSquaredTail: ${name} is ${describe(value)}; it must be a number`);
    }
  }
  if (!(statistic >= 0)) throw new RangeError(`chiSquaredTail: statistic is ${statistic}; it must be >= 0`);
  if (!(degreesOfFreedom >= 1 && degreesOfFreedom < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`chiSquaredTail: degreesOfFreedom is ${degreesOfFreedom}; it must be at least 1, and finite`);
  }
  return upperIncompleteGamma(degreesOfFreedom / 2, statistic / 2);
}
