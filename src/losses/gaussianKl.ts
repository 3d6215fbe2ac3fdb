// KL of diagonal Gaussians, the term that a variational autoencoder's loss has beside the reconstruction, with its gradient.

import { type Backend, type FloatArray, UNUSUAL, type Vector } from "../backends/backend.js";
import { COLUMNS, SHARED, SKIP } from "../backends/batch.js";
import { type Fields, NO_FIELDS } from "../backends/fields.js";
import type { Float16 } from "../backends/halves.js";
import type { Kernel } from "../backends/kernel.js";
import * as kernels from "../backends/kernels.js";
import { bringOut, map, placeOut } from "../backends/writing.js";
import { type Call, checkCallOptions, type NamedRow, placeOf, precisionOf } from "../call/arguments.js";
import { checkApart, checkOut, openRows } from "../call/calls.js";
import { type Loss, loss } from "../call/forms.js";
import { type Matrix, type Numbers, open, openRow } from "../call/inputs.js";
import { countRows, readMask, selectForLoss } from "../call/masks.js";
import type { EngineOption, Mask } from "../call/options.js";
import { allocate, checkKeys, checkNumber, describe, isOptions, mustBe } from "../engine/checks.js";
import { guard } from "../engine/overlap.js";
import type { Loop, Work } from "../engine/work.js";
import { totalAt } from "../measures/batches.js";
import { SMALLEST_NORMAL_F64 } from "../numbers/lanes.js";
import { exp, expm1, expm1Minus } from "../numbers/scalar.js";
import { Sum, scaledSum } from "../numbers/twofold.js";
import { bringGradient, checkReduction, draftOf, type Reduction } from "./labels.js";

/** A gradient with respect to means and log-variances: matrices of the same shapes as the arguments. */
export interface GaussianGradient {
  /** d / d mean. */
  mean: FloatArray;
  /** d / d logVariance. */
  logVariance: FloatArray;
}

/** The options of {@link index!gaussianKl}. */
export interface GaussianKlOptions extends EngineOption {
  /** The number of latent dimensions, which is the length of a row. By default `mean` is one row. Matrices are row-major. */
  rowLength?: number;
  /** Which rows count: one entry per row, 1 or `true`. The others are not looked at: they add nothing, and have a gradient of 0. */
  mask?: Mask;
  /** Means m of the other Gaussian: one row for all rows, or a matrix; 0 by default. */
  priorMean?: Matrix;
  /** Logarithms w of the variances of the other Gaussian: one row for all rows, or a matrix; 0 by default. */
  priorLogVariance?: Matrix;
  /** `"mean"` (the default): the mean over rows. `"sum"`: the sum. `"none"`: the number of each row, in `perRow`. */
  reduction?: Reduction;
  /**
   * `true`: returns the gradient in new arrays. A pair of arrays of the arguments' type: writes it there, to a Float16Array rounded; they may be the arguments
   * themselves.
   */
  gradient?:
    | boolean
    | { mean: Float32Array | Float64Array | Float16; logVariance: Float32Array | Float64Array | Float16 };
}

/** The result of {@link index!gaussianKl}. */
export interface GaussianKl {
  /** The divergence in nats: the mean over rows; with `"sum"` and `"none"`, the sum. */
  kl: number;
  /** The number of rows. */
  count: number;
  /** With `reduction: "none"`: the divergence of each row. */
  perRow?: Float64Array;
  /** d kl / d mean and d kl / d logVariance; with `reduction: "none"`, the gradient of each row's own divergence. */
  gradient?: GaussianGradient;
}

/** The options of {@link index!elbo}. */
export interface ElboOptions extends GaussianKlOptions {
  /** β: the factor of the divergence, as in a β-VAE; 1 by default. */
  beta?: number;
}

/** The result of {@link index!elbo}. */
export interface Elbo {
  /** logLikelihood - β·kl: a lower bound of the evidence ln p(x) if β = 1. */
  elbo: number;
  /** In nats: the mean over rows; with `"sum"` and `"none"`, the sum. */
  logLikelihood: number;
  /** The divergence in nats: the mean over rows; with `"sum"` and `"none"`, the sum. */
  kl: number;
  /** The number of rows. */
  count: number;
  /** With `reduction: "none"`: the bound of each row. */
  perRow?: Float64Array;
  /** The part of d elbo / d mean and d elbo / d logVariance that comes from the divergence: -β times its gradient. */
  gradient?: GaussianGradient;
}

