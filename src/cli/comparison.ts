import { type PairedDifference, pairedDifference, type Report, type Summary } from "../compare/index.js";
import type { HalfFormat } from "../compare/source.js";
import type { InputKind } from "../index.js";
import type { Charts } from "./charts.js";
import type { Model } from "./models.js";

/** A model that was compared with base, and what came of it. */
export interface Candidate extends Model {
  readonly input: InputKind;
  /** What base was rounded to, where this is base itself: what rounding alone comes to. */
  readonly floor: HalfFormat | null;
  readonly report: Report;
  readonly charts: Charts;
}

/** Two candidates, the closer first: the first minus the second. */
export interface Pair {
  /** Of `candidates`. */
  readonly first: number;
  readonly second: number;
  readonly kl: PairedDifference;
  /** Of ln p of the observed tokens; undefined where none is known. */
  readonly logProbability: PairedDifference | undefined;
}

/** What was compared, and what came of it: all that a report tells. */
export interface Comparison {
  readonly base: Model & { readonly input: InputKind };
  /** In the order in which they were given. */
  readonly candidates: readonly Candidate[];
  /** Of `candidates`, that of the smallest mean KL first. */
  readonly ranking: readonly number[];
  readonly pairs: readonly Pair[];
  readonly tokens: string | null;
  readonly groups: string | null;
  readonly classes: number;
  /** The rows that were compared. */
  readonly start: number;
  readonly end: number;
}

/** That of the smallest mean KL first; of the same, in the order given. */
export const rankingOf = (candidates: readonly Candidate[]): number[] =>
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
  candidates: readonly Candidate[],
  results: readonly { readonly summary: Summary }[],
): Pair {
  const of = (quantity: "kl" | "logProbability") =>
    pairedDifference(results[first].summary, results[second].summary, { quantity });
  const hasTokens = candidates[first].report.tokens > 0;
  return { first, second, kl: of("kl"), logProbability: hasTokens ? of("logProbability") : undefined };
}
