// The cross-entropy loss of rows of logits against labels or soft targets, with its gradient. The semantics of weights,
// smoothing, ignored rows and the mean are PyTorch's (torch.nn.functional.cross_entropy); those of zLoss are PaLM's.

import { type Backend, type FloatArray, type Precision, type Row, UNUSUAL, type Vector } from "../backends/backend.js";
import type { Float16, NumberFormat } from "../backends/halves.js";
import { CHUNK } from "../backends/kernel.js";
import * as kernels from "../backends/kernels.js";
import { map } from "../backends/writing.js";
import {
  type Call,
  checkCallOptions,
  checkNumbers,
  type NamedRow,
  nameOfRow,
  precisionOf,
  sumOf,
  temperatureOf,
} from "../call/arguments.js";
import { checkApart, checkOut, openRows } from "../call/calls.js";
import { type Loss, loss } from "../call/forms.js";
import { dataOf, type Matrix, type Numbers, open, openRow } from "../call/inputs.js";
import { countRows, readMask, selectForLoss } from "../call/masks.js";
import type { EngineOption, Mask } from "../call/options.js";
import { checkNumber, describe, show } from "../engine/checks.js";
import { guard } from "../engine/overlap.js";
import type { Loop, Work } from "../engine/work.js";
import {
  exponentOfLogit,
  fieldsFor,
  findLogits,
  findSums,
  isInfinite,
  type Logits,
  largestOf,
  sumOfExponentials,
} from "../measures/row/logits.js";

import { scaleToOne } from "../measures/row/pair.js";
import { exp, ln } from "../numbers/scalar.js";
import { Sum, scaledSum, sumOfAll } from "../numbers/twofold.js";
import { computeRows, type LossSettings, type Scales } from "./crossEntropyRows.js";
import {
  bringGradient,
  checkIgnoreIndex,
  checkReduction,
  countLabels,
  draftOf,
  type GivenLabels,
  gradientOption,
  isLabelArray,
  type Labels,
  type Reduction,
  readLabels,
} from "./labels.js";

/** The options of {@link index!crossEntropyLoss}. */
export interface CrossEntropyLossOptions extends EngineOption {
  /** The length of a row: >= 1. Required for flat arrays, which are row-major; a list with the length of each if they differ. */
  rowLength?: number | readonly number[];
  /**
   * Uses the first `classes` numbers of each row: vocabularies are padded, and not all alike. The numbers that are left out may have 1e-6 of
   * the mass of their row. Rows that are longer are copied, and a gradient has
   * `classes` numbers per row.
   */
  classes?: number;
  /** Rows with this label are ignored; -100 by default. */
  ignoreIndex?: number;
  /** Which rows count: one entry per row, 1 or `true`. The others are not looked at: they add nothing, and have a gradient of 0. */
  mask?: Mask;
  /**
   * What a row of soft targets is that are all 0: `"error"` (the default), or `"ignore"`: without a loss, as of an ignored label. It adds
   * nothing, does not count in the mean, and has a gradient of 0; its logits are not looked at.
   */
  zeroTargets?: "error" | "ignore";
  /** ε, from 0 to 1: the target becomes (1 - ε)·target + ε/classes. 0 by default. */
  labelSmoothing?: number;
  /** w: one weight >= 0 per class, which multiplies the part of the loss that the class has. 1 by default. */
  classWeights?: Numbers;
  /** τ: divides the logits; positive, 1 by default. */
  temperature?: number;
  /** λ >= 0: adds λ·(ln Σ e^(z/τ))² to the loss of each row, which keeps ln Σ e^(z/τ) near 0. 0 by default. */
  zLoss?: number;
  /**
   * `"mean"` (the default): Σ loss / Σ wᵧ over the rows that are not ignored, where wᵧ is the weight of the label, and the loss includes
   * what `zLoss` adds; for soft targets, Σ loss divided by the number of rows. `"sum"`: Σ loss. `"none"`: the loss of each row, in `perRow`.
   */
  reduction?: Reduction;
  /**
   * `true`: returns d loss / d logits in a new array. An array of the logits' type: writes it there; to a Float16Array, rounded. It may be the logits themselves: then the losses are
   * computed first, so that an error leaves the logits as they were. The loss is the same but for rounding: in rows of more than 32 KiB its
   * sum is made in another pass.
   */
  gradient?: boolean | Float32Array | Float64Array | Float16;
}

