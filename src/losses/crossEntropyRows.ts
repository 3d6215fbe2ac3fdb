// The cross-entropy losses of many rows at once: a few kernels over all of them, and loops over what they leave in the table. The
// formulas are those of `lossOfRow` (crossEntropyLoss.ts), operation by operation.

import { type Backend, type FloatArray, OUT, type Precision, type Vector } from "../backends/backend.js";
import {
  ALL_PRODUCTS,
  COLUMNS,
  DECLINED,
  FACTOR,
  FOUND,
  GIVEN,
  LABEL_LOGIT,
  LABEL_NUMBER,
  LARGEST,
  LESS,
  NO_PASS,
  OWN_PRODUCTS,
  OWN_SUM,
  ROWS,
  SKIP,
  TOTALS,
} from "../backends/batch.js";
import { NO_FIELDS } from "../backends/fields.js";
import * as kernels from "../backends/kernels.js";
import { bringOut, placeOut } from "../backends/writing.js";
import { type Call, isSum, sumOf } from "../call/arguments.js";
import { findRows, scaleOfLogits, setRowFields, totalAt } from "../measures/batches.js";

/** What all rows share. */
export interface LossSettings {
  readonly call: Call;
  readonly smoothing: number;
  readonly zLoss: number;
  /** Σ of the weights, or the number of classes. */
  readonly weightSum: number;
  readonly hasLabels: boolean;
  readonly scales: Scales;
  /** Numbers per row that come of it: its loss and, with a zLoss, λ·L². */
  readonly width: number;
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

// What earlier kernels have found of each row.

const largest = /* @__PURE__ */ new Float64Array(ROWS);
/** Z. */
const sums = /* @__PURE__ */ new Float64Array(ROWS);
/** Σu and Σ u·x of soft targets, and Σ u·x of what is of every class. */
const ownSums = /* @__PURE__ */ new Float64Array(ROWS);
const ownProducts = /* @__PURE__ */ new Float64Array(ROWS);
const allProducts = /* @__PURE__ */ new Float64Array(ROWS);
/** What a row's label says of it. */
const labelLogits = /* @__PURE__ */ new Float64Array(ROWS);
const labelWeights = /* @__PURE__ */ new Float64Array(ROWS);
/** Whether a row is left to be computed by itself, or is ignored. */
const isLeft = /* @__PURE__ */ new Uint8Array(ROWS);
const TO_ITSELF = 1;
const IGNORED = 2;

/**
 * The losses of `count` rows from row `first` on to `values`, each with λ·L² behind it where there is a zLoss, and their gradient. NaN for a row that is to be
 * computed by itself: of that, nothing has been written. Returns whether there may be one.
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
): boolean {
  const { call, smoothing, hasLabels } = settings;
  const { precision, length } = call;
  const start = first * length;
  isLeft.fill(0, 0, count);
  if (!place(backend, settings, source, targets, weights, start, count)) {
    values.fill(Number.NaN, at, at + settings.width * count);
    return true;
  }
  const scale = scaleOfLogits(backend, call, "logits");
  const isPlain = hasLabels && smoothing === 0;
  if (hasLabels) readLabels(backend, isPlain, source, targets, weights, first, count, length);
  else {
    findRows(backend, call, kernels.softTargets, count, TARGETS);
    takeTargets(backend, call, targets, weights, start, count);
  }
  const isWeighted = smoothing > 0 && weights !== undefined;
  if (smoothing > 0) {
    findRows(
      backend,
      call,
      isWeighted ? kernels.softTargets : kernels.sumOfLogits,
      count,
      isWeighted ? WEIGHTS : LOGITS,
    );
    takeAll(backend, isWeighted ? 1 : scale, count, isWeighted && hasLabels);
  }
  // then the gradient is one number for all rows times the softmax, but for the labels' own numbers
  const isOfSoftmax = isPlain && weights === undefined && settings.zLoss === 0;
  if (gradient) {
    placeOut(backend, precision, gradient, start, length);
    if (isOfSoftmax) {
      backend.fields = { ...NO_FIELDS, scale, factor: scale * settings.scales.loss };
      backend.runRows(kernels.softmax, precision, length, count, FOUND, LOGITS);
    } else exponentiate(backend, call, scale, count, !isPlain);
  } else if (hasLabels && !isWeighted) {
    findRows(backend, call, kernels.logSumExp, count, LOGITS);
  }
  // Z is in its place where the last kernel has found it
  if (!isPlain) restore(backend, hasLabels, !gradient && (isWeighted || !hasLabels), count);
  findLosses(backend, settings, scale, count, !gradient || isOfSoftmax);
  const others = takeLosses(backend, count, values, at, settings.width);
  if (!gradient) return others > 0;
  if (!isOfSoftmax) writeGradient(backend, settings, weights, count, scale);
  bringOut(backend, precision, gradient, start, length, count);
  if (hasLabels) writeLabels(backend, targets, gradient, first, count, length, others > 0);
  return others > 0;
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

/** Before a gradient is written in place of the logits: to the table, if no kernel is to write there before it is needed. */
function readLabels(
  { table }: Backend,
  isPlain: boolean,
  source: Vector,
  labels: Vector,
  weights: Vector | undefined,
  first: number,
  count: number,
  length: number,
): void {
  for (let r = 0, line = 0, start = first * length; r < count; r++, line += COLUMNS, start += length) {
    const label = labels[first + r];
    if (label < 0) {
      isLeft[r] = IGNORED;
      continue;
    }
    const logit = source[start + label];
    const weight = weights === undefined ? 1 : weights[label];
    if (isPlain) {
      table[line + LABEL_LOGIT] = logit;
      table[line + OWN_SUM] = weight;
    } else {
      labelLogits[r] = logit;
      labelWeights[r] = weight;
    }
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
    if (table[line] !== 0 || !isSum(mass, false)) isLeft[r] = TO_ITSELF;
  }
}

/** Σ u·x of what is of every class, each with its weight or all alike, and Z where it is there and not yet known. */
function takeAll({ table }: Backend, scale: number, count: number, takesSums: boolean): void {
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    largest[r] = table[line + LARGEST];
    allProducts[r] = totalAt(table, line, 0) * scale;
    if (takesSums) sums[r] = totalAt(table, line, 2);
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
  }
  backend.runRows(kernels.exponentials, precision, length, count, isFound ? GIVEN | SKIP : FOUND, LOGITS);
}

