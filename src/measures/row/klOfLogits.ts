// KL(p‖q) of logits: in one pass of a long row's chunks, or once the largest logits are known; once more where its parts cancel.

import { type Backend, type Precision, UNUSUAL } from "../../backends/backend.js";
import { FAR } from "../../backends/js/logits.js";
import * as kernels from "../../backends/kernels.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { exp, expm1, expm1Minus, ln, log1pMinus } from "../../numbers/scalar.js";
import { Sum } from "../../numbers/twofold.js";
import { type ChunkedLogits, chunksOfPair } from "./chunks.js";
import {
  fieldsFor,
  findLogits,
  isInfinite,
  type Logits,
  logSumExpOf,
  offsetOf,
  offsetOfNormalized,
  oneOf,
  sumOfExponentials,
} from "./logits.js";

/** KL(p‖q). */
export function klDivergenceOfLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  return compareLogits(backend, call, rows).value;
}

/** KL(p‖q), and what else its sums tell. */
export interface Comparison {
  readonly value: number;
  readonly logits: Logits;
  /** Zp = Σ e^x. */
  readonly pSum: number;
  /** What makes (b - a + offset)·scale the logarithm of q/p, both normalised. */
  readonly offset: number;
}

export function compareLogits(backend: Backend, call: Call, rows: readonly NamedRow[]): Comparison {
  const chunked = chunksOfPair(backend, call, rows, kernels.klDivergenceOfLogits);
  const sums = chunked && sumsOfChunks(chunked);
  if (sums) return klFrom(backend, call, rows, chunked, sums, false, true);
  return klIn(backend, call, rows, findLogits(backend, call, rows));
}

/**
 * Whether b - a, rounded, leaves too little of a divergence: the rounding is 2^-24 or 2^-53 of the offset between the rows, and
 * enters the divergence with 2/√(2·value) of that, relatively, or as it is.
 */
export function isTooCoarse(precision: Precision, value: number, offset: number): boolean {
  const curvature = precision === "f64" ? 6e-9 : 2.8e-4;
  const most = precision === "f64" ? 256 : 8;
  return value < curvature * offset * offset || Math.abs(offset) > most * Math.max(1, value);
}

/** What goes over both rows has left. */
interface Sums {
  readonly flags: number;
  /** S = Σ e^x·(e^v - 1 - v). */
  readonly s: number;
  /** Zp = Σ e^x. */
  readonly pSum: number;
  /** V = Σ e^x·v. */
  readonly v: number;
  /** What makes (b - a + offset)·scale v. */
  readonly offset: number;
  /** How large what makes up S and V is, signs apart; Σ e^x·|v| counts as |V|. */
  readonly sSize: number;
  readonly vSize: number;
}

function klIn(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  logits: Logits,
  isWide = false,
  centred?: number,
): Comparison {
  const { precision, found } = logits;
  const [p, q] = found;
  const offset = centred ?? offsetOf(precision, p, q);
  backend.fields = fieldsFor(logits, { offset });
  const flags = backend.reduce(kernels.klDivergenceOfLogits, precision, [p.row, q.row], call.length);
  if (flags & UNUSUAL) {
    if (!isWide && !isInfinite(call, rows[0], rows[1])) return widened(backend, call, rows);
    return infiniteComparison(backend, call, rows, logits);
  }
  const [s, pSum, v] = [backend.total(0), backend.total(1), backend.total(2)];
  if (s === Number.POSITIVE_INFINITY) {
    return isWide ? infiniteComparison(backend, call, rows, logits) : widened(backend, call, rows);
  }
  const sums: Sums = { flags, s, pSum, v, offset, sSize: s, vSize: Math.abs(v) };
  return klFrom(backend, call, rows, logits, sums, isWide, centred === undefined);
}

const widened = (backend: Backend, call: Call, rows: readonly NamedRow[]): Comparison =>
  klIn(backend, call, rows, findLogits(backend, call, rows, "f64", true), true);

/**
 * A chunk has S', Z and V' of v' = (b - a + own)·scale, own = A - B as a lane holds it. With δ = (own - offset)·scale its v are v' - δ; with
 * w = e^((A - a)·scale) and u = w·e^-δ it adds w·Z to Zp, w·(V' - δZ) to V, and to S
 *
 *   u·S' + w·Z·(e^-δ - 1 + δ) + w·V'·(e^-δ - 1)  =  u·(Z + S' + V') - w·(Z + V' - δZ)
 *
 * On the left all is of second order in v' and δ, and keeps its relative accuracy where they are small; the right is for where δ is not.
 * undefined where a sum is not finite.
 */
