// The softmax of logits, its logarithm, and that of its denominator.

import type { Backend, FloatArray, Row } from "../../backends/backend.js";
import * as kernels from "../../backends/kernels.js";
import { map } from "../../backends/writing.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { ln } from "../../numbers/scalar.js";
import { fieldsFor, findLogits, findSums, largestOf, sumOfExponentials } from "./logits.js";

/** ln Σ e^(z/temperature). */
export function logSumExp(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const logits = findSums(backend, call, rows);
  return largestOf(logits.found[0]) * logits.scale + ln(sumOfExponentials(backend, call, logits));
}

/**
 * out = e^(z/temperature) over their sum: e^x, then times 1/Z. The roundings of x = (z - largest)·scale enter with |x| <= |ln p|: one where
 * scale is 1 or another power of 2, else three, each of 2^-24 (f32) or 2^-53 (f64): that of scale and that of the product are the others.
 */
export function softmax(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  out: FloatArray,
  outStart: number,
): void {
  const logits = findLogits(backend, call, rows);
  const { precision, found } = logits;
  const result: Row = { source: out, start: outStart, scale: 1 };
  backend.fields = fieldsFor(logits);
  map(backend, kernels.exponentials, precision, [found[0].row], call.length, out, outStart);
  backend.fields = fieldsFor(logits, { factor: 1 / backend.total(1) });
  map(backend, kernels.scaled, precision, [result], call.length, out, outStart);
}

/** out = z/temperature - ln Σ e^(z/temperature). */
export function logSoftmax(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  out: FloatArray,
  outStart: number,
): void {
  const logits = findSums(backend, call, rows);
  backend.fields = fieldsFor(logits, { less: ln(sumOfExponentials(backend, call, logits)) });
  map(backend, kernels.shifted, logits.precision, [logits.found[0].row], call.length, out, outStart);
}
