import { type Backend, FEW, type FloatArray, P_IS_ZERO, Q_IS_ZERO, UNUSUAL } from "../../backends/backend.js";
import { viewOf } from "../../backends/halves.js";
import { LIMIT } from "../../backends/js/blocks.js";
import { preciseLogRatio_f64 } from "../../backends/js/logRatio.js";
import * as kernels from "../../backends/kernels.js";
import { mayBeOne } from "../../backends/space.js";
import { map } from "../../backends/writing.js";
import { type Call, checkNumbers, isImpossible, type NamedRow, placeOf } from "../../call/arguments.js";
import { SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { Sum } from "../../numbers/twofold.js";
import { lnRatio } from "./wide.js";

/** ln(p/q) of any two numbers >= 0: -∞, ∞ or NaN where p, q or both are 0. */
function anyLnRatio(x: number, y: number): number {
  if (x === 0) return y === 0 ? Number.NaN : Number.NEGATIVE_INFINITY;
  return y === 0 ? Number.POSITIVE_INFINITY : lnRatio(x, y, preciseLogRatio_f64);
}

/** out = ln(p/q), elementwise. Kernels take normal numbers up to 2^100; all others go through `anyLnRatio`. */
export function logRatio(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  out: FloatArray,
  outStart: number,
): void {
  const [p, q] = rows;
  const least = call.precision === "f32" ? SMALLEST_NORMAL_F32 : SMALLEST_NORMAL_F64;
  const exception = (index: number): number | undefined => {
    const x = p.source[p.start + index];
    const y = q.source[q.start + index];
    if (x >= least && y >= least && x <= LIMIT && y <= LIMIT) return undefined;
    if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) checkNumbers(call, p);
    if (!(y >= 0 && y < Number.POSITIVE_INFINITY)) checkNumbers(call, q);
    return anyLnRatio(x, y);
  };
  // of anything but typed arrays it is not even sure that they hold numbers; what is written over cannot be looked up later
  const isLost = (row: NamedRow) => {
    const source = viewOf(row.source);
    return !ArrayBuffer.isView(source) || (source.byteOffset === out.byteOffset && mayBeOne(source.buffer, out.buffer));
  };
  // of a short row it is sooner done than asked
  if (call.length <= FEW || rows.some(isLost)) for (const row of rows) checkNumbers(call, row);
  map(backend, kernels.logRatio, call.precision, [p, q], call.length, out, outStart, exception);
  if (call.unit !== 1) {
    for (let i = outStart; i < outStart + call.length; i++) out[i] /= call.unit;
  }
}

/** Σ c ln(p/q). */
export function logLikelihoodRatio(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const flags = backend.reduce(kernels.logLikelihoodRatio, call.precision, rows, call.length);
  if (!(flags & (UNUSUAL | P_IS_ZERO | Q_IS_ZERO))) return backend.total(0);

  const [counts, p, q] = rows;
  checkNumbers(call, p);
  checkNumbers(call, q);
  const infinite = checkObserved(call, counts, p, q);
  if (infinite !== undefined) return infinite;
  const sumOf = (scale: number) => {
    const sum = new Sum();
    for (let i = 0; i < call.length; i++) {
      const c = counts.source[counts.start + i];
      if (c !== 0) sum.add(c * scale * lnRatio(p.source[p.start + i], q.source[q.start + i]));
    }
    return sum.value / scale;
  };
  const result = sumOf(1);
  // terms may be too large for a number where their sum is not
  return Number.isFinite(result) ? result : sumOf(2 ** -64);
}

/**
 * What observed classes of probability 0 make of a log-likelihood ratio: -Infinity where one is impossible under p, Infinity
 * under q, an error under both; undefined where there is none.
 */
export function checkObserved(call: Call, counts: NamedRow, p: NamedRow, q: NamedRow): number | undefined {
  checkNumbers(call, counts, "counts");
  let pZero = -1;
  let qZero = -1;
  for (let i = 0; i < call.length; i++) {
    const c = counts.source[counts.start + i];
    if (c === 0) continue;
    if (isImpossible(p, i)) pZero = i;
    if (isImpossible(q, i)) qZero = i;
    if (pZero === i && qZero === i) {
      throw new RangeError(
        `${call.functionName}: ${placeOf(call, counts, i)} is ${c} where p and q are both 0; ` +
          `a class that was observed needs a probability under one of them`,
      );
    }
    if (pZero >= 0 && qZero >= 0) {
      throw new RangeError(
        `${call.functionName}: ${placeOf(call, p, pZero)} and ${placeOf(call, q, qZero)} are 0 where there are counts; ` +
          `the ratio of 0 to 0 is undefined`,
      );
    }
  }
  if (pZero >= 0) return Number.NEGATIVE_INFINITY;
  return qZero >= 0 ? Number.POSITIVE_INFINITY : undefined;
}