const KL_KEYS = ["rowLength", "mask", "priorMean", "priorLogVariance", "reduction", "gradient"] as const;
const ELBO_KEYS = [...KL_KEYS, "beta"] as const;
const REDUCTIONS = ["mean", "sum", "none"] as const;
const NAMES = ["mean", "logVariance", "priorMean", "priorLogVariance"] as const;

interface GaussianSettings {
  /** Its rows may be several of the matrices': all that are summed. */
  readonly call: Call;
  /** Of the matrices. */
  readonly rowLength: number;
  readonly isStandard: boolean;
  /** Times the gradient. */
  readonly slope: number;
}

/** Throws for the first number of a row that is not finite. */
function checkFinite({ functionName, length: count }: Call, rowLength: number, row: NamedRow): void {
  for (let i = 0; i < count; i++) {
    const x: unknown = row.source[row.start + i];
    if (typeof x === "number" && Number.isFinite(x)) continue;
    const isNumber = typeof x === "number";
    const error = isNumber ? RangeError : TypeError;
    const place = `${functionName}: ${placeOf({ length: rowLength }, row, i).replace("class", "dimension")}`;
    throw new error(
      `${place} is ${isNumber ? x : describe(x)}; ${kindOf(row)} must be ${isNumber ? "finite" : "numbers"}`,
    );
  }
}

const kindOf = ({ argument }: NamedRow): string => (/ean$/.test(argument) ? "means" : "log-variances");

const numberAt = (row: NamedRow | undefined, i: number): number => (row === undefined ? 0 : row.source[row.start + i]);

/** c·e^x, which may be a number where e^x is too large or too small for one. */
function timesExp(c: number, x: number): number {
  const power = exp(x);
  if (power >= SMALLEST_NORMAL_F64 && power < Number.POSITIVE_INFINITY) return c * power;
  return c === 0 ? 0 : c * exp(x / 2) * exp(x / 2);
}

/** Where e^x is not far from too large. */
const LARGE = 700;

/** c·(e^x - 1), and c·(e^x - 1 - x). */
const timesExpm1 = (c: number, x: number): number => (x > LARGE ? timesExp(c, x) - c : c * expm1(x));
const timesExpm1Minus = (c: number, x: number): number =>
  x > LARGE ? timesExp(c, x) - c * (1 + x) : c * expm1Minus(x);

/** The divergence of a row, dimension by dimension in f64: where exponentials leave the kernels' range. */
function wideKl(length: number, [mean, logVariance, otherMean, otherLogVariance]: readonly NamedRow[]): number {
  const sum = new Sum();
  for (let i = 0; i < length; i++) {
    const w = numberAt(otherLogVariance, i);
    // d²·e^-w, which may be finite where d² or e^-w is not
    const standardized = timesExp(numberAt(mean, i) - numberAt(otherMean, i), -w / 2);
    sum.add(timesExpm1Minus(0.5, numberAt(logVariance, i) - w) + standardized * (0.5 * standardized));
  }
  return sum.value;
}

