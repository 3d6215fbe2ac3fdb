// Rows of any kind as probabilities to a factor, for the families of powers and of distances: logits become their exponentials as
// they are staged, chunk by chunk in f64, and nothing of a row's size is made.

import { type Backend, type Precision, UNUSUAL } from "../../backends/backend.js";
import type { Kernel } from "../../backends/kernel.js";
import * as kernels from "../../backends/kernels.js";
import { exponentials } from "../../backends/transforms.js";
import { type Call, checkSum, type NamedRow } from "../../call/arguments.js";
import { powerOf2 } from "../../numbers/lanes.js";
import { exponentOf, ln } from "../../numbers/scalar.js";
import { findSums, logSumExpOf, sumOfExponentials } from "./logits.js";
import { checkedSums, isOrdinary, scalesToOne } from "./pair.js";

/** Whether what is less than the smallest normal number matters to a result, or counts as 0. */
export type Care = "exact" | "flushed";

export const areProbabilities = (rows: readonly NamedRow[]): boolean =>
  rows.every(({ kind }) => kind === "probabilities");

/** A row of logits as e^(z - largest) over a power of 2: their sum is near 1. Throws what there is to throw of logits. */
export function weightsOf(backend: Backend, call: Call, row: NamedRow, care: Care): NamedRow {
  if (row.kind === "probabilities" || row.as === exponentials) return row;
  const logits = findSums(backend, call, [row]);
  const [found] = logits.found;
  const sum = sumOfExponentials(backend, call, logits);
  logSumExpOf(call, row, found, logits.scale, ln(sum));
  const { scale, lift } = logits;
  const factor = powerOf2(-exponentOf(sum));
  return { ...row, as: exponentials, scale, lift, shift: found.top, factor, isFlushed: care === "flushed" };
}

/** The type in which kernels take a pair. */
export const precisionOf = (call: Call, rows: readonly NamedRow[]): Precision =>
  areProbabilities(rows) ? call.precision : "f64";

/** Runs a kernel over a pair as it is: the sums need not be known before. Returns flags. */
export function reduceGiven(backend: Backend, call: Call, kernel: Kernel, rows: readonly NamedRow[]): number {
  backend.gamma = 0;
  return backend.reduce(kernel, precisionOf(call, rows), rows, call.length);
}

/** Throws for sums of probabilities that are not what they have to be. */
export function checkSums(call: Call, [p, q]: readonly NamedRow[], pSum: number, qSum: number): void {
  if (p.kind === "probabilities") checkSum(call, p, pSum);
  if (q.kind === "probabilities") checkSum(call, q, qSum);
}

/** Sums that kernels take as they are, which work in f64 with any γ. */
export const areComparable = (pSum: number, qSum: number): boolean =>
  isOrdinary(pSum) && isOrdinary(qSum) && pSum <= 1024 * qSum && qSum <= 1024 * pSum;

/**
 * Whether the totals of a pair as it is tell the result, `rest`: `less` has been taken away for what Σp is more or less than Σq. At most 8 times
 * the result, it costs 3 bits; of f32, which do not know their sums better than to 2^-24, 13 bits of f64 if the sums differ by more than 1e-6.
 */
export const isSettled = ({ precision }: Call, pSum: number, qSum: number, less: number, rest: number): boolean =>
  areComparable(pSum, qSum) && less <= (precision === "f32" && Math.abs(pSum - qSum) > 1e-6 * qSum ? 8192 : 8) * rest;

/** A pair as the kernels take it, and what a survey has found. */
export interface Pair {
  readonly precision: Precision;
  readonly p: NamedRow;
  readonly q: NamedRow;
  readonly pSum: number;
  readonly qSum: number;
  /** Σ(p - q). */
  readonly difference: number;
  readonly flags: number;
}

