// Which candidate is closest, and by how much it is closer than the next.

import { type PairedDifference, pairedDifference, type Report, type Summary } from "../compare/index.js";

/** Two candidates, the closer first: the first minus the second. */
export interface Pair {
  /** Of `candidates`. */
  readonly first: number;
  readonly second: number;
  readonly kl: PairedDifference;
  /** Of ln p of the observed tokens; undefined where none is known. */
  readonly logProbability: PairedDifference | undefined;
}

type Reported = { readonly report: Report };

/** That of the smallest mean KL first; of the same, in the order given. */
export const rankingOf = (candidates: readonly Reported[]): number[] =>
  candidates
    .map((_, i) => i)
    .sort((a, b) => {
      const [first, second] = [a, b].map((i) => candidates[i].report.kl.mean);
      return first === second ? a - b : first - second;
    });

export const neighboursOf = (ranking: readonly number[]): [first: number, second: number][] =>
  ranking.slice(1).map((second, i) => [ranking[i], second]);

export function pairOf(
  first: number,
  second: number,
  candidates: readonly Reported[],
  results: readonly { readonly summary: Summary }[],
): Pair {
  const of = (quantity: "kl" | "logProbability") =>
    pairedDifference(results[first].summary, results[second].summary, { quantity });
  const hasTokens = candidates[first].report.tokens > 0;
  return { first, second, kl: of("kl"), logProbability: hasTokens ? of("logProbability") : undefined };
}
