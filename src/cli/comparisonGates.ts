// What conditions of a comparison can be of, and which of them fail.

import type { Report } from "../compare/index.js";
import type { ListsReport, MeanBounds } from "../sparse/index.js";
import type { Candidate } from "./comparison.js";
import { type Gate, gateReader, isFailedBy } from "./gates.js";
import { ENDS } from "./listCharts.js";
import type { ListCandidate } from "./listComparison.js";
import { candidateOf, type Model } from "./models.js";

/** What conditions can be of, for logits. In nats; probabilities and shares are fractions. */
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

/** What a quantity of lists lies between. */
interface Interval {
  readonly lower: number;
  readonly upper: number;
}

const intervalOf = ({ lower, upper }: MeanBounds): Interval => ({ lower: lower.mean, upper: upper.mean });

/** The same for lists: an interval, or one of its ends or the estimate, as in meanKl.estimate. */
const LIST_QUANTITIES: Readonly<Record<string, (report: ListsReport) => Interval | number>> = {
  acceptance: ({ totalVariation: { lower, upper } }) => ({ lower: 1 - upper.mean, upper: 1 - lower.mean }),
  ...Object.fromEntries(
    (
      [
        ["meanKl", "kl"],
        ["meanReverseKl", "reverseKl"],
        ["meanJs", "js"],
        ["meanTotalVariation", "totalVariation"],
        ["meanHellinger", "hellinger"],
      ] as const
    ).flatMap(([name, key]) => [
      [name, (report: ListsReport) => intervalOf(report[key])],
      ...ENDS.map((end) => [`${name}.${end}`, (report: ListsReport) => report[key][end].mean] as const),
    ]),
  ),
};

/** A reader of the option. */
export const readGate = gateReader(
  [...new Set([QUANTITIES, LIST_QUANTITIES].flatMap((quantities) => Object.keys(quantities)))],
  ['"meanKl > 0.02"', '"meanKl(q4) > 0.02" for one candidate'],
);

/** What the option --max-mean-kl says. */
export const gateOfMean = (bound: number): Gate => ({
  text: `meanKl > ${bound}`,
  quantity: "meanKl",
  of: undefined,
  operator: ">",
  bound,
});

export interface GateResult<Value = number> {
  readonly condition: string;
  readonly candidate: string;
  readonly value: Value;
  readonly isFailed: boolean;
}

/** Throws for a condition of a candidate that there is not, or of what such files do not tell. */
export function checkGates(gates: readonly Gate[], candidates: readonly Model[], files: "logits" | "lists"): void {
  const quantities = files === "logits" ? QUANTITIES : LIST_QUANTITIES;
  for (const { text, quantity, of } of gates) {
    if (!Object.hasOwn(quantities, quantity)) {
      const known = Object.keys(quantities).join(", ");
      throw new RangeError(`--fail-if "${text}": ${files} tell no ${quantity}; they tell ${known}`);
    }
    if (of !== undefined) candidateOf("--fail-if", of, candidates);
  }
}

/** The candidates that a condition is for. */
const chosenOf = <One extends Candidate | ListCandidate>({ of }: Gate, candidates: readonly One[]): One[] =>
  of === undefined
    ? candidates.filter(({ floor }) => floor === null)
    : [candidates[candidateOf("--fail-if", of, candidates)]];

/** Of each condition and each candidate that it is for. What has no value fails. */
export const resultsOf = (gates: readonly Gate[], candidates: readonly Candidate[]): GateResult[] =>
  gates.flatMap((gate) =>
    chosenOf(gate, candidates).map(({ label, report }) => {
      const value = QUANTITIES[gate.quantity](report);
      return { condition: gate.text, candidate: label, value, isFailed: isFailedBy(gate, value) };
    }),
  );

/** The same for lists: what fails is what certainly is so, wherever in its interval the value lies. */
export const listResultsOf = (
  gates: readonly Gate[],
  candidates: readonly ListCandidate[],
): GateResult<Interval | number>[] =>
  gates.flatMap((gate) =>
    chosenOf(gate, candidates).map(({ label, report }) => {
      const value = LIST_QUANTITIES[gate.quantity](report);
      const { lower, upper } = typeof value === "number" ? { lower: value, upper: value } : value;
      const isFailed = isFailedBy(gate, gate.operator.startsWith(">") ? lower : upper);
      return { condition: gate.text, candidate: label, value, isFailed };
    }),
  );

/** In words, for those that failed. */
export function failureOf({ condition, candidate, value }: GateResult<Interval | number>): string {
  const fails = `${candidate} fails: ${condition}; it is`;
  if (typeof value !== "number") return `${fails} ${value.lower} to ${value.upper}`;
  return Number.isNaN(value)
    ? `${candidate} has no value for "${condition}": without the tokens (--tokens), or what else it needs, it fails`
    : `${fails} ${value}`;
}
