import type { DivergenceBounds, ListMean, ListsReport, Position, TopKDistribution } from "../sparse/index.js";
import { ENDS, type ListCharts } from "./listCharts.js";
import type { Model } from "./models.js";

/** What is bounded at each position: name, and key of the bounds. */
export const MEASURES = [
  ["KL(base‖other)", "kl"],
  ["KL(other‖base)", "reverseKl"],
  ["JS", "js"],
  ["total variation", "totalVariation"],
  ["Hellinger", "hellinger"],
  ["entropy of base", "entropyOfP"],
  ["entropy of other", "entropyOfQ"],
] as const satisfies readonly (readonly [string, keyof DivergenceBounds])[];

/** As columns of numbers: measure, end, name. */
export const COLUMNS = MEASURES.flatMap(([, key]) =>
  ENDS.map((end) => [key, end, `${key}${end[0].toUpperCase()}${end.slice(1)}`] as const),
);

/** A position that is compared. */
export interface ListPosition {
  readonly record: number;
  readonly index: number;
  readonly token: Position["token"];
  readonly base: TopKDistribution;
  readonly other: TopKDistribution;
  readonly bounds: DivergenceBounds;
}

/** A model whose lists were compared with those of base. */
export interface ListCandidate extends Model {
  /** Base itself is no candidate. */
  readonly floor: null;
  readonly report: ListsReport;
  readonly charts: ListCharts;
  /** By what JS is at least. */
  readonly farthest: readonly ListPosition[];
}

/** What was compared, and what came of it: all that a report tells. */
export interface ListComparison {
  readonly base: Model;
  /** In the order in which they were given. */
  readonly candidates: readonly ListCandidate[];
  /** Of `candidates`, that of the smallest estimate of mean KL first. */
  readonly ranking: readonly number[];
}

/** Of the same estimate of KL, that of JS decides, then the order given. */
export function rankingOf(candidates: readonly ListCandidate[]): number[] {
  const compare = (a: number, b: number): number => {
    for (const key of ["kl", "js"] as const) {
      const [x, y]: ListMean[] = [a, b].map((i) => candidates[i].report[key].estimate);
      if (x.mean !== y.mean) return x.mean - y.mean;
    }
    return a - b;
  };
  return candidates.map((_, i) => i).sort(compare);
}
