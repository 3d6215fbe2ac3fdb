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
  if (row.kind === "probabilities") return row;
  const logits = findSums(backend, call, [row]);
  const [found] = logits.found;
  const sum = sumOfExponentials(backend, call, logits);
  logSumExpOf(call, row, found, logits.scale, ln(sum));
  const { scale, lift } = logits;
  const factor = powerOf2(-exponentOf(sum));
  return { ...row, as: exponentials, scale, lift, shift: found.top, factor, isFlushed: care === "flushed" };
}

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

/**
 * A pair whose sums are within √2 of each other, after each has been multiplied by a power of 2 where they were not; undefined where
 * what matters is not normal.
 */
export function pairOf(backend: Backend, call: Call, rows: readonly NamedRow[], care: Care): Pair | undefined {
  const [p, q] = rows.map((row) => weightsOf(backend, call, row, care));
  const ofProbabilities = rows.filter(({ kind }) => kind === "probabilities");
  const pair = survey(backend, call, ofProbabilities.length === 2 ? call.precision : "f64", p, q);
  let sums: readonly number[];
  if (pair) {
    sums = [pair.pSum, pair.qSum];
    if (p === rows[0]) checkSum(call, p, pair.pSum);
    if (q === rows[1]) checkSum(call, q, pair.qSum);
    if (areNear(pair)) {
      if (!isCoarse(pair)) return pair;
      const { pSum, qSum, difference } = survey(backend, call, "f64", p, q) as Pair;
      return { ...pair, pSum, qSum, difference };
    }
  } else {
    const checked = checkedSums(call, ...ofProbabilities);
    sums = [p, q].map((row) => (row.as === exponentials ? 1 : checked[ofProbabilities.indexOf(row)]));
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