/** The result of {@link index!crossEntropyLoss}. */
export interface CrossEntropyLoss {
  /** The loss in nats; with `reduction: "none"`, the sum over rows. */
  loss: number;
  /** The number of rows that were not ignored. */
  count: number;
  /** With `reduction: "none"`: the loss of each row, 0 for ignored rows, NaN for rows that the mask leaves out. */
  perRow?: Float64Array;
  /** With `gradient`: d loss / d logits, of the logits' type; with `reduction: "none"`, the gradient of each row's own loss. */
  gradient?: FloatArray;
}

const KEYS = [
  "rowLength",
  "classes",
  "ignoreIndex",
  "mask",
  "zeroTargets",
  "labelSmoothing",
  "classWeights",
  "temperature",
  "zLoss",
  "reduction",
  "gradient",
] as const;
const REDUCTIONS: readonly Reduction[] = ["mean", "sum", "none"];
const ZERO_TARGETS: readonly unknown[] = ["error", "ignore"];
const NAME = "crossEntropyLoss";

const plainRow = (argument: string, source: Vector, start: number): NamedRow => ({
  argument,
  source,
  start,
  scale: 1,
  kind: "probabilities",
});

/** The loss of each row and its square. Arrays: the logits, the labels or soft targets, the weights, the gradient. */
const crossEntropyLoop: Loop<LossSettings> = (backend, arrays, settings, from, to, values) => {
  const { width } = settings;
  const { precision, length } = settings.call;
  const [source, targets, weights] = arrays as Vector[];
  const gradient = arrays[3] as FloatArray | undefined;
  const matrices = settings.hasLabels ? [source, gradient] : [source, targets, gradient];
  const most = settings.isExtreme ? 0 : backend.rowsAtOnce(precision, length, matrices);
  // weighted targets are staged
  const atOnce = weights && !settings.hasLabels ? Math.min(most, Math.floor(CHUNK[precision] / length)) : most;
  const step = Math.max(1, atOnce);
  for (let r = from; r < to; r += step) {
    const count = Math.min(step, to - r);
    const at = width * (r - from);
    if (atOnce === 0) values.fill(Number.NaN, at, at + width * count);
    else if (!computeRows(backend, settings, source, targets, weights, gradient, r, count, values, at)) continue;
    for (let i = 0; i < count; i++) {
      if (Number.isNaN(values[at + width * i])) {
        computeRow(backend, settings, source, targets, weights, gradient, r + i, values, at + width * i);
      }
    }
  }
};

/** Row r by itself. */
function computeRow(
  backend: Backend,
  settings: LossSettings,
  source: Vector,
  targets: Vector,
  weights: Vector | undefined,
  gradient: FloatArray | undefined,
  r: number,
  values: Float64Array,
  at: number,
): void {
  const { length } = settings.call;
  const start = r * length;
  if (settings.hasLabels && targets[r] < 0) {
    gradient?.fill(0, start, start + length);
    values.fill(0, at, at + settings.width);
    return;
  }
  const row: NamedRow = { argument: "logits", source, start, scale: 1, kind: "logits" };
  const target = settings.hasLabels ? targets[r] : plainRow("targets", targets, start);
  const classWeights = weights && plainRow("classWeights", weights, 0);
  const [own, square] = lossOfRow(backend, settings, row, target, classWeights, gradient);
  values[at] = own;
  if (settings.width === 2) values[at + 1] = square;
}

