// All that is said of a pair of rows of logits at once.

import type { Backend } from "../backend.js";
import type { Call, NamedRow } from "../inputs.js";
import { ln } from "../scalar.js";
import { fieldsFor, findLogits, largestOf } from "./logits.js";
import { jsDivergenceOfLogits, klDivergenceOfLogits } from "./ofLogits.js";

/** H(p) in nats, as `entropy` has it, and ln p of a class. */
export function entropyAndLogSum(
  backend: Backend,
  call: Call,
  row: NamedRow,
): { entropy: number; logProbabilityOf: (index: number) => number } {
  const logits = findLogits(backend, call, [row]);
  const { precision, scale, found } = logits;
  const [own] = found;
  backend.fields = fieldsFor(logits);
  backend.reduce("entropyOfLogits", precision, [own.row], call.length);
  const sum = backend.total(1);
  own.sum = sum;
  const logSum = ln(sum);
  const largest = largestOf(own);
  return {
    entropy: Math.max(0, logSum - backend.total(0) / sum),
    logProbabilityOf: (index) => (row.source[row.start + index] - largest) * scale - logSum,
  };
}

export interface Divergences {
  /** KL(p‖q), KL(q‖p). */
  readonly kl: number;
  readonly reverseKl: number;
  readonly js: number;
}

export function divergencesOfLogits(backend: Backend, call: Call, pair: readonly NamedRow[]): Divergences {
  return {
    js: jsDivergenceOfLogits(backend, call, pair),
    kl: klDivergenceOfLogits(backend, call, pair),
    reverseKl: klDivergenceOfLogits(backend, call, [pair[1], pair[0]]),
  };
}
