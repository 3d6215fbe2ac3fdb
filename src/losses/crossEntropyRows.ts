// The cross-entropy losses of many rows at once: a few kernels over all of them, and loops over what they leave in the table. The
// formulas are those of `lossOfRow` (crossEntropyLoss.ts), operation by operation.

import type { Backend, FloatArray, Precision, Vector } from "../backends/backend.js";
import { OUT } from "../backends/backend.js";
import { COLUMNS, DECLINED, FIELDS, FOUND, GIVEN, LARGEST, ROWS, SKIP } from "../backends/batch.js";
import * as kernels from "../backends/kernels.js";
import { type Call, sumOf } from "../call/arguments.js";
import { findRows, scaleOfLogits, setRowFields, totalAt } from "../measures/batches.js";
import { exp, ln } from "../numbers/scalar.js";

/** What all rows share. */
export interface LossSettings {
  readonly call: Call;
  readonly smoothing: number;
  readonly zLoss: number;
  /** Σ of the weights, or the number of classes. */
  readonly weightSum: number;
  readonly hasLabels: boolean;
  readonly scales: Scales;
  /** Whether weights, or what the gradient is multiplied by, may be too large for f32: rows are then computed by themselves, in f64. */
  readonly isExtreme: boolean;
}

/** What the losses of rows, and the squares of their log-sum-exps, are multiplied by in the result. */
export interface Scales {
  readonly loss: number;
  readonly zLoss: number;
}

/** Where the rows of a batch are among the operands: soft targets, logits; weights, and the logits once more. */
const TARGETS = 0;
const LOGITS = 1;
const WEIGHTS = 2;

/** What is known of each row so far. */
const largest = /* @__PURE__ */ new Float64Array(ROWS);
/** The label's logit, then its x. */
const exponents = /* @__PURE__ */ new Float64Array(ROWS);
/** Z. */
const sums = /* @__PURE__ */ new Float64Array(ROWS);
/** Their logarithms. */
const logSums = /* @__PURE__ */ new Float64Array(ROWS);
/** Σu and Σ u·x of the targets, and Σ u·x of what is of every class. */
const ownSums = /* @__PURE__ */ new Float64Array(ROWS);
const ownProducts = /* @__PURE__ */ new Float64Array(ROWS);
const allProducts = /* @__PURE__ */ new Float64Array(ROWS);
/** What the gradient's e^x are multiplied by. */
const factors = /* @__PURE__ */ new Float64Array(ROWS);
/** Whether a row is left to be computed by itself, or is ignored. */
const isLeft = /* @__PURE__ */ new Uint8Array(ROWS);
/** All that the gradient's kernels read of a row's fields. */
const FACTOR = FIELDS + 5;
const LESS = FIELDS + 6;
const TO_ITSELF = 1;
const IGNORED = 2;

/**
 * The loss and the square of `count` rows from row `first` on, to pairs of `values`, and their gradient. NaN for a row that is to be
 * computed by itself: of that, nothing has been written.
 */
export function computeRows(
  backend: Backend,
  settings: LossSettings,
  source: Vector,
  targets: Vector,
  weights: Vector | undefined,
  gradient: FloatArray | undefined,
  first: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const { call, smoothing, hasLabels } = settings;
  const { precision, length } = call;
  const start = first * length;
  isLeft.fill(0, 0, count);
  if (!place(backend, settings, source, targets, weights, start, count)) {
    values.fill(Number.NaN, at, at + 2 * count);
    return;
  }
  const scale = scaleOfLogits(backend, call, "logits");
  if (hasLabels) readLabels(source, targets, first, count, length);
  let hasSums = false;
  if (!hasLabels) {
    findRows(backend, call, kernels.softTargets, count, TARGETS);
    takeTargets(backend, call, targets, weights, start, count);
    hasSums = true;
  }
  if (smoothing > 0) {
    if (weights) findRows(backend, call, kernels.softTargets, count, WEIGHTS);
    else findRows(backend, call, kernels.sumOfLogits, count, LOGITS);
    takeAll(backend, weights === undefined ? scale : 1, count, weights !== undefined && !hasSums);
    hasSums ||= weights !== undefined;
  }
  if (gradient) {
    backend.placeOut(precision, gradient, start, length);
    exponentiate(backend, call, scale, count, !hasLabels || smoothing > 0);
  } else if (!hasSums) {
    findRows(backend, call, kernels.logSumExp, count, LOGITS);
    takeSums(backend, count);
  }
  if (hasLabels) takeLabels(targets, weights, first, count, scale);
  finish(settings, count, scale, values, at);
  if (!gradient) return;
  writeGradient(backend, settings, weights, count, scale);
  backend.bringOut(precision, gradient, start, length, count);
  if (hasLabels) writeLabels(settings, targets, weights, gradient, first, count, scale);
}

