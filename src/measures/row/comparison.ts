// All that is said of a pair of rows of logits at once.

import { type Backend, UNUSUAL } from "../../backends/backend.js";
import * as kernels from "../../backends/kernels.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { LN2, ln } from "../../numbers/scalar.js";
import { isTooCoarse, klDivergenceOfLogits } from "./klOfLogits.js";
import {
  exponentOfLogit,
  fieldsFor,
  findLogits,
  findSums,
  logSumExpOf,
  offsetOfNormalized,
  oneOf,
  sumOfExponentials,
} from "./logits.js";
import { entropyIn, jsDivergenceOfLogits } from "./ofLogits.js";

/** H(p) in nats, as `entropy` has it, and ln p of a class. */
export function entropyAndLogSum(
  backend: Backend,
  call: Call,
  row: NamedRow,
): { entropy: number; logProbabilityOf: (index: number) => number } {
  const logits = findLogits(backend, call, [row]);
  const [own] = logits.found;
  const entropy = entropyIn(backend, call, row, logits);
  const logSum = ln(backend.total(1));
  own.sum = backend.total(1);
  logSumExpOf(call, row, own, logits.scale, logSum);
  return {
    entropy,
    logProbabilityOf: (index) => exponentOfLogit(logits, own, row.source[row.start + index]) - logSum,
  };
}

export interface Divergences {
  /** KL(p‖q), KL(q‖p). */
  readonly kl: number;
  readonly reverseKl: number;
  readonly js: number;
}

/**
 * The divergences in one pass, besides those for the largest numbers and the sums. To rounding they are what klDivergence and
 * jsDivergence give, and those themselves where a class is possible in one row alone, or one pass is not accurate enough.
 */
export function divergencesOfLogits(backend: Backend, call: Call, pair: readonly NamedRow[]): Divergences {
  const logits = findSums(backend, call, pair);
  const { precision, scale, found } = logits;
  const pSum = sumOfExponentials(backend, call, oneOf(logits, 0));
  const qSum = sumOfExponentials(backend, call, oneOf(logits, 1));
  const offset = offsetOfNormalized(logits, pSum, qSum);
  backend.fields = fieldsFor(logits, { offset, secondFactor: pSum / qSum });
  const flags = backend.reduce(kernels.divergencesOfLogits, precision, [found[0].row, found[1].row], call.length);
  if (flags & UNUSUAL) return divergencesApart(backend, call, pair);
  const kl = Math.max(0, backend.total(0) / pSum);
  const reverseKl = Math.max(0, backend.total(1) / pSum);
  const js = Math.min(LN2, Math.max(0, backend.total(2) / (2 * pSum)));
  const isCoarse = isTooCoarse(precision, Math.min(kl, reverseKl, 4 * js), offset * scale);
  return isCoarse ? divergencesApart(backend, call, pair) : { kl, reverseKl, js };
}

function divergencesApart(backend: Backend, call: Call, pair: readonly NamedRow[]): Divergences {
  return {
    js: jsDivergenceOfLogits(backend, call, pair),
    kl: klDivergenceOfLogits(backend, call, pair),
    reverseKl: klDivergenceOfLogits(backend, call, [pair[1], pair[0]]),
  };
}
