// Distances of distributions over ordered bins, from the differences F_p - F_q of their cumulative distributions. These are sums of
// p̂ - q̂ that cancel: they are kept to twice the precision, in plain f64, one code for both backends.

import type { Backend } from "../../backends/backend.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { Sum } from "../../numbers/twofold.js";
import { ExactPair } from "./exact.js";
import { asProbabilities } from "./mixture.js";

/** Visits F_p - F_q behind each bin. */
function overDifferences(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  visit: (difference: number) => void,
): void {
  new ExactPair(
    call,
    rows.map((row) => asProbabilities(backend, call, row).row),
  ).overCumulative(visit);
}

/** Σ |F_p - F_q|. */
export function wassersteinDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const sum = new Sum();
  overDifferences(backend, call, rows, (difference) => sum.add(Math.abs(difference)));
  return sum.value;
}

/** √Σ (F_p - F_q)². */
export function cramerDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const sum = new Sum();
  overDifferences(backend, call, rows, (difference) => sum.add(difference * difference));
  return Math.sqrt(sum.value);
}

/** max |F_p - F_q|. */
export function kolmogorovSmirnovDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  let most = 0;
  overDifferences(backend, call, rows, (difference) => {
    if (most < Math.abs(difference)) most = Math.abs(difference);
  });
  return Math.min(1, most);
}
