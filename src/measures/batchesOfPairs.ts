// Batches of pairs of logits: KL, Jeffreys, JS. The formulas are those of row/ofLogits.ts.

import { type Backend, UNUSUAL } from "../backends/backend.js";
import { COLUMNS, DECLINED, FIELDS, GIVEN, LARGEST, ROWS, SKIP, SWAP } from "../backends/batch.js";
import { FAR } from "../backends/js/logits.js";
import * as kernels from "../backends/kernels.js";
import type { Call } from "../call/arguments.js";
import type { Batch, LogitKind } from "../call/calls.js";
import { NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../numbers/exponential.js";
import { LN2, ln, log1pMinus } from "../numbers/scalar.js";
import { findRows, isLogSum, LogSums, PENDING, scaleOfLogits, setRowFields, totalAt } from "./batches.js";
import { isTooCoarse } from "./row/ofLogits.js";

// What `klRows` keeps of a row, in columns that no kernel writes in mode FOUND: most are the fields with which a kernel would be given it.
export const P_LARGEST: number = FIELDS;
const Q_LARGEST = FIELDS + 1;
const SCALE = FIELDS + 2;
const LEAST = FIELDS + 3;
/** What makes (b - a + offset)/τ the logarithm of the ratio of the normalised rows. */
export const OFFSET: number = FIELDS + 4;
const V = FIELDS + 8;
/** Zp. */
export const P_SUM: number = FIELDS + 9;

/** Another number that `values` has for a row that is not done: it is to be compared again, with the offset in column `OFFSET`. */
const AGAIN = -2;

/** The end of `klIn`: NaN for a row that is to be computed by itself. */
function finish(
  call: Call,
  kind: LogitKind,
  scale: number,
  table: Float64Array,
  line: number,
  part: number,
  value: number,
  logRatio: number,
  offset: number,
  isCentred: boolean,
): number {
  const { precision } = call;
  const rounding = (offset - (table[line + P_LARGEST] - table[line + Q_LARGEST])) * scale;
  const next = offset - logRatio / scale;
  table[line + OFFSET] = next;
  if (kind !== "logits") {
    const qLogSum = table[line + Q_LARGEST] * scale + (ln(table[line + P_SUM]) + logRatio - rounding);
    if (!isLogSum(qLogSum, kind, call)) return Number.NaN;
  }
  if (isTooCoarse(precision, value, offset * scale)) return Number.NaN;
  const isAgain = !isCentred && Math.abs(part) > 8 * value;
  if (isAgain && (precision === "f32" ? Math.fround(next) : next) !== offset) return AGAIN;
  return Math.max(0, value);
}

/** KL(a‖b) of the rows of operands `first` and `first + 1`, as `klIn` has it. Leaves columns `P_SUM` and `OFFSET`. */
export function klRows(
  backend: Backend,
  call: Call,
  count: number,
  values: Float64Array,
  at: number,
  kind: LogitKind,
  first = 0,
): void {
  const { precision } = call;
  const scale = scaleOfLogits(backend, call, kind);
  const { table } = backend;
  findRows(backend, call, kernels.klDivergenceOfLogits, count, first);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const a = table[line + LARGEST];
    const b = table[line + LARGEST + 1];
    table[line + P_LARGEST] = a;
    table[line + Q_LARGEST] = b;
    table[line + OFFSET] = precision === "f32" ? Math.fround(a - b) : a - b;
    values[at + r] = PENDING;
  }
  takeSums(backend, call, count, values, at, kind, scale, false);
  const own = values.subarray(at, at + count);
  if (own.includes(PENDING)) addUpAgain(backend, call, count, values, at, kind, first, scale);
  if (own.includes(AGAIN)) compareAgain(backend, call, count, values, at, kind, first, scale);
}

/** From the totals of rows that are PENDING to results; PENDING stays a row that needs Zq by itself. */
function takeSums(
  { table }: Backend,
  call: Call,
  count: number,
  values: Float64Array,
  at: number,
  kind: LogitKind,
  scale: number,
  isCentred: boolean,
): void {
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] !== PENDING) continue;
    const flags = table[line];
    const s = totalAt(table, line, 0);
    const pSum = totalAt(table, line, 1);
    const v = totalAt(table, line, 2);
    values[at + r] = Number.NaN;
    if (flags & ~FAR || s === Number.POSITIVE_INFINITY) continue;
    if (kind !== "logits" && !isLogSum(table[line + P_LARGEST] * scale + ln(pSum), kind, call)) continue;
    table[line + P_SUM] = pSum;
    const offset = table[line + OFFSET];
    const rho = (s + v) / pSum;
    const part = s / pSum;
    const value = rho < -0.5 ? Number.POSITIVE_INFINITY : part + log1pMinus(rho);
    if (value < 0.1 || (part < 1 && !flags && rho >= -0.5)) {
      const logRatio = rho === 0 ? 0 : ln(1 + rho);
      values[at + r] = finish(call, kind, scale, table, line, part, value, logRatio, offset, isCentred);
    } else {
      table[line + V] = v;
      // a row that was far when it was centred has to be looked at by itself
      values[at + r] = isCentred ? Number.NaN : PENDING;
    }
  }
}

