// Jeffreys' and Jensen and Shannon's divergences: two passes, the first for both sums and what the rows hold. The larger sum
// comes first, so that γ = Σp/Σq - 1 >= 0 and the result is the same, to the bit, for (p, q) and (q, p).

import { type Backend, P_IS_ZERO, type Precision, Q_IS_ZERO, UNUSUAL } from "../../backends/backend.js";
import type { Kernel } from "../../backends/kernel.js";
import * as kernels from "../../backends/kernels.js";
import { type Call, checkSum, type NamedRow } from "../../call/arguments.js";
import { LN2 } from "../../numbers/scalar.js";
import { checkedSums, isOrdinary, scaled, scalesToSame, scaleToOne } from "./pair.js";
import { wideJeffreys, wideJensenShannon } from "./wide.js";

/**
 * Whether γq, which is rounded, is too large a part of p - q̃: that is about q·√(8 JS), and f32 then loses more than 1 ulp of
 * it. Up to 2^-20 it holds for any divergence from 1e-12 on. However large γ is, the relative error stays below 2^-22·√(2/result),
 * 5e-6 of a result of 2^-8.
 */
export function isTooCoarse(precision: Precision, gamma: number, result: number): boolean {
  return precision === "f32" && gamma > 9.5367431640625e-7 && Math.min(gamma * gamma, 0.00390625) > result;
}

/** Whether a pair is computed as it is: γ and its products are numbers of f32. */
export const areComparable = (pSum: number, qSum: number): boolean =>
  isOrdinary(pSum) && isOrdinary(qSum) && pSum <= 2 ** 60 * qSum;

interface Family {
  readonly kernel: Kernel;
  readonly wide: typeof wideJeffreys;
  /** Flags for which the result is infinite. */
  readonly infinite: number;
}

/** The sums of a pair, the larger first. */
interface Surveyed {
  p: NamedRow;
  q: NamedRow;
  pSum: number;
  qSum: number;
  /** Σp/Σq - 1 >= 0. */
  gamma: number;
}

/** What the survey of the last `reduce` found, in the order that makes γ >= 0. */
function ordered(backend: Backend, p: NamedRow, q: NamedRow): Surveyed {
  const [qSum, pSum, difference] = [backend.total(0), backend.total(1), backend.total(2)];
  if (difference > 0) return { p, q, pSum, qSum, gamma: difference / qSum };
  if (difference < 0) return { p: q, q: p, pSum: qSum, qSum: pSum, gamma: -difference / pSum };
  const sum = Math.max(pSum, qSum);
  return { p, q, pSum: sum, qSum: sum, gamma: 0 };
}

/** Σ term(p/Σp, q/Σq). */
function symmetric(backend: Backend, call: Call, p: NamedRow, q: NamedRow, family: Family): number {
  const { precision, length } = call;
  const flags = backend.reduce(kernels.survey, precision, [p, q], length);
  if (flags & UNUSUAL) {
    const [pSum, qSum] = checkedSums(call, p, q);
    return afterScaling(backend, call, p, q, pSum, qSum, family);
  }
  checkSum(call, p, backend.total(1));
  checkSum(call, q, backend.total(0));
  if (flags & family.infinite) return Number.POSITIVE_INFINITY;
  const surveyed = ordered(backend, p, q);
  const { pSum, qSum, gamma } = surveyed;
  if (areComparable(pSum, qSum)) {
    backend.gamma = gamma;
    backend.reduce(family.kernel, precision, [surveyed.p, surveyed.q], length);
    const result = backend.total(0) / pSum;
    if (!isTooCoarse(precision, gamma, result)) return result;
  }
  return afterScaling(backend, call, surveyed.p, surveyed.q, pSum, qSum, family);
}

/** Powers of 2 that take P >= Q to P in [1, 2) and Q in (P/2, P]. */
export function scalesFor(pSum: number, qSum: number): [p: number, q: number] {
  const a = scaleToOne(pSum);
  const b = scaleToOne(qSum);
  return [a, qSum * b > pSum * a ? b / 2 : b];
}

/** The same in f64 after both are scaled so, which rounds nothing. */
function afterScaling(
  backend: Backend,
  call: Call,
  p: NamedRow,
  q: NamedRow,
  pSum: number,
  qSum: number,
  family: Family,
): number {
  if (pSum < qSum) return afterScaling(backend, call, q, p, qSum, pSum, family);
  const [a, b] = scalesFor(pSum, qSum);
  const x = scaled(p, a);
  const y = scaled(q, b);
  const flags = backend.reduce(kernels.survey, "f64", [x, y], call.length);
  if (flags & UNUSUAL) {
    const [c, d] = scalesToSame(pSum, qSum);
    return family.wide(p, q, call.length, c, d) / (pSum * c);
  }
  if (flags & family.infinite) return Number.POSITIVE_INFINITY;
  const surveyed = ordered(backend, x, y);
  backend.gamma = surveyed.gamma;
  backend.reduce(family.kernel, "f64", [surveyed.p, surveyed.q], call.length);
  return backend.total(0) / surveyed.pSum;
}

const JEFFREYS: Family = {
  kernel: kernels.jeffreysDivergence,
  wide: wideJeffreys,
  infinite: P_IS_ZERO | Q_IS_ZERO,
};

const JENSEN_SHANNON: Family = { kernel: kernels.jsDivergence, wide: wideJensenShannon, infinite: 0 };

/** KL(p‖q) + KL(q‖p). */
export function jeffreysDivergence(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  return symmetric(backend, call, rows[0], rows[1], JEFFREYS);
}

/** ½ KL(p‖m) + ½ KL(q‖m), m = (p + q)/2; in [0, ln 2]. */
export function jsDivergence(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  return Math.min(LN2, symmetric(backend, call, rows[0], rows[1], JENSEN_SHANNON) / 2);
}
