// What the measures of a pair of distributions share: the sums of both rows, and the scales that bring them together.

import { type Backend, type Row, UNUSUAL } from "../../backends/backend.js";
import type { Kernel } from "../../backends/kernel.js";
import { type Call, checkNumbers, checkSum, type NamedRow, sumOf } from "../../call/arguments.js";
import { powerOf2 } from "../../numbers/lanes.js";
import { exponentOf } from "../../numbers/scalar.js";
import { asNumber, errorOfSum } from "../../numbers/twofold.js";

/** Sums in which products of a few factors neither overflow nor underflow. */
const LEAST_SUM = 9.094947017729282e-13; // 2^-40
const MOST_SUM = 6.338253001141147e29; // 2^99

export const isOrdinary = (sum: number): boolean => sum >= LEAST_SUM && sum <= MOST_SUM;

/** Rows of a batch up to this are computed again together; longer ones by themselves: to call takes less than to copy number by number. */
export const SHORT = 256;

/** How many classes tell of long rows of counts or weights how large their sums are. */
const SAMPLE = 2048;

/**
 * Leaves the totals of the first classes of long rows of counts or weights, which save a pass over the whole; false where rows are too
 * short, or what is in them does not tell.
 */
export function sampled(backend: Backend, call: Call, kernel: Kernel, rows: readonly NamedRow[]): boolean {
  if (!call.normalize || call.length < 16 * SAMPLE) return false;
  // of rows of their own: a part that is staged is not what is staged of the whole
  const ofSample = rows.map((row) => ({ ...row }));
  return !(backend.reduce(kernel, call.precision, ofSample, SAMPLE) & UNUSUAL);
}

/** Σ of each row, where a kernel has declined one: first the error, if there is one to tell. */
export function checkedSums(call: Call, ...rows: NamedRow[]): number[] {
  for (const row of rows) checkNumbers(call, row);
  return rows.map((row) => {
    const sum = sumOf(call, row);
    checkSum(call, row, sum);
    return sum;
  });
}

/** 2^-⌊log2 x⌋, which takes x to [1, 2); at least 2^-1022 and at most 2^1022, which are normal. */
export function scaleToOne(x: number): number {
  return powerOf2(-Math.max(-1022, Math.min(1022, exponentOf(x))));
}

/** The same for two sums, the second of which is then within √2 of the first. */
export function scalesToOne(pSum: number, qSum: number): [p: number, q: number] {
  const a = scaleToOne(pSum);
  const b = scaleToOne(qSum);
  const ratio = (pSum * a) / (qSum * b);
  if (ratio > Math.SQRT2) return [a, b * 2];
  return [a, ratio < Math.SQRT1_2 ? b / 2 : b];
}

/** Σ (a·x - b·y) of the numbers of two rows, to twice the precision. In numbers, not in a `Sum`: three times as fast. */
export function sumOfDifferences(
  length: number,
  { source: xs, start: xStart }: Pick<Row, "source" | "start">,
  a: number,
  { source: ys, start: yStart }: Pick<Row, "source" | "start">,
  b: number,
): number {
  let high = 0;
  let low = 0;
  for (let i = 0; i < length; i++) {
    const x = xs[xStart + i] * a - ys[yStart + i] * b;
    const next = high + x;
    low += errorOfSum(high, x, next);
    high = next;
  }
  return asNumber({ high, low });
}

/** A power of 2 that takes the first sum to [1, 2), and what takes the second to the same; or both to much less, where that is too large for a number. */
export function scalesToSame(pSum: number, qSum: number): [p: number, q: number] {
  const a = scaleToOne(pSum);
  const b = (pSum * a) / qSum;
  return b < Number.POSITIVE_INFINITY ? [a, b] : [a * 2 ** -60, (pSum * (a * 2 ** -60)) / qSum];
}

/** The row times a. */
export function scaled(row: NamedRow, a: number): NamedRow {
  return a === 1 ? row : { ...row, scale: a };
}