/** The divergence of `count` rows from row `first` on, and their gradients; NaN for those that are to be computed by themselves. */
function computeRows(
  backend: Backend,
  { call, isStandard, slope }: GaussianSettings,
  sources: readonly Vector[],
  [toMean, toLogVariance]: readonly (FloatArray | undefined)[],
  first: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const { precision, length } = call;
  const { table } = backend;
  for (let i = 0; i < sources.length; i++) {
    const start = sources[i].length > length ? first * length : 0;
    if (backend.place(i, precision, sources[i], start, length, count)) continue;
    values.fill(Number.NaN, at, at + count);
    return;
  }
  const kernel = isStandard ? kernels.gaussianKl : kernels.gaussianKlBetween;
  backend.runRows(kernel, precision, length, count, SHARED);
  for (let r = 0, line = 0; r < count; r++, line += COLUMNS) {
    const isUsual = table[line] === 0;
    values[at + r] = isUsual ? (totalAt(table, line, 0) + totalAt(table, line, 1)) / 2 : Number.NaN;
  }
  if (toMean === undefined || toLogVariance === undefined) return;
  const write = (kernel: Kernel, operand: number, out: FloatArray, fields: Fields) => {
    backend.fields = fields;
    placeOut(backend, precision, out, first * length, length);
    backend.runRows(kernel, precision, length, count, SHARED | SKIP, operand);
    bringOut(backend, precision, out, first * length, length, count);
  };
  const ofMean = { ...NO_FIELDS, factor: slope, slope };
  const ofVariance = { ...NO_FIELDS, slope: slope / 2 };
  if (isStandard) {
    write(kernels.scaled, 0, toMean, ofMean);
    write(kernels.varianceGradient, 1, toLogVariance, ofVariance);
    return;
  }
  // log-variances and the other's side by side; then means, the other's, and the other's log-variances
  backend.repeatOperand(1, 4);
  backend.repeatOperand(3, 5);
  backend.repeatOperand(0, 1);
  write(kernels.meanGradient, 1, toMean, ofMean);
  write(kernels.varianceGradientBetween, 4, toLogVariance, ofVariance);
}

/** The same of row r by itself. */
function rowKl(
  backend: Backend,
  settings: GaussianSettings,
  rows: readonly NamedRow[],
  toMean: FloatArray | undefined,
  toLogVariance: FloatArray | undefined,
  r: number,
): number {
  const { call, rowLength, isStandard } = settings;
  const kernel = isStandard ? kernels.gaussianKl : kernels.gaussianKlBetween;
  const isWide = (backend.reduce(kernel, call.precision, rows, call.length) & UNUSUAL) !== 0;
  if (isWide) for (const row of rows) checkFinite(call, rowLength, row);
  const value = isWide ? wideKl(call.length, rows) : (backend.total(0) + backend.total(1)) / 2;
  if (toMean !== undefined && toLogVariance !== undefined) {
    const write = isWide ? writeWideGradient : writeGradient;
    write(backend, settings, rows, toMean, toLogVariance, r * call.length);
  }
  return value;
}

/** The divergence of each row. Arrays: both arguments, the other Gaussian where it is not the standard one, both gradients. */
const gaussianLoop: Loop<GaussianSettings> = (backend, arrays, settings, from, to, values) => {
  const { call, isStandard } = settings;
  const sources = arrays.slice(0, isStandard ? 2 : 4) as Vector[];
  const [toMean, toLogVariance] = arrays.slice(NAMES.length) as (FloatArray | undefined)[];
  const rowAt = (i: number, r: number): NamedRow => ({
    argument: NAMES[i],
    source: sources[i],
    start: sources[i].length > call.length ? r * call.length : 0,
    scale: 1,
    kind: "probabilities",
  });
  const { precision, length } = call;
  const outputs = [toMean, toLogVariance];
  const atOnce = backend.rowsAtOnce(precision, length, [...sources, ...outputs]);
  const step = Math.max(1, atOnce);
  for (let r = from; r < to; r += step) {
    const count = Math.min(step, to - r);
    if (atOnce > 0) computeRows(backend, settings, sources, outputs, r, count, values, r - from);
    else values[r - from] = Number.NaN;
    for (let i = r - from; i < r - from + count; i++) {
      if (!Number.isNaN(values[i])) continue;
      const row = sources.map((_, operand) => rowAt(operand, from + i));
      values[i] = rowKl(backend, settings, row, toMean, toLogVariance, from + i);
    }
  }
};

function writeGradient(
  backend: Backend,
  { call: { precision, length }, isStandard, slope }: GaussianSettings,
  [mean, logVariance, otherMean, otherLogVariance]: readonly NamedRow[],
  toMean: FloatArray,
  toLogVariance: FloatArray,
  at: number,
): void {
  backend.fields = { ...NO_FIELDS, factor: slope, slope };
  if (isStandard) map(backend, kernels.scaled, precision, [mean], length, toMean, at);
  else map(backend, kernels.meanGradient, precision, [mean, otherMean, otherLogVariance], length, toMean, at);
  backend.fields = { ...NO_FIELDS, slope: slope / 2 };
  if (isStandard) map(backend, kernels.varianceGradient, precision, [logVariance], length, toLogVariance, at);
  else
    map(
      backend,
      kernels.varianceGradientBetween,
      precision,
      [logVariance, otherLogVariance],
      length,
      toLogVariance,
      at,
    );
}