/** Puts what the kernel of losses reads in its place. */
function restore({ table }: Backend, hasLabels: boolean, withSums: boolean, count: number): void {
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    if (isLeft[r] !== 0) table[line] = DECLINED;
    table[line + LARGEST] = largest[r];
    if (withSums) table[line + TOTALS + 1] = sums[r];
    table[line + LABEL_LOGIT] = labelLogits[r];
    table[line + OWN_SUM] = hasLabels ? labelWeights[r] : ownSums[r];
    table[line + OWN_PRODUCTS] = ownProducts[r];
    table[line + ALL_PRODUCTS] = allProducts[r];
  }
}

/** From sums to losses, and to what the gradient's kernels need: e^x are multiplied by a factor, and targets, or 1, times `LESS` come off. */
function findLosses(
  backend: Backend,
  { call, smoothing, zLoss, weightSum, hasLabels, scales }: LossSettings,
  scale: number,
  count: number,
  isLast: boolean,
): void {
  const share = 1 - smoothing;
  const even = smoothing / call.length;
  // what these are for this kernel: assembly/crossEntropyLoss.ts
  backend.fields = {
    scale,
    aShift: share,
    bShift: even,
    aLeast: smoothing > 0 ? weightSum : 0,
    offset: hasLabels ? 1 : 0,
    factor: scales.loss,
    less: scale * scales.loss * (hasLabels ? even : share),
    slope: scales.zLoss * 2 * zLoss,
    weight: zLoss,
    secondFactor: 1,
  };
  backend.runRows(kernels.crossEntropyLoss, "f64", call.length, count, isLast ? SKIP | NO_PASS : SKIP);
}

/** The losses of the rows that are not left; returns how many are. */
function takeLosses({ table }: Backend, count: number, values: Float64Array, at: number, width: number): number {
  let others = 0;
  for (let r = 0, line = 0, to = at; r < count; r++, line += COLUMNS, to += width) {
    if (isLeft[r] === 0 && table[line] === 0) {
      values[to] = totalAt(table, line, 0);
      if (width === 2) values[to + 1] = totalAt(table, line, 2);
      continue;
    }
    others++;
    const isIgnored = isLeft[r] === IGNORED;
    if (!isIgnored) isLeft[r] = TO_ITSELF;
    table[line] = DECLINED;
    values[to] = isIgnored ? 0 : Number.NaN;
    if (width === 2) values[to + 1] = 0;
  }
  return others;
}

/** The gradient, where e^x are, but for the labels' own numbers. */
function writeGradient(
  backend: Backend,
  { call: { precision, length }, smoothing, hasLabels, scales }: LossSettings,
  weights: Vector | undefined,
  count: number,
  scale: number,
): void {
  const { table } = backend;
  // what has been written, and what is taken off, side by side
  const subtract = (operand: number | undefined) => {
    backend.repeatOperand(OUT, 4);
    if (operand !== undefined) backend.repeatOperand(operand, 5);
    const kernel = operand === undefined ? kernels.scaled : kernels.lessTargets;
    backend.runRows(kernel, precision, length, count, GIVEN | SKIP, 4);
  };
  const ofAll = smoothing > 0 && weights ? WEIGHTS : undefined;
  subtract(hasLabels ? ofAll : TARGETS);
  if (hasLabels || smoothing === 0) return;
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    table[line + FACTOR] = 1;
    table[line + LESS] = scale * scales.loss * (smoothing / length);
  }
  subtract(ofAll);
}

/** The labels' own numbers. Ignored rows get zeros. */
function writeLabels(
  { table }: Backend,
  labels: Vector,
  gradient: FloatArray,
  first: number,
  count: number,
  length: number,
  hasOthers: boolean,
): void {
  for (let r = 0, line = 0, start = first * length; r < count; r++, line += COLUMNS, start += length) {
    if (!hasOthers || isLeft[r] === 0) gradient[start + labels[first + r]] = table[line + LABEL_NUMBER];
    else if (isLeft[r] === IGNORED) gradient.fill(0, start, start + length);
  }
}