function prepareCrossEntropyLoss(
  givenLogits: Matrix,
  givenTargets: GivenLabels | Matrix,
  options: CrossEntropyLossOptions = {},
): Work<CrossEntropyLoss, LossSettings> {
  checkCallOptions(NAME, options, KEYS);
  const { ignoreIndex = -100, labelSmoothing = 0, zLoss = 0, reduction = "mean", zeroTargets = "error" } = options;
  const sources = [givenLogits as Vector];
  const { rows, rowLength } = openRows(NAME, ["logits"], sources, options);
  const [logits] = sources;
  const mask = readMask(NAME, options.mask, rows);
  checkReduction(NAME, reduction, REDUCTIONS);
  checkIgnoreIndex(NAME, ignoreIndex);
  if (!ZERO_TARGETS.includes(zeroTargets)) {
    throw new RangeError(`${NAME}: zeroTargets is ${show(zeroTargets)}; it must be "error" or "ignore"`);
  }
  checkNumber(NAME, "labelSmoothing", labelSmoothing, (x) => x >= 0 && x <= 1, "from 0 to 1");
  checkNumber(NAME, "zLoss", zLoss, (x) => x >= 0 && x < Number.POSITIVE_INFINITY, "finite and >= 0");
  const precision = precisionOf([logits]);
  const { wanted, given } = gradientOption(NAME, options.gradient);
  const gradient = wanted ? checkOut(NAME, given, precision, logits.length, [logits], "gradient") : undefined;
  const draft = draftOf(NAME, gradient, precision);
  const call: Call = {
    functionName: NAME,
    precision,
    length: rowLength,
    normalize: true,
    unit: 1,
    temperature: temperatureOf(NAME, options.temperature),
  };
  const classWeights = options.classWeights === undefined ? undefined : readWeights(call, options.classWeights);
  const data = dataOf(NAME, "targets", givenTargets) as Labels | Vector;
  const isList = describe(data) === "[object Array]" && data.length === rows && typeof data[0] !== "object";
  const isSoft = !isLabelArray(data) && !isList;
  const targets = isSoft ? readTargets(givenTargets, options.format, logits.length, rows, rowLength) : data;
  if (gradient) {
    checkApart(NAME, "gradient", gradient, "targets", targets);
    checkApart(NAME, "gradient", gradient, "classWeights", classWeights);
  }
  const weightScale = scaleOfWeights(classWeights);
  const weights =
    weightScale === 1 ? classWeights : Float64Array.from(classWeights as Vector, (weight) => weight * weightScale);

  const hint = targets.length === logits.length ? "; one-hot targets must be in a Float32Array" : "";
  const labels = isSoft
    ? undefined
    : readLabels(NAME, "targets", targets as Labels, rows, rowLength, ignoreIndex, mask, hint);
  const counted = isSoft && zeroTargets === "ignore" ? withTargets(mask, targets as Vector, rows, rowLength) : mask;
  const count = labels === undefined ? countRows(NAME, counted, rows, reduction === "mean") : countLabels(labels);
  const scales = scalesOf(reduction, weights, weightScale, labels, count);
  const width = zLoss === 0 ? 1 : 2;
  const work: Work<CrossEntropyLoss, LossSettings> = {
    functionName: NAME,
    loopName: NAME,
    loop: crossEntropyLoop,
    rows,
    width,
    arrays: [
      { array: logits, perRow: rowLength },
      labels ? { array: labels, perRow: 1 } : { array: targets as Vector, perRow: rowLength },
      weights && { array: weights, perRow: 0 },
      draft && { array: draft, perRow: rowLength, isWritten: true },
    ],
    settings: {
      call,
      smoothing: labelSmoothing,
      zLoss,
      weightSum: weights ? sumOfAll(weights) : rowLength,
      hasLabels: labels !== undefined,
      scales,
      width,
      isExtreme:
        weightScale !== 1 ||
        (gradient !== undefined && !(Math.max(1 / call.temperature, scales.loss, zLoss * zLoss) <= 2 ** 60)),
    },
    guard,
    finish: (values) => {
      bringGradient(gradient, draft);
      const perRow = reduction === "none" ? new Float64Array(rows) : undefined;
      const squareOf = (r: number) => (width === 2 ? values[2 * r + 1] : 0);
      if (perRow) for (let r = 0; r < rows; r++) perRow[r] = values[width * r] * scales.loss + squareOf(r);
      const squares = width === 2 ? scaledSum(values, scales.zLoss, 1, width) : 0;
      return {
        loss: scaledSum(values, scales.loss, 0, width) + squares,
        count,
        ...(perRow && { perRow }),
        ...(gradient && { gradient }),
      };
    },
  };
  return selectForLoss(work, counted, [draft], mask);
}

