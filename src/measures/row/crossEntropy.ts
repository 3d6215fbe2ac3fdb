import { type Backend, Q_IS_ZERO, UNUSUAL } from "../../backends/backend.js";
import type { Kernel } from "../../backends/kernel.js";
import * as kernels from "../../backends/kernels.js";
import { type Call, checkSum, type NamedRow } from "../../call/arguments.js";
import { powerOf2 } from "../../numbers/lanes.js";
import { exponentOf, ln } from "../../numbers/scalar.js";
import { checkedSums, isOrdinary, sampled, scaled, scaleToOne } from "./pair.js";
import { wideCrossEntropy } from "./wide.js";

/** -Σ p̂ ln q̂ from S = Σ p ln(q·2^-k), Σp and Σq: ln(Σq·2^-k) - S/Σp. */
export function fromSums(s: number, pSum: number, qSum: number, k: number): number {
  return Math.max(0, ln(qSum * powerOf2(-k)) - s / pSum);
}

/** Whether a result stands: S/Σp, and with it its error, is hardly larger, or Σq·2^-k is near 1. Else they would cancel. */
export const isSettled = (s: number, pSum: number, qSum: number, result: number): boolean =>
  (qSum >= 0.5 && qSum < 2) || Math.abs(s) <= pSum * Math.max(1, result);

/** k of a first pass: that of a part of Σq, of counts or weights, which is near enough for most of them, and never too much; else 0. */
function firstExponent(backend: Backend, call: Call, kernel: Kernel, rows: readonly NamedRow[], q: number): number {
  backend.setExponent(call.precision, 0);
  if (!sampled(backend, call, kernel, rows)) return 0;
  const sum = backend.total(q);
  return sum >= 1 && isOrdinary(sum) ? exponentOf(sum) : 0;
}

/** H(p, q) = -Σ p̂ ln q̂. */
export function crossEntropy(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const p = rows[0];
  const q = rows[1];
  const { precision } = call;
  const first = firstExponent(backend, call, kernels.crossEntropy, rows, 2);
  backend.setExponent(precision, first);
  let flags = backend.reduce(kernels.crossEntropy, precision, rows, call.length);
  let pSum = backend.total(1);
  let qSum = backend.total(2);
  if (flags & UNUSUAL) {
    [pSum, qSum] = checkedSums(call, p, q);
  } else {
    checkSum(call, p, pSum);
    checkSum(call, q, qSum);
    if (flags & Q_IS_ZERO) return Number.POSITIVE_INFINITY;
    if (isOrdinary(pSum) && isOrdinary(qSum)) {
      const result = fromSums(backend.total(0), pSum, qSum, first);
      if (isSettled(backend.total(0), pSum, qSum * powerOf2(-first), result)) return result;
      // once more with every exponent less by k
      const k = exponentOf(qSum);
      backend.setExponent(precision, k);
      backend.reduce(kernels.crossEntropy, precision, rows, call.length);
      return fromSums(backend.total(0), pSum, qSum, k);
    }
  }
  const a = scaleToOne(pSum);
  const b = scaleToOne(qSum);
  backend.setExponent("f64", 0);
  flags = backend.reduce(kernels.crossEntropy, "f64", [scaled(p, a), scaled(q, b)], call.length);
  if (flags & UNUSUAL) return fromSums(wideCrossEntropy(p, q, call.length, a, b), pSum * a, qSum * b, 0);
  if (flags & Q_IS_ZERO) return Number.POSITIVE_INFINITY;
  return fromSums(backend.total(0), pSum * a, qSum * b, 0);
}

/** H(p) = -Σ p̂ ln p̂. */
export function entropy(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const p = rows[0];
  const { precision } = call;
  const first = firstExponent(backend, call, kernels.entropy, rows, 1);
  backend.setExponent(precision, first);
  const flags = backend.reduce(kernels.entropy, precision, rows, call.length);
  let sum = backend.total(1);
  if (flags & UNUSUAL) {
    [sum] = checkedSums(call, p);
  } else {
    checkSum(call, p, sum);
    if (isOrdinary(sum)) {
      const result = fromSums(backend.total(0), sum, sum, first);
      if (isSettled(backend.total(0), sum, sum * powerOf2(-first), result)) return result;
      const k = exponentOf(sum);
      backend.setExponent(precision, k);
      backend.reduce(kernels.entropy, precision, rows, call.length);
      return fromSums(backend.total(0), sum, sum, k);
    }
  }
  const a = scaleToOne(sum);
  backend.setExponent("f64", 0);
  const inF64 = backend.reduce(kernels.entropy, "f64", [scaled(p, a)], call.length);
  const s = inF64 & UNUSUAL ? wideCrossEntropy(p, p, call.length, a, a) : backend.total(0);
  return fromSums(s, sum * a, sum * a, 0);
}
