// What is computed of every row.

/** Of rows in order, an array a quantity. In nats. */
export interface RowResults {
  readonly count: number;
  /** KL(base‖other), KL(other‖base): Infinity where a class is impossible in the second alone. */
  readonly kl: Float64Array;
  readonly reverseKl: Float64Array;
  /** ½ KL(base‖m) + ½ KL(other‖m), m the mean of both. */
  readonly js: Float64Array;
  readonly baseEntropy: Float64Array;
  readonly otherEntropy: Float64Array;
  /** H(base, other) = H(base) + KL(base‖other), and H(other, base). */
  readonly crossEntropy: Float64Array;
  readonly reverseCrossEntropy: Float64Array;
  /** The observed token, -1 where there is none. */
  readonly tokens: Int32Array;
  /** ln of its probability; NaN where there is none. */
  readonly baseLogProbability: Float64Array;
  readonly otherLogProbability: Float64Array;
  /** The likeliest token: the first of several. */
  readonly baseTop: Int32Array;
  readonly otherTop: Int32Array;
  /** How many of the k likeliest tokens both have, over k. */
  readonly topOverlap: Float64Array;
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
  /** 0, or 1 + the source whose row cannot be. */
  problem: 10,
  /** Of the number that cannot be, and the number; -1 where none of the row can. */
  problemColumn: 11,
  problemValue: 12,
} as const;

export const COLUMNS = 13;

export function rowResultsOf(values: Float64Array, tokens: Int32Array): RowResults {
  const count = tokens.length;
  const column = (index: number) => Float64Array.from(tokens, (_, r) => values[r * COLUMNS + index]);
  const sum = (first: number, second: number) =>
    Float64Array.from(tokens, (_, r) => values[r * COLUMNS + first] + values[r * COLUMNS + second]);
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
  };
}
