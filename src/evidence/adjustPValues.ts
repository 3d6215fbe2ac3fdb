import type { Numbers } from "../call/inputs.js";
import { openRow } from "../call/inputs.js";
import { mustBe, show } from "../engine/checks.js";

/** How {@link adjustPValues} corrects p-values of many tests. */
export type Correction = "benjaminiHochberg" | "holm";

const NAME = "adjustPValues";
const CORRECTIONS = ["benjaminiHochberg", "holm"];

/** Throws for what is no such correction. */
export function checkCorrection(functionName: string, name: string, correction: unknown): void {
  if (CORRECTIONS.includes(correction as string)) return;
  const words = `${functionName}: ${name} is ${show(correction)}; it must be "benjaminiHochberg" or "holm"`;
  throw new (typeof correction === "string" ? RangeError : TypeError)(words);
}

/**
 * Corrects the p-values of many tests: of a hundred tests of nothing, five have p <= 0.05.
 *
 * With p₁ <= … <= pₙ in order, `"benjaminiHochberg"` gives the least of pⱼ·n/j over j >= i: among the tests with an adjusted value <= α,
 * the expected share of false ones is at most α, where the tests are independent or positively dependent. `"holm"` gives the largest of
 * pⱼ·(n - j + 1) over j <= i: the probability that any of them is false is at most α, whatever the tests have to do with each other.
 *
 * @param pValues - n numbers from 0 to 1, in any order.
 * @param correction - `"benjaminiHochberg"`, the default, or `"holm"`.
 * @returns n numbers in the order given, at most 1. Error 1 ulp.
 * @throws TypeError for what is not an array of numbers.
 * @throws RangeError for a number outside [0, 1] or an unknown correction. Complexity O(n log n).
 * @example
 * adjustPValues([0.01, 0.5, 0.02, 0.03], "holm"); // Float64Array [0.04, 0.5, 0.06, 0.06]
 * @see Y. Benjamini, Y. Hochberg, Controlling the False Discovery Rate (1995); S. Holm, A Simple Sequentially Rejective Multiple Test
 * Procedure (1979)
 */
export function adjustPValues(pValues: Numbers, correction: Correction = "benjaminiHochberg"): Float64Array {
  const given = openRow(NAME, "pValues", pValues);
  checkCorrection(NAME, "correction", correction);
  const n = given.length;
  for (let i = 0; i < n; i++) {
    const p: unknown = given[i];
    if (typeof p !== "number") throw mustBe(NAME, `pValues[${i}]`, p, "a number");
    if (!(p >= 0 && p <= 1)) throw mustBe(NAME, `pValues[${i}]`, p, "from 0 to 1", true);
  }
  const order = Uint32Array.from(given, (_, i) => i).sort((i, j) => given[i] - given[j]);
  const adjusted = new Float64Array(n);
  if (correction === "holm") {
    let largest = 0;
    for (let j = 0; j < n; j++) {
      largest = Math.max(largest, Math.min(1, given[order[j]] * (n - j)));
      adjusted[order[j]] = largest;
    }
    return adjusted;
  }
  let least = 1;
  for (let j = n - 1; j >= 0; j--) {
    least = Math.min(least, (given[order[j]] * n) / (j + 1));
    adjusted[order[j]] = least;
  }
  return adjusted;
}