function sumsOfChunks({ precision, scale, found, chunks }: ChunkedLogits): Sums | undefined {
  const [p, q] = found;
  const offset = offsetOf(precision, p, q);
  const [s, pSum, v] = [new Sum(), new Sum(), new Sum()];
  let [flags, sSize, vSize] = [0, 0, 0];
  for (const [own, excess, z, ratio, a, b] of chunks) {
    if (a === Number.NEGATIVE_INFINITY) {
      if (b !== a) s.add(exp((b - p.top + offset) * scale) * ratio);
      continue;
    }
    flags |= own & FAR;
    const w = exp((a - p.top) * scale);
    const between = (precision === "f32" ? Math.fround(a - b) : a - b) - offset;
    const delta = between * scale;
    const u = exp((a - p.top - between) * scale);
    pSum.add(w * z);
    v.add(w * (ratio - delta * z));
    vSize += w * (Math.abs(ratio) + Math.abs(delta) * z);
    if (delta >= -2 && delta <= 2) {
      const second = w * z * expm1Minus(-delta);
      const mixed = w * ratio * expm1(-delta);
      s.add(u * excess);
      s.add(second + mixed);
      sSize += u * excess + second + Math.abs(mixed);
    } else {
      s.add(u * (z + excess + ratio));
      s.add(-w * (z + ratio - delta * z));
      sSize += u * (z + excess + Math.abs(ratio)) + w * (z + Math.abs(ratio) + Math.abs(delta) * z);
    }
  }
  const sums: Sums = { flags, s: s.value, pSum: pSum.value, v: v.value, offset, sSize: sSize / 2, vSize };
  return Number.isFinite(sums.s) && Number.isFinite(sums.v) ? sums : undefined;
}

/**
 * From S = Σ e^x·(e^v - 1 - v), Zp and V = Σ e^x·v: KL = S/Zp - (ρ - ln(1 + ρ)), ρ = Zq/Zp - 1 = (S + V)/Zp, where it is small, or
 * where S/Zp < 1 and no v is FAR: the error of S is at most 2^-23 of v in each of its terms, less than 1e-6 of Zp in all. Else it is
 * ln(Zq/Zp) - V/Zp, with Zq added up by itself: S + V has lost of it what rounding takes of a large v, and all where ρ nears -1.
 * Where its parts cancel, the rows are compared again with the offset between them that makes ρ vanish.
 */
function klFrom(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  logits: Logits,
  { flags, s, pSum, v, offset, sSize, vSize }: Sums,
  isWide: boolean,
  mayRepeat: boolean,
): Comparison {
  const { precision, scale, found } = logits;
  const [p, q] = found;
  const rho = (s + v) / pSum;
  // what rounding has added to the offset of the two largest
  const rounding = (offset - (p.largest - q.largest)) * scale;
  logSumExpOf(call, rows[0], p, scale, ln(pSum));
  const part = s / pSum;
  const isSmall = part < 1 && !(flags & FAR);
  let size = sSize;
  let value = rho < -0.5 ? Number.POSITIVE_INFINITY : part + log1pMinus(rho);
  let logRatio: number;
  if (value < 0.1 || (isSmall && rho >= -0.5)) {
    logRatio = ln(1 + rho);
  } else {
    logRatio = ln(sumOfExponentials(backend, call, oneOf(logits, 1))) - ln(pSum) + rounding;
    size = vSize;
    value = logRatio - v / pSum;
  }
  logSumExpOf(call, rows[1], q, scale, ln(pSum) + logRatio - rounding);
  if (!isWide && isTooCoarse(precision, value, offset * scale)) return widened(backend, call, rows);
  const next = offset - logRatio / scale;
  if (size > 8 * value * pSum && mayRepeat) {
    const rounded = precision === "f32" ? Math.fround(next) : next;
    return klIn(backend, call, rows, logits, isWide, rounded);
  }
  return { value: Math.max(0, value), logits, pSum, offset: next };
}

/** Of rows with a class that is possible in p alone. */
function infiniteComparison(backend: Backend, call: Call, rows: readonly NamedRow[], logits: Logits): Comparison {
  const [pSum, qSum] = [0, 1].map((i) => {
    const sum = sumOfExponentials(backend, call, oneOf(logits, i));
    logSumExpOf(call, rows[i], logits.found[i], logits.scale, ln(sum));
    return sum;
  });
  return { value: Number.POSITIVE_INFINITY, logits, pSum, offset: offsetOfNormalized(logits, pSum, qSum) };
}