function place(
  backend: Backend,
  { call: { precision, length }, smoothing, hasLabels }: LossSettings,
  source: Vector,
  targets: Vector,
  weights: Vector | undefined,
  start: number,
  count: number,
): boolean {
  if (!backend.place(LOGITS, precision, source, start, length, count)) return false;
  if (!hasLabels) {
    const isPlaced = weights
      ? placeWeighted(backend, precision, targets, start, length, count, weights)
      : backend.place(TARGETS, precision, targets, start, length, count);
    if (!isPlaced) return false;
  }
  if (weights && smoothing > 0) {
    backend.place(WEIGHTS, precision, weights, 0, length, count);
    backend.repeatOperand(LOGITS, WEIGHTS + 1);
  }
  return true;
}

/** Soft targets, number by number times the weights of their classes. */
function placeWeighted(
  backend: Backend,
  precision: Precision,
  targets: Vector,
  start: number,
  length: number,
  count: number,
  weights: Vector,
): boolean {
  const staged = backend.placeStaged(TARGETS, precision, length);
  for (let r = 0, i = 0; r < count; r++) {
    for (let j = 0; j < length; j++, i++) {
      const x: unknown = targets[start + i];
      if (typeof x !== "number") return false;
      staged[i] = x * weights[j];
    }
  }
  return true;
}

/** Before a gradient is written in place of the logits. */
function readLabels(source: Vector, labels: Vector, first: number, count: number, length: number): void {
  for (let r = 0, start = first * length; r < count; r++, start += length) {
    const label = labels[first + r];
    if (label < 0) isLeft[r] = IGNORED;
    else exponents[r] = source[start + label];
  }
}

/** Σu, Σ u·x and Z of soft targets. */
function takeTargets(
  { table }: Backend,
  call: Call,
  targets: Vector,
  weights: Vector | undefined,
  start: number,
  count: number,
): void {
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const sum = totalAt(table, line, 1);
    largest[r] = table[line + LARGEST];
    ownSums[r] = sum;
    ownProducts[r] = totalAt(table, line, 0);
    sums[r] = totalAt(table, line, 2);
    const mass = weights ? sumOf(call, { source: targets, start: start + r * call.length, scale: 1 }) : sum;
    if (table[line] !== 0 || !(Math.abs(mass - 1) <= 1e-2)) isLeft[r] = TO_ITSELF;
  }
}

/** Σ u·x of what is of every class, each with its weight or all alike. */
function takeAll({ table }: Backend, scale: number, count: number, takesSums: boolean): void {
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    largest[r] = table[line + LARGEST];
    allProducts[r] = totalAt(table, line, 0) * scale;
    if (takesSums) sums[r] = totalAt(table, line, 2);
    if (table[line] !== 0 && isLeft[r] === 0) isLeft[r] = TO_ITSELF;
  }
}

function takeSums({ table }: Backend, count: number): void {
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    largest[r] = table[line + LARGEST];
    sums[r] = totalAt(table, line, 1);
    if (table[line] !== 0 && isLeft[r] === 0) isLeft[r] = TO_ITSELF;
  }
}

/** e^x of each row to the gradient, and Z. Where an earlier kernel has found the largest numbers, and rows to leave alone, it is told. */
function exponentiate(
  backend: Backend,
  { precision, length }: Call,
  scale: number,
  count: number,
  isFound: boolean,
): void {
  const { table } = backend;
  if (isFound) {
    for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
      setRowFields(backend, precision, line, false, scale, largest[r], 0, 0, 1, 0, 1, 0.5, 1);
      table[line] = isLeft[r] === 0 ? 0 : DECLINED;
    }
    backend.runRows(kernels.exponentials, precision, length, count, GIVEN | SKIP, LOGITS);
  } else {
    backend.runRows(kernels.exponentials, precision, length, count, FOUND, LOGITS);
  }
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (!isFound) largest[r] = table[line + LARGEST];
    sums[r] = totalAt(table, line, 1);
    if (table[line] !== 0 && isLeft[r] === 0) isLeft[r] = TO_ITSELF;
  }
}

