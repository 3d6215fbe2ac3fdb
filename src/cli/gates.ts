// Conditions under which a comparison fails: `meanKl(q4) > 0.02`.

import { InvalidArgumentError } from "commander";
import type { Report } from "../compare/index.js";
import type { Candidate } from "./comparison.js";
import { candidateOf, type Model } from "./models.js";

/** What conditions can be of. In nats; probabilities and shares are fractions. */
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
  if (!Object.hasOwn(QUANTITIES, quantity)) {
    throw new InvalidArgumentError(`There is no ${quantity}. Known are ${Object.keys(QUANTITIES).join(", ")}.`);
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

export interface GateResult {
  readonly condition: string;
  readonly candidate: string;
  readonly value: number;
  readonly isFailed: boolean;
}

/** Throws for a condition of a candidate that there is not. */
export function checkGates(gates: readonly Gate[], candidates: readonly Model[]): void {
  for (const { candidate } of gates) if (candidate !== undefined) candidateOf("--fail-if", candidate, candidates);
}

/** Of each condition and each candidate that it is for. What has no value fails. */
export function resultsOf(gates: readonly Gate[], candidates: readonly Candidate[]): GateResult[] {
  return gates.flatMap(({ text, quantity, candidate, operator, bound }) => {
    const chosen =
      candidate === undefined
        ? candidates.filter(({ floor }) => floor === null)
        : [candidates[candidateOf("--fail-if", candidate, candidates)]];
    return chosen.map(({ label, report }) => {
      const value = QUANTITIES[quantity](report);
      return {
        ...{ condition: text, candidate: label, value },
        isFailed: Number.isNaN(value) || OPERATORS[operator](value, bound),
      };
    });
  });
}

/** In words, for those that failed. */
export const failureOf = ({ condition, candidate, value }: GateResult): string =>
  Number.isNaN(value)
    ? `${candidate} has no value for "${condition}": without the tokens (--tokens), or what else it needs, it fails`
    : `${candidate} fails: ${condition}; it is ${value}`;