function writeWideGradient(
  _backend: Backend,
  { call: { length }, slope }: GaussianSettings,
  [mean, logVariance, otherMean, otherLogVariance]: readonly NamedRow[],
  toMean: FloatArray,
  toLogVariance: FloatArray,
  at: number,
): void {
  for (let i = 0; i < length; i++) {
    const w = numberAt(otherLogVariance, i);
    const v = numberAt(logVariance, i) - w;
    const standardized = timesExp(numberAt(mean, i) - numberAt(otherMean, i), -w / 2);
    toMean[at + i] = timesExp(standardized, -w / 2) * slope;
    toLogVariance[at + i] = timesExpm1(slope / 2, v);
  }
}

function prepareGaussian<Result extends object>(
  functionName: string,
  givenMean: Matrix,
  givenLogVariance: Matrix,
  options: GaussianKlOptions,
  beta: number,
  likelihoods: Vector | undefined,
  finish: (
    values: Float64Array,
    count: number,
    scale: number,
    gradient: GaussianGradient | undefined,
    mask: Uint8Array | undefined,
  ) => Result,
): Work<Result, GaussianSettings> {
  const { data, rowLength: ownLength = data.length } = open(functionName, "mean", givenMean, options.format);
  const { rowLength: givenLength = ownLength, reduction = "mean", gradient: wanted = false } = options;
  checkReduction(functionName, reduction, REDUCTIONS);
  const passed = NAMES.filter((name, i) => i < 2 || options[name as "priorMean"] !== undefined);
  const opened = passed.map((name, i) => [data, givenLogVariance][i] ?? options[name as "priorMean"]) as Vector[];
  const { rows, rowLength } = openRows(functionName, passed, opened, {
    rowLength: givenLength,
    format: options.format,
  });
  const given: Partial<Record<string, Vector>> = Object.fromEntries(passed.map((name, i) => [name, opened[i]]));
  const { priorMean, priorLogVariance } = given;
  const [mean, logVariance] = opened;
  for (const name of ["mean", "logVariance"] as const) {
    if (given[name]?.length === rows * rowLength) continue;
    throw new RangeError(`${functionName}: ${name} has one row; it must have ${rows}, as the others`);
  }
  const mask = readMask(functionName, options.mask, rows);
  if (likelihoods) checkLikelihoods(likelihoods, rows, mask);
  const precision = precisionOf(opened);
  const isStandard = passed.length === 2;
  const zeros = isStandard ? undefined : allocate(functionName, Float64Array, rowLength);
  const sources = isStandard ? [mean, logVariance] : [mean, logVariance, priorMean ?? zeros, priorLogVariance ?? zeros];
  const length = rows * rowLength;
  const gradient = gradientArrays(functionName, wanted, mean, logVariance, length);
  if (gradient) checkGradient(functionName, gradient, given);
  const gradients = gradient ? [gradient.mean, gradient.logVariance] : [];
  const drafts = gradients.map((part, i) => draftOf(functionName, part, precisionOf([opened[i]])));
  // what is to be summed is one row
  const isOne = reduction !== "none" && mask === undefined && sources.every((source) => source?.length === length);
  const perRow = isOne ? length : rowLength;
  const count = countRows(functionName, mask, rows, reduction === "mean");
  const scale = reduction === "mean" ? 1 / count : 1;
  const arrays = NAMES.map((_, i) => sources[i]);
  const work: Work<Result, GaussianSettings> = {
    functionName,
    loopName: "gaussianKl",
    loop: gaussianLoop,
    rows: length / perRow,
    width: 1,
    arrays: [
      ...arrays.map((array) => array && { array, perRow: array.length === length ? perRow : 0 }),
      ...drafts.map((array) => ({ array, perRow, isWritten: true })),
    ],
    settings: {
      call: { functionName, precision, length: perRow, normalize: true, unit: 1, temperature: 1 },
      rowLength,
      isStandard,
      slope: beta * scale,
    },
    guard,
    finish: (values) => {
      for (let i = 0; i < drafts.length; i++) bringGradient(gradients[i], drafts[i]);
      return finish(values, count, scale, gradient, mask);
    },
  };
  return selectForLoss(work, mask, drafts);
}