/** x of the labels, with their weights. */
function takeLabels(labels: Vector, weights: Vector | undefined, first: number, count: number, scale: number): void {
  for (let r = 0; r < count; r++) {
    if (isLeft[r] !== 0) continue;
    const exponent = (exponents[r] - largest[r]) * scale;
    const weight = weights === undefined ? 1 : weights[labels[first + r]];
    exponents[r] = exponent;
    ownSums[r] = weight;
    ownProducts[r] = weight === 0 ? 0 : weight * exponent;
  }
}

const partOfLoss = (part: number, sum: number, logSum: number, products: number): number =>
  part === 0 ? 0 : part * (sum * logSum - products);

/** From sums to losses, and to what the gradient is multiplied by. */
function finish(
  { call, smoothing, zLoss, weightSum, scales }: LossSettings,
  count: number,
  scale: number,
  values: Float64Array,
  at: number,
): void {
  const share = 1 - smoothing;
  const even = smoothing / call.length;
  const allSum = smoothing > 0 ? weightSum : 0;
  for (let r = 0, to = at; r < count; r++, to += 2) {
    if (isLeft[r] !== 0) {
      values[to] = isLeft[r] === IGNORED ? 0 : Number.NaN;
      values[to + 1] = values[to];
      continue;
    }
    const logSum = ln(sums[r]);
    logSums[r] = logSum;
    const logSumExp = largest[r] * scale + logSum;
    const own = partOfLoss(share, ownSums[r], logSum, ownProducts[r]);
    values[to] = own + partOfLoss(even, allSum, logSum, smoothing > 0 ? allProducts[r] : 0);
    values[to + 1] = zLoss === 0 ? 0 : zLoss * logSumExp * logSumExp;
    const sum = share * ownSums[r] + even * allSum;
    factors[r] = scale * (scales.loss * sum + scales.zLoss * 2 * zLoss * logSumExp);
  }
}

/** The gradient, where e^x are, but for the labels' own numbers. */
function writeGradient(
  backend: Backend,
  { call, smoothing, hasLabels, scales }: LossSettings,
  weights: Vector | undefined,
  count: number,
  scale: number,
): void {
  const { precision, length } = call;
  const { table } = backend;
  const share = 1 - smoothing;
  const even = smoothing / length;
  const lessOf = (part: number) => scale * scales.loss * part;
  const subtract = (isFirst: boolean, operand: number | undefined, less: number) => {
    for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
      table[line + FACTOR] = isFirst ? factors[r] / sums[r] : 1;
      table[line + LESS] = less;
      table[line] = isLeft[r] === 0 ? 0 : DECLINED;
    }
    // what has been written, and what is taken off, side by side
    backend.repeatOperand(OUT, 4);
    if (operand !== undefined) backend.repeatOperand(operand, 5);
    const kernel = operand === undefined ? kernels.scaled : kernels.lessTargets;
    backend.runRows(kernel, precision, length, count, GIVEN | SKIP, 4);
  };
  const ofAll = smoothing > 0 && weights ? WEIGHTS : undefined;
  if (hasLabels) {
    subtract(true, ofAll, lessOf(even));
  } else {
    subtract(true, TARGETS, lessOf(share));
    if (smoothing > 0) subtract(false, ofAll, lessOf(even));
  }
}

/** The labels' own numbers, in f64: softmax - 1 would have lost what the softmax is short of 1. Ignored rows get zeros. */
function writeLabels(
  { call: { length }, smoothing, scales }: LossSettings,
  labels: Vector,
  weights: Vector | undefined,
  gradient: FloatArray,
  first: number,
  count: number,
  scale: number,
): void {
  const share = 1 - smoothing;
  const even = smoothing / length;
  for (let r = 0, start = first * length; r < count; r++, start += length) {
    const label = labels[first + r];
    if (isLeft[r] === IGNORED) gradient.fill(0, start, start + length);
    if (isLeft[r] !== 0) continue;
    const weight = weights === undefined ? 1 : weights[label];
    const less = scale * scales.loss * ((share + even) * weight);
    gradient[start + label] = factors[r] * exp(exponents[r] - logSums[r]) - less;
  }
}
