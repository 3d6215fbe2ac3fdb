// Batches of pairs of logits: KL, Jeffreys, JS. The formulas are those of row/ofLogits.ts.

import { type Backend, UNUSUAL, type Vector } from "../backends/backend.js";
import { COLUMNS, FIELDS, GIVEN, LARGEST, ROWS } from "../backends/batch.js";
import { FAR } from "../backends/js/logits.js";
import { CHUNK } from "../backends/kernel.js";
import * as kernels from "../backends/kernels.js";
import type { Call } from "../call/arguments.js";
import type { Batch, LogitKind } from "../call/calls.js";
import { LN2, ln, log1pMinus } from "../numbers/scalar.js";
import { findRows, isLogSum, LogSums, PENDING, scaleOfLogits, setRowFields, totalAt } from "./batches.js";
import { isTooCoarse } from "./row/klOfLogits.js";

// What `klRows` keeps of a row, in columns that no kernel writes in mode FOUND: most are the fields with which a kernel would be given it.
export const P_LARGEST: number = FIELDS;
const Q_LARGEST = FIELDS + 1;
/** What makes (b - a + offset)/τ the logarithm of the ratio of the normalised rows. */
export const OFFSET: number = FIELDS + 4;
const V = FIELDS + 8;
/** Zp. */
export const P_SUM: number = FIELDS + 9;

/** Another number that `values` has for a row that is not done: it is to be compared in f64, with its largest numbers taken off. */
const COARSE = -2;

/** What a comparison of pairs is about. The operands are numbers `first` and `first + 1`. */
interface Pass {
  readonly backend: Backend;
  readonly call: Call;
  readonly count: number;
  readonly values: Float64Array;
  readonly at: number;
  readonly kind: LogitKind;
  readonly first: number;
  readonly scale: number;
  /** Of rows of logits of which nothing but the result is asked for. */
  readonly sources?: Sources;
}

/** The end of `klIn`: NaN for a row that is to be computed by itself. */
function finish(
  { backend: { table }, call, kind, scale }: Pass,
  line: number,
  part: number,
  value: number,
  logRatio: number,
  offset: number,
): number {
  const { precision } = call;
  const next = offset - logRatio / scale;
  table[line + OFFSET] = next;
  if (kind !== "logits") {
    const rounding = (offset - (table[line + P_LARGEST] - table[line + Q_LARGEST])) * scale;
    const qLogSum = table[line + Q_LARGEST] * scale + (ln(table[line + P_SUM]) + logRatio - rounding);
    if (!isLogSum(qLogSum, kind, call)) return Number.NaN;
  }
  if (isTooCoarse(precision, value, offset * scale)) return COARSE;
  // where the two parts have cancelled, the row is compared again, with the next offset
  const isAgain = Math.abs(part) > 8 * value && (precision === "f32" ? Math.fround(next) : next) !== offset;
  return isAgain ? Number.NaN : Math.max(0, value);
}

/**
 * KL(a‖b) of the rows of operands `first` and `first + 1`, as `klIn` has it. Leaves columns `P_SUM` and `OFFSET`, unless there are
 * `sources`: then rows that are too coarse are read again there.
 */
export function klRows(
  backend: Backend,
  call: Call,
  count: number,
  values: Float64Array,
  at: number,
  kind: LogitKind,
  first = 0,
  sources?: Sources,
): void {
  const pass = {
    backend,
    call,
    count,
    values,
    at,
    kind,
    first,
    scale: scaleOfLogits(backend, call, kind),
    sources: kind === "logits" ? sources : undefined,
  };
  compare(pass);
  widen(pass);
}

function compare(pass: Pass): void {
  const { backend, call, count, values, at, first } = pass;
  const { table } = backend;
  findRows(backend, call, kernels.klDivergenceOfLogits, count, first);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const a = table[line + LARGEST];
    const b = table[line + LARGEST + 1];
    table[line + P_LARGEST] = a;
    table[line + Q_LARGEST] = b;
    table[line + OFFSET] = call.precision === "f32" ? Math.fround(a - b) : a - b;
    values[at + r] = PENDING;
  }
  if (takeSums(pass)) addUpAgain(pass);
}

/** The two matrices, and the row of each with which the batch begins; a matrix of one row has it for all. */
interface Sources {
  readonly p: Vector;
  readonly q: Vector;
  readonly row: number;
}

const wide = /* @__PURE__ */ new Float64Array(ROWS);
const coarse = /* @__PURE__ */ new Uint8Array(ROWS);
/** Of each coarse row the largest number of either matrix. */
const tops = /* @__PURE__ */ new Float64Array(2 * ROWS);

/** Compares rows that are too coarse, if there are any, as `findLogits` has them in f64: their largest numbers are taken off as they are staged. */
function widen(pass: Pass): void {
  const { backend, count, values, at } = pass;
  const { table } = backend;
  let found = 0;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] === COARSE) found = keepCoarse(pass, found, r, table[line + P_LARGEST], table[line + Q_LARGEST]);
  }
  compareShifted(pass, found, (wider) => compare(wider));
}

/** Notes a coarse row, which is for itself unless it is computed; returns how many there are. */
function keepCoarse(
  { values, at }: Pick<Pass, "values" | "at">,
  found: number,
  r: number,
  p: number,
  q: number,
): number {
  values[at + r] = Number.NaN;
  coarse[found] = r;
  tops[found] = p;
  tops[ROWS + found] = q;
  return found + 1;
}