/** The arrays that a `gradient` option asks for. */
function gradientArrays(
  functionName: string,
  wanted: NonNullable<GaussianKlOptions["gradient"]>,
  mean: Vector,
  logVariance: Vector,
  length: number,
): GaussianGradient | undefined {
  if (wanted === false) return undefined;
  const given = (wanted === true ? {} : wanted) as Partial<GaussianGradient>;
  if (!isOptions(given)) {
    throw mustBe(functionName, "gradient", wanted, "true or { mean, logVariance }, arrays to write it to");
  }
  checkKeys(functionName, given, ["mean", "logVariance"]);
  for (const name of ["mean", "logVariance"] as const) {
    if (wanted !== true && given[name] === undefined)
      throw new TypeError(`${functionName}: gradient.${name} is undefined`);
  }
  return {
    mean: checkOut(functionName, given.mean, precisionOf([mean]), length, [mean], "gradient.mean"),
    logVariance: checkOut(
      functionName,
      given.logVariance,
      precisionOf([logVariance]),
      length,
      [logVariance],
      "gradient.logVariance",
    ),
  };
}

/** Throws where a part of the gradient lies over what the other is made of, or over the other. */
function checkGradient(
  functionName: string,
  gradient: GaussianGradient,
  given: Readonly<Record<string, unknown>>,
): void {
  checkApart(functionName, "gradient.mean", gradient.mean, "gradient.logVariance", gradient.logVariance);
  for (const part of ["mean", "logVariance"] as const) {
    for (const name of NAMES) {
      if (name !== part) checkApart(functionName, `gradient.${part}`, gradient[part], name, given[name]);
    }
  }
}

function prepareGaussianKl(
  mean: Matrix,
  logVariance: Matrix,
  options: GaussianKlOptions = {},
): Work<GaussianKl, GaussianSettings> {
  checkCallOptions("gaussianKl", options, KL_KEYS);
  return prepareGaussian("gaussianKl", mean, logVariance, options, 1, undefined, (values, count, scale, gradient) => ({
    kl: scaledSum(values, scale),
    count,
    ...(options.reduction === "none" && { perRow: values }),
    ...(gradient && { gradient }),
  }));
}

function prepareElbo(
  logLikelihood: number | Numbers,
  mean: Matrix,
  logVariance: Matrix,
  options: ElboOptions = {},
): Work<Elbo, GaussianSettings> {
  checkCallOptions("elbo", options, ELBO_KEYS);
  const { beta = 1 } = options;
  checkNumber("elbo", "beta", beta, (x) => x >= 0 && x < Number.POSITIVE_INFINITY, "finite and >= 0");
  const penalty = (kl: number) => (beta === 0 ? 0 : beta * kl); // of an infinite one too
  const given = typeof logLikelihood === "number" ? [logLikelihood] : logLikelihood;
  const likelihoods = openRow("elbo", "logLikelihood", given, options.format);
  return prepareGaussian(
    "elbo",
    mean,
    logVariance,
    options,
    -beta,
    likelihoods,
    (values, count, scale, gradient, mask) => {
      const counted = mask ? Float64Array.from(likelihoods, (x, r) => (mask[r] ? x : 0)) : likelihoods;
      const [kl, own] = [scaledSum(values, scale), scaledSum(counted, scale)];
      return {
        elbo: own - penalty(kl),
        logLikelihood: own,
        kl,
        count,
        ...(options.reduction === "none" && { perRow: values.map((value, r) => likelihoods[r] - penalty(value)) }),
        ...(gradient && { gradient }),
      };
    },
  );
}