/** The mask without rows whose targets are all 0. */
function withTargets(mask: Uint8Array | undefined, targets: Vector, rows: number, rowLength: number): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, r) => {
    let i = mask?.[r] === 0 ? rowLength : 0;
    while (i < rowLength && targets[r * rowLength + i] === 0) i++;
    return i < rowLength ? 1 : 0;
  });
}

function readWeights(call: Call, given: Numbers): Vector {
  const weights = openRow(NAME, "classWeights", given, undefined, true);
  if (weights.length !== call.length) {
    throw new RangeError(`${NAME}: classWeights has ${weights.length} numbers for ${call.length} classes`);
  }
  checkNumbers(call, plainRow("classWeights", weights, 0), "weights");
  return weights;
}

function readTargets(
  given: unknown,
  format: NumberFormat | undefined,
  length: number,
  rows: number,
  rowLength: number,
): Vector {
  const { data, rowLength: own = rowLength } = open(NAME, "targets", given, format);
  if (data.length === length && own === rowLength) return data;
  if (data.length === rows) {
    throw new TypeError(`${NAME}: targets is ${describe(given)}; labels must be in an array of integers`);
  }
  throw new RangeError(
    `${NAME}: targets has ${data.length} numbers; it must have a label for each of ${rows} rows, ` +
      `or a probability for each of ${length} logits`,
  );
}

/** A power of 2 that takes the largest weight to [1, 2), where products with it might leave the range of f32. */
function scaleOfWeights(weights: Vector | undefined): number {
  let most = 0;
  if (weights) for (let i = 0; i < weights.length; i++) most = Math.max(most, weights[i]);
  return most === 0 || (most >= 2 ** -60 && most <= 2 ** 60) ? 1 : scaleToOne(most);
}

/** Of losses that are `weightScale` times too large, and of squares. */
function scalesOf(
  reduction: Reduction,
  weights: Vector | undefined,
  weightScale: number,
  labels: Int32Array | undefined,
  count: number,
): Scales {
  if (reduction === "mean" && count === 0) throw new RangeError(`${NAME}: every row is ignored, which leaves no mean`);
  if (reduction !== "mean" || labels === undefined || weights === undefined) {
    const scale = reduction === "mean" ? 1 / count : 1;
    return { loss: scale / weightScale, zLoss: scale };
  }
  const sum = new Sum();
  for (const label of labels) if (label >= 0) sum.add(weights[label]);
  if (sum.value === 0) throw new RangeError(`${NAME}: the weights of all labels are 0, which leaves no mean`);
  const scale = finite(1 / sum.value);
  return { loss: scale, zLoss: scale * weightScale };
}

/**
 * The loss of one row against its label, or its row of targets, and λ·(ln Σ e^z)². With u the target times its weight, U = Σu:
 * U·ln Z - Σ u·x. Its gradient is (softmax·(U + 2λ·ln Σ e^z) - u)/temperature, each part times its scale.
 *
 * All that is read of the logits is read before the gradient is written, which may be in their place.
 */
