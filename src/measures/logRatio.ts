import { type Backend, type FloatArray, P_IS_ZERO, Q_IS_ZERO, UNUSUAL } from "../backend.js";
import { LIMIT } from "../fallback/blocks.js";
import { SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "../fallback/lanes.js";
import { type Call, checkNumbers, type NamedRow, placeOf } from "../inputs.js";
import { lnRatio, Sum } from "./wide.js";

/** ln(p/q) of any two numbers >= 0: -∞, ∞ or NaN where p, q or both are 0. */
function anyLnRatio(x: number, y: number): number {
  if (x === 0) return y === 0 ? Number.NaN : Number.NEGATIVE_INFINITY;
  return y === 0 ? Number.POSITIVE_INFINITY : lnRatio(x, y);
}

/** out = ln(p/q), elementwise. Kernels take normal numbers up to 2^100; all others go through `anyLnRatio`. */
export function logRatio(
  backend: Backend,
  call: Call,
  p: NamedRow,
  q: NamedRow,
  out: FloatArray,
  outStart: number,
): void {
  const least = call.precision === "f32" ? SMALLEST_NORMAL_F32 : SMALLEST_NORMAL_F64;
  const exception = (index: number): number | undefined => {
    const x = p.source[p.start + index];
    const y = q.source[q.start + index];
    if (x >= least && y >= least && x <= LIMIT && y <= LIMIT) return undefined;
    if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) checkNumbers(call, p);
    if (!(y >= 0 && y < Number.POSITIVE_INFINITY)) checkNumbers(call, q);
    return anyLnRatio(x, y);
  };
  // of anything but typed arrays it is not even sure that they hold numbers
  for (const row of [p, q]) if (!ArrayBuffer.isView(row.source)) checkNumbers(call, row);
  backend.logRatio(call.precision, p, q, call.length, out, outStart, exception);
  if (call.unit !== 1) {
    for (let i = outStart; i < outStart + call.length; i++) out[i] /= call.unit;
  }
}

/** Σ c ln(p/q). */
export function logLikelihoodRatio(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const flags = backend.reduce("logLikelihoodRatio", call.precision, rows, call.length);
  if (!(flags & (UNUSUAL | P_IS_ZERO | Q_IS_ZERO))) return backend.total(0);

  const [counts, p, q] = rows;
  checkNumbers(call, counts, "counts");
  checkNumbers(call, p);
  checkNumbers(call, q);
  const sum = new Sum();
  let pZero = -1;
  let qZero = -1;
  for (let i = 0; i < call.length; i++) {
    const c = counts.source[counts.start + i];
    if (c === 0) continue;
    const x = p.source[p.start + i];
    const y = q.source[q.start + i];
    if (x === 0) pZero = i;
    if (y === 0) qZero = i;
    if (x === 0 && y === 0) {
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
    if (x !== 0 && y !== 0) sum.add(c * lnRatio(x, y));
  }
  if (pZero >= 0) return Number.NEGATIVE_INFINITY;
  return qZero >= 0 ? Number.POSITIVE_INFINITY : sum.value;
}
