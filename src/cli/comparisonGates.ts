// What conditions of a comparison can be of, and which of them fail.

import type { Report } from "../compare/index.js";
import type { Candidate } from "./comparison.js";
import { type Gate, gateReader, isFailedBy } from "./gates.js";
import { candidateOf, type Model } from "./models.js";

/** In nats; probabilities and shares are fractions. */
const QUANTITIES: Readonly<Record<string, (report: Report) => number>> = {
  meanKl: ({ kl }) => kl.mean,
  medianKl: ({ kl }) => kl.median,
  kl90: ({ kl }) => kl.quantiles["90%"],
  kl95: ({ kl }) => kl.quantiles["95%"],
  kl99: ({ kl }) => kl.quantiles["99%"],
  "kl99.9": ({ kl }) => kl.quantiles["99.9%"],
  maxKl: ({ kl }) => kl.max,
  meanReverseKl: ({ reverseKl }) => reverseKl.mean,
  meanJs: ({ js }) => js.mean,
  sameTop: ({ sameTop }) => sameTop.value,
  top5: ({ top5Overlap }) => top5Overlap.mean,
  topK: ({ topOverlap }) => topOverlap.mean,
  acceptance: ({ acceptance }) => acceptance.mean,
  meanDeltaP: ({ deltaP }) => deltaP.mean,
  rmsDeltaP: ({ deltaP }) => deltaP.rms.value,
  ppl: ({ perplexity }) => perplexity.other.value,
  pplRatio: ({ perplexity }) => perplexity.ratio.value,
  deltaPpl: ({ perplexity }) => perplexity.difference.value,
  calibrationError: ({ calibrationError }) => calibrationError.other,
};

/** A reader of the option. */
export const readGate = gateReader(Object.keys(QUANTITIES), [
  '"meanKl > 0.02"',
  '"meanKl(q4) > 0.02" for one candidate',
]);

/** What the option --max-mean-kl says. */
export const gateOfMean = (bound: number): Gate => ({
  text: `meanKl > ${bound}`,
  quantity: "meanKl",
  of: undefined,
  operator: ">",
  bound,
});

export interface GateResult {
  readonly condition: string;
  readonly candidate: string;
  readonly value: number;
  readonly isFailed: boolean;
}

/** Throws for a condition of a candidate that there is not. */
export function checkGates(gates: readonly Gate[], candidates: readonly Model[]): void {
  for (const { of } of gates) if (of !== undefined) candidateOf("--fail-if", of, candidates);
}

/** Of each condition and each candidate that it is for. What has no value fails. */
export function resultsOf(gates: readonly Gate[], candidates: readonly Candidate[]): GateResult[] {
  return gates.flatMap((gate) => {
    const { text, quantity, of } = gate;
    const chosen =
      of === undefined
        ? candidates.filter(({ floor }) => floor === null)
        : [candidates[candidateOf("--fail-if", of, candidates)]];
    return chosen.map(({ label, report }) => {
      const value = QUANTITIES[quantity](report);
      return { condition: text, candidate: label, value, isFailed: isFailedBy(gate, value) };
    });
  });
}

/** In words, for those that failed. */
export const failureOf = ({ condition, candidate, value }: GateResult): string =>
  Number.isNaN(value)
    ? `${candidate} has no value for "${condition}": without the tokens (--tokens), or what else it needs, it fails`
    : `${candidate} fails: ${condition}; it is ${value}`;
