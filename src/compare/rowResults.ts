// What is computed of every row.

/** What is computed of rows: of each quantity an array, in the order of the rows. In nats. */
export interface RowResults {
  /** Rows. */
  readonly count: number;
  /** KL(base‖other): Infinity where a class is impossible in other alone. */
  readonly kl: Float64Array;
  /** KL(other‖base). */
  readonly reverseKl: Float64Array;
  /** ½ KL(base‖m) + ½ KL(other‖m), m the mean of both. */
  readonly js: Float64Array;
  /** H(base). */
  readonly baseEntropy: Float64Array;
  /** H(other). */
  readonly otherEntropy: Float64Array;
  /** H(base, other) = H(base) + KL(base‖other). */
  readonly crossEntropy: Float64Array;
  /** H(other, base) = H(other) + KL(other‖base). */
  readonly reverseCrossEntropy: Float64Array;
  /** The observed token, -1 where there is none. */
  readonly tokens: Int32Array;
  /** ln of its probability in base; NaN where there is none. */
  readonly baseLogProbability: Float64Array;
  /** ln of its probability in other; NaN where there is none. */
  readonly otherLogProbability: Float64Array;
  /** The likeliest token in base: the first of several. */
  readonly baseTop: Int32Array;
  /** The likeliest token in other. */
  readonly otherTop: Int32Array;
  /** How many of the k likeliest tokens both have, over k. */
  readonly topOverlap: Float64Array;
  /** The same of the five likeliest. */
  readonly top5Overlap: Float64Array;
  /** ln of the probability of the likeliest token in base. */
  readonly baseTopLogProbability: Float64Array;
  /** The same in other, of its own likeliest token. */
  readonly otherTopLogProbability: Float64Array;
  /** Σ min(p, q) = 1 - TV, the acceptance rate of speculative decoding; NaN where it was not asked for. */
  readonly acceptance: Float64Array;
  /** 1 where the logits of base are all >= 0 and have a sum within 1e-3 of 1, as probabilities have; else 0. */
  readonly baseLooksLikeProbabilities: Uint8Array;
  /** The same of other. */
  readonly otherLooksLikeProbabilities: Uint8Array;
  /** The group of each row, if there are groups. */
  readonly groups?: readonly string[];
  /** The likeliest tokens of each row, if they were asked for. */
  readonly topTokens?: TopTokens;
}

/** The likeliest tokens of rows: `perRow` numbers for each row in each array, the likeliest first. */
export interface TopTokens {
  /** As asked for, or the number of classes where there are fewer. */
  readonly perRow: number;
  /** In base. */
  readonly base: Int32Array;
  /** ln of their probabilities in base. */
  readonly baseLogProbability: Float64Array;
  /** In other. */
  readonly other: Int32Array;
  /** ln of their probabilities in other. */
  readonly otherLogProbability: Float64Array;
}

/** Numbers of a row as a loop leaves them. */
export const Column = {
  kl: 0,
  reverseKl: 1,
  js: 2,
  baseEntropy: 3,
  otherEntropy: 4,
  baseLogProbability: 5,
  otherLogProbability: 6,
  baseTop: 7,
  otherTop: 8,
  topOverlap: 9,
  baseLooksLikeProbabilities: 10,
  otherLooksLikeProbabilities: 11,
  baseTopLogProbability: 12,
  otherTopLogProbability: 13,
  top5Overlap: 14,
  acceptance: 15,
  /** 0, or 1 for base and 2 for the candidate, whose row cannot be. */
  problem: 16,
  /** Of the number that cannot be, and the number; -1 where the row as a whole cannot. */
  problemColumn: 17,
  problemValue: 18,
} as const;

const COLUMNS = 19;

/** Numbers of a row and candidate: the columns; then tokens of base, their ln p, and the same of the candidate, `topTokens` of each. */
export const widthOf = (topTokens: number): number => COLUMNS + 4 * topTokens;

/** Of the `part`th of these four lists, the first. */
export const topColumn = (part: 0 | 1 | 2 | 3, topTokens: number): number => COLUMNS + part * topTokens;

/** Of one of several candidates. */
export function rowResultsOf(
  values: Float64Array,
  tokens: Int32Array,
  groups: readonly string[] | undefined,
  topTokens: number,
  candidate: number,
  candidates: number,
): RowResults {
  const count = tokens.length;
  const width = widthOf(topTokens);
  const at = (r: number, index: number) => values[(r * candidates + candidate) * width + index];
  const column = (index: number) => Float64Array.from(tokens, (_, r) => at(r, index));
  const sum = (first: number, second: number) => Float64Array.from(tokens, (_, r) => at(r, first) + at(r, second));
  return {
    count,
    kl: column(Column.kl),
    reverseKl: column(Column.reverseKl),
    js: column(Column.js),
    baseEntropy: column(Column.baseEntropy),
    otherEntropy: column(Column.otherEntropy),
    crossEntropy: sum(Column.baseEntropy, Column.kl),
    reverseCrossEntropy: sum(Column.otherEntropy, Column.reverseKl),
    tokens,
    baseLogProbability: column(Column.baseLogProbability),
    otherLogProbability: column(Column.otherLogProbability),
    baseTop: Int32Array.from(column(Column.baseTop)),
    otherTop: Int32Array.from(column(Column.otherTop)),
    topOverlap: column(Column.topOverlap),
    top5Overlap: column(Column.top5Overlap),
    baseTopLogProbability: column(Column.baseTopLogProbability),
    otherTopLogProbability: column(Column.otherTopLogProbability),
    acceptance: column(Column.acceptance),
    baseLooksLikeProbabilities: Uint8Array.from(column(Column.baseLooksLikeProbabilities)),
    otherLooksLikeProbabilities: Uint8Array.from(column(Column.otherLooksLikeProbabilities)),
    ...(groups !== undefined && { groups }),
    ...(topTokens > 0 && { topTokens: topTokensOf() }),
  };

  function topTokensOf(): TopTokens {
    const list = (part: 0 | 1 | 2 | 3) =>
      Float64Array.from({ length: count * topTokens }, (_, i) =>
        at(Math.floor(i / topTokens), topColumn(part, topTokens) + (i % topTokens)),
      );
    return {
      perRow: topTokens,
      base: Int32Array.from(list(0)),
      baseLogProbability: list(1),
      other: Int32Array.from(list(2)),
      otherLogProbability: list(3),
    };
  }
}