/** Compares those that were kept, as many at once as have a place, by `run`; `from` is the number of the first. */
function compareShifted<P extends Omit<Pass, "scale">>(
  pass: P,
  found: number,
  run: (pass: P, from: number) => void,
): void {
  const { backend, call, values, at, first, sources } = pass;
  const { length } = call;
  const most = Math.floor(CHUNK.f64 / length);
  if (sources === undefined || most === 0) return;
  const { p, q, row } = sources;
  // operands and slots that the rows themselves do not use
  const to = first + 2;
  for (let from = 0; from < found; from += most) {
    const count = Math.min(most, found - from);
    stageShifted(backend, to, p, row, length, from, count, 0);
    stageShifted(backend, to + 1, q, row, length, from, count, ROWS);
    run({ ...pass, call: { ...call, precision: "f64" }, count, values: wide, at: 0, first: to }, from);
    for (let i = 0; i < count; i++) if (wide[i] >= 0) values[at + coarse[from + i]] = wide[i];
  }
}

function stageShifted(
  backend: Backend,
  operand: number,
  source: Vector,
  row: number,
  length: number,
  from: number,
  count: number,
  top: number,
): void {
  const staged = backend.placeStaged(operand, "f64", length);
  for (let i = from, to = 0; i < from + count; i++, to += length) {
    const start = source.length > length ? (row + coarse[i]) * length : 0;
    const largest = tops[top + i];
    for (let j = 0; j < length; j++) staged[to + j] = source[start + j] - largest;
  }
}

/** From the totals of rows that are PENDING to results. PENDING stays a row that needs Zq by itself; returns whether there is one. */
function takeSums(pass: Pass): boolean {
  const { backend, call, count, values, at, kind, scale, sources } = pass;
  const { table } = backend;
  let isLeft = false;
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
      const isDone = sources && Math.abs(part) <= 8 * value && !isTooCoarse(call.precision, value, offset * scale);
      values[at + r] = isDone ? value : finish(pass, line, part, value, ln(1 + rho), offset);
    } else {
      table[line + V] = v;
      values[at + r] = PENDING;
      isLeft = true;
    }
  }
  return isLeft;
}

/** Rows that are far from each other, with Zq added up by itself. */
function addUpAgain(pass: Pass): void {
  const { backend, call, count, values, at, first, scale } = pass;
  const { table } = backend;
  findRows(backend, call, kernels.logSumExp, count, first + 1);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (values[at + r] !== PENDING) continue;
    const offset = table[line + OFFSET];
    const pSum = table[line + P_SUM];
    const rounding = (offset - (table[line + P_LARGEST] - table[line + Q_LARGEST])) * scale;
    const logRatio = ln(totalAt(table, line, 1)) - ln(pSum) + rounding;
    const part = -table[line + V] / pSum;
    values[at + r] = finish(pass, line, part, part + logRatio, logRatio, offset);
  }
}

/** KL(p‖q). */
export const klOfLogitRows: Batch = (backend, call, count, values, at, kind, [p, q], row) =>
  klRows(backend, call, count, values, at, kind, 0, { p, q, row });

const forward = /* @__PURE__ */ new Float64Array(ROWS);

/** KL(p‖q) + KL(q‖p). */
export const jeffreysOfLogitRows: Batch = (backend, call, count, values, at, kind, [p, q], row) => {
  klRows(backend, call, count, forward, 0, kind, 0, { p, q, row });
  backend.repeatOperand(0, 2);
  klRows(backend, call, count, values, at, kind, 1, { p: q, q: p, row });
  for (let r = 0; r < count; r++) values[at + r] = forward[r] + values[at + r];
};

const pSums = /* @__PURE__ */ new LogSums();
const qSums = /* @__PURE__ */ new LogSums();
const areTied = /* @__PURE__ */ new Uint8Array(ROWS);

/** ½ KL(p‖m) + ½ KL(q‖m), m = (p + q)/2, as `jsIn` has it. */
export const jsOfLogitRows: Batch = (backend, call, count, values, at, kind, [p, q], row) => {
  const sources = kind === "logits" ? { p, q, row } : undefined;
  const pass = { backend, call, count, values, at, kind, first: 0, sources, scale: scaleOfLogits(backend, call, kind) };
  mix(pass);
  let found = 0;
  for (let r = 0; r < count; r++) {
    if (values[at + r] === COARSE) found = keepCoarse(pass, found, r, pSums.largest[r], qSums.largest[r]);
  }
  compareShifted(pass, found, mix);
};

/** `shifted`: the first row has the number `shifted` among those whose largest numbers, `tops`, have been taken off. */
function mix({ backend, call, count, values, at, kind, first, scale }: Pass, shifted?: number): void {
  const { precision, length } = call;
  pSums.find(backend, call, count, first);
  qSums.find(backend, call, count, first + 1);
  const { table } = backend;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const pTotal = pSums.logSumExp(r, scale, shifted === undefined ? 0 : tops[shifted + r]);
    const qTotal = qSums.logSumExp(r, scale, shifted === undefined ? 0 : tops[ROWS + shifted + r]);
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
  backend.runRows(kernels.jsDivergenceOfLogits, precision, length, count, GIVEN, first);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const result = Math.max(0, totalAt(table, line, 0) / (2 * values[at + r]));
    const isCoarse = shifted === undefined && isTooCoarse(precision, 4 * result, table[line + FIELDS + 4] * scale);
    // the order of rows with one log-sum-exp is for `jsIn` to find; that of equal rows does not matter
    const isLeft = table[line] & UNUSUAL || Number.isNaN(values[at + r]) || (areTied[r] && result > 0);
    values[at + r] = isLeft ? Number.NaN : isCoarse ? COARSE : Math.min(LN2, result);
  }
}
