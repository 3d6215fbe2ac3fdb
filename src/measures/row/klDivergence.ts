import { type Backend, Q_IS_ZERO, UNUSUAL } from "../../backends/backend.js";
import { DECLINED } from "../../backends/batch.js";
import * as kernels from "../../backends/kernels.js";
import { type Call, checkNumbers, checkSum, isSum, type NamedRow, sumOf } from "../../call/arguments.js";
import { powerOf2 } from "../../numbers/lanes.js";
import { exponentOf, log1pMinus } from "../../numbers/scalar.js";
import { checkedSums, isOrdinary, sampled, scaled, scalesToSame } from "./pair.js";
import { wideExcess } from "./wide.js";

/**
 * Whether G/P + [ln(1 + ρ) - ρ] has lost too much, and the rows are to be scaled to one sum and computed again. An error of G/P, 1e-6 in
 * f32 (2e-7 from 1,024 classes on) or 4e-15, is (result - bracket)/result times that of the result; and where Σq is less than half of
 * Σp, the bracket has (Σp - Σq)/Σq times the error of Σ(p - q), 2^-22 or 2^-51 of Σp. Within these limits f32 stays below 1e-5, and f64
 * below 1e-13; of short rows it loses no more than by scaling, 1.1e-16·√(2/KL) or 2 ulp.
 */
function isCancelling({ precision, length }: Call, result: number, bracket: number, rho: number): boolean {
  const isF32 = precision === "f32";
  if (rho < -0.5 && -rho > (isF32 ? 16 : 4) * result * (1 + rho)) return true;
  if (length >= 1024 && -bracket <= 16 * result) return false;
  return -bracket > (isF32 ? 4 * result : Math.max(result, Math.sqrt(2 * result)));
}

/** KL of the normalised pair from G = Σ [p ln(p/q) - p + q], P = Σp, ρ = (Σq - Σp)/Σp: G/P + [ln(1 + ρ) - ρ]. */
function fromSums(g: number, sum: number, rho: number): number {
  return Math.max(0, g / sum + log1pMinus(rho));
}

/** KL from the flags and totals of a row; NaN where they do not tell it, or there is an error to tell. */
export function klFromTotals(call: Call, flags: number, g: number, pSum: number, difference: number): number {
  const rho = -difference / pSum;
  // most rows need no closer look
  if (flags === 0 && Math.abs(rho) < 1e-3 && pSum > 0.995 && pSum < 1.005) {
    const bracket = log1pMinus(rho);
    const result = Math.max(0, g / pSum + bracket);
    if (-8 * bracket <= result) return result;
  }
  return klFromFar(call, flags, g, pSum, difference);
}

function klFromFar(call: Call, flags: number, g: number, pSum: number, difference: number): number {
  const qSum = pSum - difference;
  if (flags & (UNUSUAL | DECLINED)) return Number.NaN;
  if (!isSum(pSum, call.normalize) || !isSum(qSum, call.normalize)) return Number.NaN;
  if (flags & Q_IS_ZERO) return Number.POSITIVE_INFINITY;
  const rho = -difference / pSum;
  const result = fromSums(g, pSum, rho);
  return isCancelling(call, result, log1pMinus(rho), rho) || !isOrdinary(pSum) ? Number.NaN : result;
}

/** By how many octaves Σp is above Σq; 0 where to know it is of no use. */
function octavesBetween(pSum: number, qSum: number): number {
  // the sum of a sample may be 0
  if (!isOrdinary(pSum) || !isOrdinary(qSum)) return 0;
  const octaves = exponentOf(pSum) - exponentOf(qSum);
  // 2^126 is a number of f32
  return Math.abs(octaves) > 126 ? 0 : octaves;
}

/** KL where the row of the smaller sum is multiplied by a power of 2, which rounds nothing; NaN where that changes or tells nothing. */
function klOfBalanced(backend: Backend, call: Call, p: NamedRow, q: NamedRow, pSum: number, qSum: number): number {
  const octaves = octavesBetween(pSum, qSum);
  if (octaves === 0) return Number.NaN;
  const rows = octaves < 0 ? [scaled(p, powerOf2(-octaves)), q] : [p, scaled(q, powerOf2(octaves))];
  const flags = backend.reduce(kernels.klDivergence, call.precision, rows, call.length);
  return klFromTotals(call, flags, backend.total(0), backend.total(1), backend.total(2));
}

/**
 * What either row is multiplied by to have sums within an octave, [1, 1] if they are, and what makes them the same, where totals do not tell
 * KL; undefined for a row by itself.
 */