/** Rows that are far from each other, with Zq added up by itself. */
function addUpAgain(
  backend: Backend,
  call: Call,
  count: number,
  values: Float64Array,
  at: number,
  kind: LogitKind,
  first: number,
  scale: number,
): void {
  const { table } = backend;
  findRows(backend, call, kernels.logSumExp, count, first + 1);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] !== PENDING) continue;
    const offset = table[line + OFFSET];
    const pSum = table[line + P_SUM];
    const rounding = (offset - (table[line + P_LARGEST] - table[line + Q_LARGEST])) * scale;
    const logRatio = ln(totalAt(table, line, 1)) - ln(pSum) + rounding;
    const part = -table[line + V] / pSum;
    values[at + r] = finish(call, kind, scale, table, line, part, part + logRatio, logRatio, offset, false);
    if (values[at + r] === AGAIN) values[at + r] = Number.NaN;
  }
}

/** Rows whose two parts have cancelled, with the offset that makes ρ vanish. */
function compareAgain(
  backend: Backend,
  call: Call,
  count: number,
  values: Float64Array,
  at: number,
  kind: LogitKind,
  first: number,
  scale: number,
): void {
  const { precision, length } = call;
  const { table } = backend;
  const f32 = precision === "f32";
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    table[line] = DECLINED;
    if (values[at + r] !== AGAIN) continue;
    table[line] = 0;
    table[line + SWAP] = 0;
    table[line + SCALE] = scale;
    table[line + LEAST] = table[line + P_LARGEST] + (f32 ? NEGLIGIBLE_F32 : NEGLIGIBLE_F64) / scale;
    if (f32) table[line + OFFSET] = Math.fround(table[line + OFFSET]);
    values[at + r] = PENDING;
  }
  backend.runRows(kernels.klDivergenceOfLogits, precision, length, count, GIVEN | SKIP, first);
  takeSums(backend, call, count, values, at, kind, scale, true);
}

/** KL(p‖q). */
export const klOfLogitRows: Batch = (backend, call, count, values, at, kind) =>
  klRows(backend, call, count, values, at, kind);

const forward = /* @__PURE__ */ new Float64Array(ROWS);

/** KL(p‖q) + KL(q‖p). */
export const jeffreysOfLogitRows: Batch = (backend, call, count, values, at, kind) => {
  klRows(backend, call, count, forward, 0, kind);
  backend.repeatOperand(0, 2);
  klRows(backend, call, count, values, at, kind, 1);
  for (let r = 0; r < count; r++) values[at + r] = forward[r] + values[at + r];
};

const pSums = /* @__PURE__ */ new LogSums();
const qSums = /* @__PURE__ */ new LogSums();
const areTied = /* @__PURE__ */ new Uint8Array(ROWS);

/** ½ KL(p‖m) + ½ KL(q‖m), m = (p + q)/2, as `jsIn` has it. */
export const jsOfLogitRows: Batch = (backend, call, count, values, at, kind) => {
  const { precision, length } = call;
  const scale = scaleOfLogits(backend, call, kind);
  pSums.find(backend, call, count, 0);
  qSums.find(backend, call, count, 1);
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const pTotal = pSums.logSumExp(r, scale);
    const qTotal = qSums.logSumExp(r, scale);
    // the larger first, so that the result is the same for (q, p)
    const isSwapped = pTotal < qTotal;
    const [p, q] = isSwapped ? [qSums, pSums] : [pSums, qSums];
    const [a, b] = [p.largest[r], q.largest[r]];
    const pSum = p.sum[r];
    const offset = a - b + (ln(pSum) - ln(q.sum[r])) / scale;
    setRowFields(backend, precision, line, isSwapped, scale, a, b, offset, 1, 0, 1, 0.5, pSum / q.sum[r]);
    const isUsual = isLogSum(pTotal, kind, call) && isLogSum(qTotal, kind, call);
    values[at + r] = isUsual ? pSum : Number.NaN;
    areTied[r] = pTotal === qTotal ? 1 : 0;
  }
  backend.runRows(kernels.jsDivergenceOfLogits, precision, length, count, GIVEN);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const result = Math.max(0, totalAt(table, line, 0) / (2 * values[at + r]));
    const isCoarse = isTooCoarse(precision, 4 * result, table[line + FIELDS + 4] * scale);
    // the order of rows with one log-sum-exp is for `jsIn` to find; that of equal rows does not matter
    const isLeft = isCoarse || table[line] & UNUSUAL || Number.isNaN(values[at + r]) || (areTied[r] && result > 0);
    values[at + r] = isLeft ? Number.NaN : Math.min(LN2, result);
  }
};