function lossOfRow(
  backend: Backend,
  settings: LossSettings,
  row: NamedRow,
  target: number | NamedRow,
  weights: NamedRow | undefined,
  gradient: FloatArray | undefined,
  wanted: Precision = settings.isExtreme ? "f64" : settings.call.precision,
): [loss: number, square: number] {
  const { call, smoothing, zLoss, scales } = settings;
  const { length } = call;
  const find = typeof target === "number" && !gradient ? findSums : findLogits;
  const logits = find(backend, call, [row], wanted);
  const { scale, lift, found } = logits;
  const largest = largestOf(found[0]);

  // u = (1 - ε)·w·target + ε/K·w: the first part, and the second, which is of every class
  const share = 1 - smoothing;
  const even = smoothing / length;
  const soft = typeof target === "number" ? undefined : weighted(target, weights);
  const own = soft
    ? softTargets(backend, call, logits, row, target as NamedRow, soft, weights === undefined)
    : ofLabel(row, target as number, weights, logits);
  const all = smoothing > 0 ? ofAll(backend, call, logits, row, weights, settings.weightSum) : { sum: 0, products: 0 };
  if (Number.isNaN(own.products + all.products)) {
    return lossOfRow(backend, settings, row, target, weights, gradient, "f64");
  }

  const z = gradient
    ? exponentials(backend, call, logits, row.start, gradient)
    : sumOfExponentials(backend, call, logits);
  const logSum = ln(z);
  const lossOf = (part: number, { sum, products }: Products) => (part === 0 ? 0 : part * (sum * logSum - products));
  const logSumExp = largest * scale + logSum;

  const losses: [number, number] = [
    lossOf(share, own) + lossOf(even, all),
    zLoss === 0 ? 0 : zLoss * logSumExp * logSumExp,
  ];
  if (gradient) {
    const sum = share * own.sum + even * all.sum;
    const pull = zLoss === 0 ? 0 : finite(scales.zLoss * 2 * zLoss * logSumExp);
    const size = finite(scales.loss * Math.max(sum, 1) + Math.abs(pull));
    // what may be too large, 1/temperature among it, comes last: times 0 it is 0
    const isPlain = lift === 1 && scale * size < Number.POSITIVE_INFINITY;
    const first = isPlain ? scale : scaleToOne(size);
    const factor = first * finite(scales.loss * sum + pull);
    const lessOf = (part: number) => first * scales.loss * part;
    const result: Row = { source: gradient, start: row.start, scale: 1 };
    const subtract = (times: number, subtrahend: Row | undefined, less: number) => {
      backend.fields = fieldsFor(logits, { factor: times, less });
      const rows = subtrahend ? [result, subtrahend] : [result];
      map(
        backend,
        subtrahend ? kernels.lessTargets : kernels.scaled,
        logits.precision,
        rows,
        length,
        gradient,
        row.start,
      );
    };
    if (soft) {
      subtract(factor / z, soft, lessOf(share));
      if (smoothing > 0) subtract(1, weights, lessOf(even));
    } else {
      subtract(factor / z, smoothing > 0 ? weights : undefined, lessOf(even));
      // the label's own number anew, in f64: softmax - 1 would have lost what the softmax is short of 1
      const label = target as number;
      const weight = weights === undefined ? 1 : weights.source[label];
      gradient[row.start + label] = factor * exp(own.exponent - logSum) - lessOf((share + even) * weight);
    }
    if (isPlain) return losses;
    const last = (scale / first) * lift;
    for (const times of Number.isFinite(last) ? [last] : [1 / first, scale, lift]) {
      backend.fields = fieldsFor(logits, { factor: times });
      map(backend, kernels.scaled, "f64", [result], length, gradient, row.start);
    }
  }
  return losses;
}

const finite = (x: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, x));

/** Σu and Σ u·x: NaN where f32 is not wide enough for it. */
interface Products {
  readonly sum: number;
  readonly products: number;
}

/** Of one label; and its x. */
function ofLabel(
  { source, start }: NamedRow,
  label: number,
  weights: NamedRow | undefined,
  logits: Logits,
): Products & { exponent: number } {
  const exponent = exponentOfLogit(logits, logits.found[0], source[start + label]);
  const sum = weights === undefined ? 1 : weights.source[label];
  return { sum, products: sum === 0 ? 0 : sum * exponent, exponent };
}

/** A row of targets, class by class times the weights. */
const weighted = (target: NamedRow, weights: NamedRow | undefined): Row =>
  weights === undefined ? target : { ...target, weights: weights.source };

/** What Σ u·x is where it is too large for a number, or u > 0 where x is -Infinity. Without targets, the logits as such are none that are 0. */
const tooLarge = (call: Call, { precision }: Logits, targets: NamedRow | undefined, row: NamedRow): number =>
  precision === "f64" || isInfinite(call, targets ?? { ...row, kind: "probabilities" }, row)
    ? Number.NEGATIVE_INFINITY
    : Number.NaN;

