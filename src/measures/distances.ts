// Batches of the distances: a survey for both sums, and a pass, as in row/distances.ts.

import type { Backend } from "../backends/backend.js";
import type { Kernel } from "../backends/kernel.js";
import type { Call } from "../call/arguments.js";
import { PENDING, surveyed } from "./batches.js";
import { areNear, isCoarse } from "./row/weights.js";

/** `resultOf` both totals of the kernel, of each row; NaN for a row that is to be computed by itself. */
export function distances(
  backend: Backend,
  call: Call,
  kernel: Kernel,
  count: number,
  values: Float64Array,
  at: number,
  resultOf: (first: number, second: number, pSum: number, gamma: number) => number,
): void {
  const { precision } = call;
  const decide = (_flags: number, pSum: number, qSum: number, difference: number) =>
    areNear({ pSum, qSum }) && !isCoarse({ precision, qSum, difference }) ? PENDING : Number.NaN;
  surveyed(backend, call, kernel, "larger first", count, values, at, decide, resultOf);
}
