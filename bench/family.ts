import type * as logratio from "../dist/index.js";
import {
  add,
  type DoubleDouble,
  divide,
  exponential,
  logarithm,
  multiply,
  subtract,
  sum,
  ZERO,
} from "./doubleDouble.js";

export type FloatArray = Float32Array | Float64Array;

/** Of a family of logits, p and q are logits. */
export interface Rows {
  p: FloatArray;
  q: FloatArray;
  /** Counts of the classes, or a place for results. */
  counts: FloatArray;
}

/**
 * The functions of a build. Rows in an engine's memory are computed by that engine: to say so with the option `engine` would be an
 * object more in each call.
 */
type Measures = Omit<typeof logratio, "createEngine" | "createEngineSync" | "Engine">;

/** One kernel family: the call, the loop that a user would write instead, and the exact value. */
export interface Family {
  name: string;
  /** Probabilities by default. */
  input?: "logits";
  /** What is special about the rows, if anything. */
  variant?: "30 % zeros" | "near";
  /** What is special about the call, if anything. */
  mode?: string;
  /** Rows that are read, for the bandwidth. */
  reads: (keyof Rows)[];
  call(measures: Measures, rows: Rows): unknown;
  /** Self-contained: it is compiled anew for each type, from its text. */
  loop(rows: Rows): unknown;
  /** The result as a number, exactly; what its error is relative to is its size, or 1 for entropies below it. */
  exact(rows: Rows): number;
  errorScale?(exact: number, rows: Rows): number;
}

const at = (row: FloatArray, i: number): DoubleDouble => [row[i], 0];

export const sumOf = (row: FloatArray): DoubleDouble => sum(row.length, (i) => at(row, i));

/** Σ p ln(p/q) of the numbers as they are; zeros of p add nothing. */
export function sumOfLogRatios(p: FloatArray, q: FloatArray, weights: FloatArray = p): DoubleDouble {
  return sum(p.length, (i) =>
    weights[i] === 0 ? ZERO : multiply(at(weights, i), subtract(logarithm(at(p, i)), logarithm(at(q, i)))),
  );
}

/** KL of the normalised pair: Σ p ln(p/q)/P + ln(Q/P). */
export function exactKl(p: FloatArray, q: FloatArray): DoubleDouble {
  const [pSum, qSum] = [sumOf(p), sumOf(q)];
  return add(divide(sumOfLogRatios(p, q), pSum), subtract(logarithm(qSum), logarithm(pSum)));
}

export function exactCrossEntropy(p: FloatArray, q: FloatArray): DoubleDouble {
  const products = sum(p.length, (i) => (p[i] === 0 ? ZERO : multiply(at(p, i), logarithm(at(q, i)))));
  return subtract(logarithm(sumOf(q)), divide(products, sumOf(p)));
}

export function exactJs(p: FloatArray, q: FloatArray): DoubleDouble {
  const [pSum, qSum] = [sumOf(p), sumOf(q)];
  const half: DoubleDouble = [0.5, 0];
  const total = sum(p.length, (i) => {
    const x = divide(at(p, i), pSum);
    const y = divide(at(q, i), qSum);
    const mean = multiply(half, add(x, y));
    if (mean[0] === 0) return ZERO;
    const logOfMean = logarithm(mean);
    const part = (a: DoubleDouble) => (a[0] === 0 ? ZERO : multiply(a, subtract(logarithm(a), logOfMean)));
    return add(part(x), part(y));
  });
  return multiply(half, total);
}

export const atLeastOne = (exact: number): number => Math.max(1, exact);

/** ln Σ e^z. */
export function exactLogSumExp(z: FloatArray): DoubleDouble {
  let most = Number.NEGATIVE_INFINITY;
  for (const x of z) most = Math.max(most, x);
  const largest: DoubleDouble = [most, 0];
  // double-double arithmetic has no infinities
  const total = sum(z.length, (i) =>
    z[i] === Number.NEGATIVE_INFINITY ? ZERO : exponential(subtract(at(z, i), largest)),
  );
  return add(largest, logarithm(total));
}

/** ln p of each class, and p. */
export function logSoftmaxOf(z: FloatArray): { logs: DoubleDouble[]; p: DoubleDouble[] } {
  const logSumExp = exactLogSumExp(z);
  const logs = Array.from(z, (_, i) => subtract(at(z, i), logSumExp));
  return { logs, p: logs.map(exponential) };
}

/** Σ p (ln p - ln q), of logits. */
export function exactKlOfLogits(a: FloatArray, b: FloatArray): DoubleDouble {
  const p = logSoftmaxOf(a);
  const q = logSoftmaxOf(b);
  return sum(a.length, (i) =>
    a[i] === Number.NEGATIVE_INFINITY ? ZERO : multiply(p.p[i], subtract(p.logs[i], q.logs[i])),
  );
}

/** The label of the only row. */
export const LABEL = 7;