export function scalesFor(
  call: Call,
  flags: number,
  pSum: number,
  difference: number,
): { balanced: [number, number]; same: [number, number] } | undefined {
  const qSum = pSum - difference;
  const areSums = isSum(pSum, call.normalize) && isSum(qSum, call.normalize);
  if (flags & (UNUSUAL | DECLINED) || !areSums || qSum < pSum * LEAST_OF_Q) return undefined;
  const octaves = octavesBetween(pSum, qSum);
  const balanced: [number, number] = octaves < 0 ? [powerOf2(-octaves), 1] : [1, powerOf2(octaves)];
  return { balanced, same: scalesToSame(pSum, qSum) };
}

/** KL from the flags and totals of rows with the same sum. */
export function klFromSame(_call: Call, flags: number, g: number, pSum: number, difference: number): number {
  if (flags & (UNUSUAL | DECLINED)) return Number.NaN;
  return flags & Q_IS_ZERO ? Number.POSITIVE_INFINITY : fromSums(g, pSum, -difference / pSum);
}

/** Of a Σq that is less of Σp, what rounding leaves in Σ(p - q) does not tell enough, or nothing. */
const LEAST_OF_Q = 2 ** -12;

/** KL(p‖q) = Σ p̂ ln(p̂/q̂), p̂ = p/Σp, q̂ = q/Σq. */
export function klDivergence(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const p = rows[0];
  const q = rows[1];
  if (sampled(backend, call, kernels.klDivergence, rows)) {
    // counts of a text beside those of a corpus: one pass less
    const pSum = backend.total(1);
    const qSum = pSum - backend.total(2);
    const isFar = pSum > 4 * qSum || qSum > 4 * pSum;
    const result = isFar ? klOfBalanced(backend, call, p, q, pSum, qSum) : Number.NaN;
    if (!Number.isNaN(result)) return result;
  }
  const flags = backend.reduce(kernels.klDivergence, call.precision, rows, call.length);
  const plain = klFromTotals(call, flags, backend.total(0), backend.total(1), backend.total(2));
  if (!Number.isNaN(plain)) return plain;
  if (flags & UNUSUAL) {
    const [pSum, qSum] = checkedSums(call, p, q);
    return afterScaling(backend, call, p, q, pSum, qSum);
  }
  const pSum = backend.total(1);
  const difference = backend.total(2);
  let qSum = pSum - difference;
  if (qSum < pSum * LEAST_OF_Q) qSum = sumOf(call, q);
  checkSum(call, p, pSum);
  checkSum(call, q, qSum);
  if (flags & Q_IS_ZERO) return Number.POSITIVE_INFINITY;
  const result = klOfBalanced(backend, call, p, q, pSum, qSum);
  return Number.isNaN(result) ? afterScaling(backend, call, p, q, pSum, qSum) : result;
}

/** The same in f64 after p is scaled to a sum in [1, 2), and q to the same sum. */
function afterScaling(backend: Backend, call: Call, p: NamedRow, q: NamedRow, pSum: number, qSum: number): number {
  const [a, b] = scalesToSame(pSum, qSum);
  const flags = backend.reduce(kernels.klDivergence, "f64", [scaled(p, a), scaled(q, b)], call.length);
  if (flags & UNUSUAL) {
    return fromSums(wideExcess(p, q, call.length, a, b), pSum * a, (qSum * b - pSum * a) / (pSum * a));
  }
  return klFromSame(call, flags, backend.total(0), backend.total(1), backend.total(2));
}

/** Generalised KL of unnormalised measures: G itself. */
export function iDivergence(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const p = rows[0];
  const q = rows[1];
  const flags = backend.reduce(kernels.klDivergence, call.precision, rows, call.length);
  if (!(flags & UNUSUAL)) {
    if (flags & Q_IS_ZERO) return Number.POSITIVE_INFINITY;
    if (isOrdinary(backend.total(1))) return backend.total(0);
  }
  checkNumbers(call, p);
  checkNumbers(call, q);
  const inF64 = backend.reduce(kernels.klDivergence, "f64", [p, q], call.length);
  if (!(inF64 & UNUSUAL)) {
    if (inF64 & Q_IS_ZERO) return Number.POSITIVE_INFINITY;
    // what a kernel makes of p/q near 2^1024 and of p near 1e300 may be too large where the result is not
    const g = backend.total(0);
    if (Number.isFinite(g)) return g;
  }
  return wideExcess(p, q, call.length, 1, 1);
}