/** Throws unless there is the logarithm of a likelihood for each row: of a density, so of any sign. */
function checkLikelihoods(likelihoods: Vector, rows: number, mask: Uint8Array | undefined): void {
  if (likelihoods.length !== rows) {
    throw new RangeError(`elbo: logLikelihood has ${likelihoods.length} numbers for ${rows} rows`);
  }
  for (let r = 0; r < rows; r++) {
    if (mask?.[r] === 0) continue;
    const x: unknown = likelihoods[r];
    if (typeof x !== "number") throw new TypeError(`elbo: logLikelihood[${r}] is ${describe(x)}; it must be a number`);
    if (!(x < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`elbo: logLikelihood[${r}] is ${x}; it must be finite or -Infinity`);
    }
  }
}

/**
 * Computes the KL divergence of diagonal Gaussians N(μ, e^l) from N(m, e^w), the standard normal distribution by default, as in the loss of a
 * variational autoencoder. For each row it is ½ Σ [e^v - 1 - v] + ½ Σ (μ - m)²·e^-w over the latent dimensions, where v = l - w.
 *
 * No terms cancel: the result is also accurate if a posterior has collapsed to the prior.
 *
 * @param mean - Means μ: a row-major matrix with rows of `rowLength` latent dimensions, or one row.
 * @param logVariance - Logarithms l of the variances, of the same shape.
 * @param options - `rowLength`; `priorMean` m and `priorLogVariance` w; `reduction` over rows; `gradient`: e^-w·(μ - m) and ½(e^v - 1).
 * @returns `kl` in nats, >= 0, and 0 for equal Gaussians; `count`; `perRow`; `gradient`, of the arguments' types. *Relative* error of a row:
 * 1e-6 (f32), 4e-15 (f64), also if the two are almost equal; in f64 for v >= 16 it is 2e-16·v, because v is rounded. O(rows·dimensions)
 * time; no memory except for the gradient.
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is not finite (a variance of 0 has no logarithm), lengths that do not match, and a gradient that would
 * overwrite numbers before they are read.
 * @example
 * gaussianKl([1, 0], [0, 0]).kl; // 0.5
 * @see {@link elbo}: includes the likelihood of the reconstruction
 * @see D. P. Kingma, M. Welling, Auto-Encoding Variational Bayes (2014), appendix B
 * @category Losses
 */
export const gaussianKl: Loss<[mean: Matrix, logVariance: Matrix], GaussianKlOptions, GaussianKl> =
  /* @__PURE__ */ loss({
    name: "gaussianKl",
    loopName: "gaussianKl",
    loop: gaussianLoop,
    count: 2,
    prepare: prepareGaussianKl,
  });

/**
 * Computes the evidence lower bound ln p(x|z) - β·KL(q(z|x)‖p(z)) that the training of a variational autoencoder maximises, for Gaussian
 * posteriors q with diagonal covariances.
 *
 * @param logLikelihood - ln p(x|z) of the reconstruction of each row, in nats, summed over the dimensions of x; a number if there is one row.
 * The `perRow` of {@link crossEntropyLoss} with `reduction: "none"` is this number with the opposite sign.
 * @param mean - Means of q(z|x): a row-major matrix with rows of `rowLength` latent dimensions, or one row.
 * @param logVariance - Logarithms of the variances, of the same shape.
 * @param options - The options of {@link gaussianKl}, and `beta` (1 by default).
 * @returns `elbo`, `logLikelihood` and `kl`: means over rows (sums with `"sum"` and `"none"`); `count`; `perRow`; `gradient`: the part of the
 * gradient with respect to mean and logVariance that comes from the divergence.
 * @throws TypeError for an argument that is not an array of numbers, and for an option that is unknown or of the wrong type.
 * @throws RangeError for a number that is not finite (a log-likelihood may be -Infinity), lengths that do not match, and a negative beta.
 * @example
 * elbo(-10, [1, 0], [0, 0]).elbo; // -10.5
 * @see {@link gaussianKl}
 * @see I. Higgins et al., β-VAE (2017), for β
 * @category Losses
 */
export const elbo: Loss<[logLikelihood: number | Numbers, mean: Matrix, logVariance: Matrix], ElboOptions, Elbo> =
  /* @__PURE__ */ loss({
    name: "elbo",
    loopName: "gaussianKl",
    loop: gaussianLoop,
    count: 3,
    prepare: prepareElbo,
  });