function survey(backend: Backend, { length }: Call, precision: Precision, p: NamedRow, q: NamedRow): Pair | undefined {
  const flags = backend.reduce(kernels.survey, precision, [p, q], length);
  if (flags & UNUSUAL) return undefined;
  return { precision, p, q, pSum: backend.total(1), qSum: backend.total(0), difference: backend.total(2), flags };
}

/** Sums so near each other that growing or shrinking q to that of p costs nothing. */
export const areNear = ({ pSum, qSum }: Pick<Pair, "pSum" | "qSum">): boolean =>
  isOrdinary(pSum) && isOrdinary(qSum) && pSum <= Math.SQRT2 * qSum && qSum <= Math.SQRT2 * pSum;

/** What f32 leaves of Σ(p - q) is enough where it is next to nothing. */
export const isCoarse = ({ precision, qSum, difference }: Pick<Pair, "precision" | "qSum" | "difference">): boolean =>
  precision === "f32" && Math.abs(difference) > 9.5367431640625e-7 * qSum; // 2^-20

/** The row times a power of 2, in f64. */
const times = (row: NamedRow, a: number, care: Care): NamedRow =>
  row.as === exponentials
    ? { ...row, factor: (row.factor as number) * a }
    : { ...row, scale: a, isFlushed: care === "flushed" };

/** A pair of f32 as it is, from its Σ(p + q) and Σ(p - q) in f64; undefined where they are too far apart. */
export function pairFrom(call: Call, [p, q]: readonly NamedRow[], sum: number, difference: number): Pair | undefined {
  const [pSum, qSum] = [(sum + difference) / 2, (sum - difference) / 2];
  if (call.precision === "f64" || !areComparable(pSum, qSum)) return undefined;
  return { precision: precisionOf(call, [p, q]), p, q, pSum, qSum, difference, flags: 0 };
}

/**
 * A pair whose sums are within √2 of each other, after each has been multiplied by a power of 2 where they were not; undefined where
 * what matters is not normal. Kernels that work in f64 take any γ: for them `asGiven` may make a pair of what a survey has found of rows as
 * they are, whose sums are not within √2, or are of f32 and differ.
 */
export function pairOf(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  care: Care,
  asGiven?: (surveyed: Pair) => Pair | undefined,
): Pair | undefined {
  const [p, q] = rows.map((row) => weightsOf(backend, call, row, care));
  const pair = survey(backend, call, precisionOf(call, rows), p, q);
  let sums: readonly number[];
  if (pair) {
    sums = [pair.pSum, pair.qSum];
    checkSums(call, rows, pair.pSum, pair.qSum);
    if (areNear(pair) && !isCoarse(pair)) return pair;
    const given = areComparable(pair.pSum, pair.qSum) ? asGiven?.(pair) : undefined;
    if (given) return given;
    if (areNear(pair)) {
      const { pSum, qSum, difference } = survey(backend, call, "f64", p, q) as Pair;
      return { ...pair, pSum, qSum, difference };
    }
  } else {
    const ofProbabilities = rows.filter(({ kind }) => kind === "probabilities");
    const checked = checkedSums(call, ...ofProbabilities);
    sums = rows.map((row) => (row.kind === "probabilities" ? checked[ofProbabilities.indexOf(row)] : 1));
  }
  const [a, b] = scalesToOne(sums[0], sums[1]);
  return survey(backend, call, "f64", times(p, a, care), times(q, b, care));
}

/** The pair in the other order. */
export const swapped = ({ p, q, pSum, qSum, difference, ...rest }: Pair): Pair => ({
  ...rest,
  p: q,
  q: p,
  pSum: qSum,
  qSum: pSum,
  difference: -difference,
});

/** Runs a kernel over p and q̃ = q·(1 + γ), which has the sum of p. Returns flags. */
export function reducePair(
  backend: Backend,
  call: Call,
  kernel: Kernel,
  { precision, p, q, qSum, difference }: Pair,
): number {
  backend.gamma = difference / qSum;
  return backend.reduce(kernel, precision, [p, q], call.length);
}
