// Conditions under which a comparison fails: `meanKl(q4) > 0.02`.

import { InvalidArgumentError } from "commander";
import type { Report } from "../compare/index.js";
import type { ListsReport, MeanBounds } from "../sparse/index.js";
import type { Candidate } from "./comparison.js";
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

const OPERATORS = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
} as const;

export interface Gate {
  /** As it was written. */
  readonly text: string;
  readonly quantity: string;
  /** All that are no noise floor, by default. */
  readonly candidate: string | undefined;
  readonly operator: keyof typeof OPERATORS;
  readonly bound: number;
}

/** A reader of the option. */
export function readGate(text: string): Gate {
  const [, quantity, candidate, operator, number, percent] =
    /^\s*([\w.]+)\s*(?:\(\s*(.*?)\s*\))?\s*(<=?|>=?)\s*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)\s*$/i.exec(text) ??
    [];
  if (number === undefined) {
    throw new InvalidArgumentError('It must be like "meanKl > 0.02", or "meanKl(q4) > 0.02" for one candidate.');
  }
  if (!Object.hasOwn(QUANTITIES, quantity) && !Object.hasOwn(LIST_QUANTITIES, quantity)) {
    const known = [QUANTITIES, LIST_QUANTITIES].map((quantities) => Object.keys(quantities).join(", "));
    throw new InvalidArgumentError(`There is no ${quantity}. Known are ${known[0]}; of lists ${known[1]}.`);
  }
  const bound = Number(number) / (percent === "" ? 1 : 100);
  return { text: text.trim(), quantity, candidate, operator: operator as Gate["operator"], bound };
}

/** What the option --max-mean-kl says. */
export const gateOfMean = (bound: number): Gate => ({
  text: `meanKl > ${bound}`,
  quantity: "meanKl",
  candidate: undefined,
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
  for (const { text, quantity, candidate } of gates) {
    if (!Object.hasOwn(quantities, quantity)) {
      const known = Object.keys(quantities).join(", ");
      throw new RangeError(`--fail-if "${text}": ${files} tell no ${quantity}; they tell ${known}`);
    }
    if (candidate !== undefined) candidateOf("--fail-if", candidate, candidates);
  }
}

/** The candidates that a condition is for. */
const chosenOf = <One extends Candidate | ListCandidate>({ candidate }: Gate, candidates: readonly One[]): One[] =>
  candidate === undefined
    ? candidates.filter(({ floor }) => floor === null)
    : [candidates[candidateOf("--fail-if", candidate, candidates)]];

/** Of each condition and each candidate that it is for. What has no value fails. */
export const resultsOf = (gates: readonly Gate[], candidates: readonly Candidate[]): GateResult[] =>
  gates.flatMap((gate) =>
    chosenOf(gate, candidates).map(({ label, report }) => {
      const value = QUANTITIES[gate.quantity](report);
      return {
        ...{ condition: gate.text, candidate: label, value },
        isFailed: Number.isNaN(value) || OPERATORS[gate.operator](value, gate.bound),
      };
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
      const isFailed = OPERATORS[gate.operator](gate.operator.startsWith(">") ? lower : upper, gate.bound);
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
