// The log-sum-exp with weights, class by class in f64, one code for both backends.

import type { Backend } from "../../backends/backend.js";
import { lifted } from "../../backends/transforms.js";
import { type Call, checkNumbers, type NamedRow, throwImpossible } from "../../call/arguments.js";
import { ln } from "../../numbers/scalar.js";
import { logSumOf } from "./logarithms.js";
import { liftOf } from "./logits.js";

/** ln Σ w e^(z/temperature), of weights and logits. A weight of 0 leaves its class out, whatever its logit is. */
export function weightedLogSumExp(_: Backend, call: Call, [weights, row]: readonly NamedRow[]): number {
  checkNumbers(call, weights, "weights");
  const { length, temperature } = call;
  const z = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
  const weightOf = (i: number) => weights.source[weights.start + i];
  let top: number | undefined;
  for (let i = 0; i < length; i++) {
    if (weightOf(i) === 0) continue;
    const x = row.source[row.start + i];
    if (!(typeof x === "number" && x < Number.POSITIVE_INFINITY)) throwNumber(call, weights, row);
    z[i] = x;
    if (!((top as number) >= x)) top = x;
  }
  if (top === undefined) return Number.NEGATIVE_INFINITY;
  if (top === Number.NEGATIVE_INFINITY) throwImpossible(call, row);
  const largest = top;
  const lift = liftOf(temperature);
  const scale = 1 / (temperature * lift);
  const logSum = logSumOf(length, (i) =>
    z[i] === Number.NEGATIVE_INFINITY ? z[i] : lifted(z[i], largest, lift) * scale + ln(weightOf(i)),
  );
  return largest * lift * scale + logSum;
}

/** Throws for the first number that counts and is no logit. */
function throwNumber(call: Call, weights: NamedRow, row: NamedRow): void {
  const first = weights.start - row.start;
  checkNumbers(call, { ...row, source: Array.from(row.source, (x, i) => (weights.source[first + i] === 0 ? 0 : x)) });
}