/** Of a row of targets. */
function softTargets(
  backend: Backend,
  call: Call,
  logits: Logits,
  row: NamedRow,
  target: NamedRow,
  weighted: Row,
  isDistribution: boolean,
): Products & { exponent: number } {
  const [found] = logits.found;
  backend.fields = fieldsFor(logits, { bShift: found.largest });
  const flags = backend.reduce(kernels.softTargets, logits.precision, [weighted, found.row], call.length);
  if (flags & UNUSUAL) checkNumbers(call, target);
  const sum = flags & UNUSUAL || !isDistribution ? sumOf(call, target) : backend.total(1);
  if (target.argument === "targets" && !(Math.abs(sum - 1) <= 1e-2)) {
    const hint = sum === 0 ? '; to leave out such rows pass { zeroTargets: "ignore" }' : "";
    throw new RangeError(`${NAME}: ${nameOfRow(call, target)} sums to ${sum}, not to 1${hint}`);
  }
  if (flags & UNUSUAL) {
    const products = tooLarge(call, logits, target, row);
    const { weights } = weighted;
    const total = new Sum();
    for (let i = 0; weights && i < call.length; i++) total.add(target.source[target.start + i] * weights[i]);
    return { sum: weights ? total.value : sum, products, exponent: Number.NaN };
  }
  found.sum ??= backend.total(2);
  return { sum: isDistribution ? sum : backend.total(1), products: backend.total(0), exponent: Number.NaN };
}

/** Of all classes alike, or each with its weight. */
function ofAll(
  backend: Backend,
  call: Call,
  logits: Logits,
  row: NamedRow,
  weights: NamedRow | undefined,
  sum: number,
): Products {
  if (weights) return { sum, products: softTargets(backend, call, logits, row, weights, weights, false).products };
  backend.fields = fieldsFor(logits);
  const flags = backend.reduce(kernels.sumOfLogits, logits.precision, [logits.found[0].row], call.length);
  if (!(flags & UNUSUAL)) return { sum, products: backend.total(0) * logits.scale };
  return { sum, products: tooLarge(call, logits, undefined, row) };
}

/** e^x of a row to `out`; their sum. */
function exponentials(backend: Backend, call: Call, logits: Logits, start: number, out: FloatArray): number {
  backend.fields = fieldsFor(logits);
  map(backend, kernels.exponentials, logits.precision, [logits.found[0].row], call.length, out, start);
  return backend.total(1);
}

/**
 * Computes the cross-entropy of rows of logits z and labels or soft targets t, the mean over rows of -Σ wᵧtᵧ ln softmax(z/τ)ᵧ, and its
 * gradient.
 *
 * Weights, smoothing, ignored rows and the mean have the semantics of PyTorch's `cross_entropy`. O(rows·classes) time; no memory except for
 * the gradient.
 *
 * @param logits - A row-major matrix with rows of `rowLength` classes; finite, or -Infinity.
 * @param targets - One label per row, from 0 to rowLength - 1 (an array of integers, also of 64 bits); or a matrix of probabilities, one row
 * per row of logits, each with a sum within 1e-2 of 1 (a Float32Array, a Float64Array or an array of numbers).
 * @returns The loss in nats: Infinity if a target > 0 has a logit of -Infinity. Error of a row's cross-entropy: 1e-6 (f32) or 1e-13 (f64) of
 * max(1, |value|).
 * @throws TypeError for an argument that is not an array of numbers, a label that is not a number, a `gradient` of another type than the
 * logits, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a logit that is NaN or Infinity, a row that has only -Infinity, a label out of range, targets that are negative or
 * do not sum to 1, lengths that do not match, a `gradient` that overlaps an argument in part, a mean of no rows, and an option out of range.
 * @example
 * crossEntropyLoss([0, 0, 0, 0], [1, 0], { rowLength: 2 }).loss; // 0.6931471805599453
 * crossEntropyLoss([0, 0, 0, 0], [1, 0], { rowLength: 2, gradient: true }).gradient; // Float64Array [0.25, -0.25, -0.25, 0.25]
 * @see {@link crossEntropy}: for two distributions; {@link perplexity}: e to the mean
 * @see PyTorch, torch.nn.functional.cross_entropy
 * @see A. Chowdhery et al., PaLM: Scaling Language Modeling with Pathways (2022), for `zLoss`
 * @category Losses
 */
export const crossEntropyLoss: Loss<
  [logits: Matrix, targets: GivenLabels | Matrix],
  CrossEntropyLossOptions,
  CrossEntropyLoss
> = /* @__PURE__ */ loss({
  name: "crossEntropyLoss",
  loopName: "crossEntropyLoss",
  loop: crossEntropyLoop,
  count: 2,
  prepare: prepareCrossEntropyLoss,
});
