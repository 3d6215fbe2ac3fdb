// The distillation losses of many rows at once: kernels over all of them, and loops over what they leave in the table. The formulas are
// those of `lossOfRow` and `mixtureLoss` (distillationLoss.ts), operation by operation.

import type { Backend, FloatArray, Precision, Vector } from "../backends/backend.js";
import { COLUMNS, DECLINED, GIVEN, ROWS, SKIP } from "../backends/batch.js";
import type { Kernel } from "../backends/kernel.js";
import * as kernels from "../backends/kernels.js";
import { bringOut, placeOut } from "../backends/writing.js";
import type { Call } from "../call/arguments.js";
import { LogSums, scaleOfLogits, setRowFields, totalAt } from "../measures/batches.js";
import { klRows, OFFSET, P_LARGEST, P_SUM } from "../measures/batchesOfPairs.js";
import { isTooCoarse } from "../measures/row/klOfLogits.js";
import { ln } from "../numbers/scalar.js";

export interface DistillationSettings {
  readonly call: Call;
  readonly direction: string;
  readonly beta: number;
  /** Times the gradient. */
  readonly slope: number;
  /** Whether there is to be a gradient, of which an infinite reverse KL has none. */
  readonly hasGradient: boolean;
}

/** Whether a weight would make f32 mixtures of negligible classes subnormal. */
export const isExtreme = (beta: number, precision: Precision): boolean =>
  precision === "f32" && Math.min(beta, 1 - beta) < 2 ** -6;

/** p and q of a divergence among the operands; the order of the gradient's kernel is that of the second pair, 1 and 2. */
const P = 0;
const Q = 1;

const pSums = /* @__PURE__ */ new LogSums();
const qSums = /* @__PURE__ */ new LogSums();
const offsets = /* @__PURE__ */ new Float64Array(ROWS);

/**
 * The losses of `count` rows from row `first` on, and their gradient. NaN for a row that is to be computed by itself: of that, nothing has
 * been written.
 */
export function computeRows(
  backend: Backend,
  settings: DistillationSettings,
  students: Vector,
  teachers: Vector,
  gradient: FloatArray | undefined,
  first: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const { call, direction } = settings;
  const { precision, length } = call;
  const pair = direction === "reverse" ? [students, teachers] : [teachers, students];
  for (let i = 0; i < 2; i++) {
    const start = pair[i].length > length ? first * length : 0;
    if (backend.place(i, precision, pair[i], start, length, count)) continue;
    values.fill(Number.NaN, at, at + count);
    return;
  }
  const compute = direction === "js" ? mixtureRows : direction === "forward" ? forwardRows : reverseRows;
  const write = (kernel: Kernel, operand: number) => {
    const out = gradient as FloatArray;
    placeOut(backend, precision, out, first * length, length);
    backend.runRows(kernel, precision, length, count, GIVEN | SKIP, operand);
    bringOut(backend, precision, out, first * length, length, count);
  };
  compute(backend, settings, count, values, at, gradient ? write : undefined);
}

type Write = (kernel: Kernel, operand: number) => void;

/** KL(teacher‖student); the gradient is q - p. */
function forwardRows(
  backend: Backend,
  { call, slope }: DistillationSettings,
  count: number,
  values: Float64Array,
  at: number,
  write: Write | undefined,
): void {
  const { table } = backend;
  klRows(backend, call, count, values, at, "logits", P);
  if (!write) return;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    pSums.largest[r] = table[line + P_LARGEST];
    pSums.sum[r] = table[line + P_SUM];
    offsets[r] = table[line + OFFSET];
  }
  const scale = scaleOfLogits(backend, call, "logits");
  qSums.find(backend, call, count, Q);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const [a, b, offset] = [pSums.largest[r], qSums.largest[r], offsets[r]];
    const [factor, secondFactor] = [1 / pSums.sum[r], 1 / qSums.sum[r]];
    setRowFields(backend, call.precision, line, false, scale, a, b, offset, factor, 0, slope, 0.5, secondFactor);
    table[line] = Number.isNaN(values[at + r]) ? DECLINED : 0;
  }
  write(kernels.softmaxDifference, P);
}

/** KL(student‖teacher); the gradient is p·(ln(p/q) - KL). */
function reverseRows(
  backend: Backend,
  { call, slope }: DistillationSettings,
  count: number,
  values: Float64Array,
  at: number,
  write: Write | undefined,
): void {
  const { table } = backend;
  klRows(backend, call, count, values, at, "logits", P);
  if (!write) return;
  const scale = scaleOfLogits(backend, call, "logits");
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const a = table[line + P_LARGEST];
    const offset = -table[line + OFFSET];
    const factor = slope / table[line + P_SUM];
    setRowFields(backend, call.precision, line, false, scale, a, a, offset, factor, values[at + r], 1, 0.5, 1);
    table[line] = Number.isNaN(values[at + r]) ? DECLINED : 0;
  }
  // q, then p
  backend.repeatOperand(P, Q + 1);
  write(kernels.reverseGradient, Q);
}

/** β·KL(p‖m) + (1 - β)·KL(q‖m); the gradient is (1 - β)·q·(ln(q/m) - KL(q‖m)). */
function mixtureRows(
  backend: Backend,
  { call, beta, slope }: DistillationSettings,
  count: number,
  values: Float64Array,
  at: number,
  write: Write | undefined,
): void {
  const { precision, length } = call;
  const { table } = backend;
  const scale = scaleOfLogits(backend, call, "logits");
  if (isExtreme(beta, precision)) {
    values.fill(Number.NaN, at, at + count);
    return;
  }
  pSums.find(backend, call, count, P);
  qSums.find(backend, call, count, Q);
  const setFields = (r: number, line: number, less: number, rowSlope: number) => {
    const [a, b] = [pSums.largest[r], qSums.largest[r]];
    const [factor, secondFactor] = [1 / pSums.sum[r], 1 / qSums.sum[r]];
    setRowFields(backend, precision, line, false, scale, a, b, offsets[r], factor, less, rowSlope, beta, secondFactor);
  };
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const logRatio = ln(pSums.sum[r]) - ln(qSums.sum[r]);
    offsets[r] = pSums.largest[r] - qSums.largest[r] + logRatio / scale;
    setFields(r, line, 0, 1);
  }
  backend.runRows(kernels.mixtureDivergence, precision, length, count, GIVEN);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const toMixture = totalAt(table, line, 2);
    const value = Math.max(0, beta * totalAt(table, line, 0) + (1 - beta) * toMixture);
    const isCoarse = isTooCoarse(precision, value / (beta * (1 - beta)), offsets[r] * scale);
    const isLeft = isCoarse || Number.isNaN(pSums.sum[r]) || Number.isNaN(qSums.sum[r]);
    values[at + r] = isLeft ? Number.NaN : value;
    setFields(r, line, toMixture, slope * (1 - beta));
    table[line] = isLeft ? DECLINED : 0;
  }
  if (write) write(kernels.mixtureGradient, P);
}
