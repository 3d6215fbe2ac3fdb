// KL of diagonal Gaussians, the term that a variational autoencoder's loss has beside the reconstruction, with its gradient.

import { type Backend, type FloatArray, UNUSUAL, type Vector } from "../backends/backend.js";
import { NO_FIELDS } from "../backends/fields.js";
import { type Call, checkOptions, checkVector, type NamedRow, placeOf, precisionOf } from "../call/arguments.js";
import { checkApart, checkOut, countRows } from "../call/calls.js";
import { checkKeys, describe } from "../engine/checks.js";
import type { Loop, Work } from "../engine/work.js";
import { exp, expm1, expm1Minus } from "../numbers/scalar.js";
import { Sum, sumOfAll } from "../numbers/twofold.js";
import { checkNumber, checkReduction, type Reduction } from "./labels.js";

/** A gradient in means and log-variances: matrices as the arguments are. */
export interface GaussianGradient {
  /** d / d mean. */
  mean: FloatArray;
  /** d / d logVariance. */
  logVariance: FloatArray;
}

/** The options of {@link index!gaussianKl}. */
export interface GaussianKlOptions {
  /** Latent dimensions: numbers a row of the row-major matrices. All of `mean` by default, which is then one row. */
  rowLength?: number;
  /** Means m of the other Gaussian: a row for all, or one for each; 0 by default. */
  priorMean?: Vector;
  /** Logarithms w of the other Gaussian's variances: a row for all, or one for each; 0 by default. */
  priorLogVariance?: Vector;
  /** `"mean"` over rows (the default), `"sum"`, or `"none"`. */
  reduction?: Reduction;
  /**
   * `true` for the gradient in new arrays, or a pair of arrays of the arguments' type to write it to, which may be the arguments
   * themselves.
   */
  gradient?: boolean | { mean: Float32Array | Float64Array; logVariance: Float32Array | Float64Array };
}

/** What {@link index!gaussianKl} gives. */
export interface GaussianKl {
  /** In nats: the mean over rows, or with `"sum"` and `"none"` their sum. */
  kl: number;
  /** Rows. */
  count: number;
  /** With `reduction: "none"`: the divergence of each row. */
  perRow?: Float64Array;
  /** d kl / d mean and d kl / d logVariance: with `"none"`, that of each row's own divergence. */
  gradient?: GaussianGradient;
}

/** The options of {@link index!elbo}. */
export interface ElboOptions extends GaussianKlOptions {
  /** What the divergence is multiplied by, as in a β-VAE; 1 by default. */
  beta?: number;
}

/** What {@link index!elbo} gives. */
export interface Elbo {
  /** logLikelihood - β·kl, a lower bound of the evidence ln p(x) where β is 1. */
  elbo: number;
  /** In nats: the mean over rows, or with `"sum"` and `"none"` their sum. */
  logLikelihood: number;
  /** The divergence, likewise. */
  kl: number;
  /** Rows. */
  count: number;
  /** With `reduction: "none"`: the bound of each row. */
  perRow?: Float64Array;
  /** d elbo / d mean and d elbo / d logVariance by way of the divergence, which is -β times its gradient. */
  gradient?: GaussianGradient;
}

const KL_KEYS = ["rowLength", "priorMean", "priorLogVariance", "reduction", "gradient"] as const;
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

/** Twice the divergence of a row, dimension by dimension in f64: where exponentials leave the kernels' range. */
function wideKl(length: number, [mean, logVariance, otherMean, otherLogVariance]: readonly NamedRow[]): number {
  const sum = new Sum();
  for (let i = 0; i < length; i++) {
    const w = numberAt(otherLogVariance, i);
    // d²·e^-w, which may be finite where d² or e^-w is not
    const standardized = (numberAt(mean, i) - numberAt(otherMean, i)) * exp(-w / 2);
    sum.add(expm1Minus(numberAt(logVariance, i) - w) + standardized * standardized);
  }
  return sum.value;
}

/** The divergence of each row. Arrays: both arguments, the other Gaussian where it is not the standard one, both gradients. */
export const gaussianLoop: Loop<GaussianSettings> = (backend, arrays, settings, from, to, values) => {
  const { call, rowLength, isStandard } = settings;
  const kernel = isStandard ? "gaussianKl" : "gaussianKlBetween";
  const sources = arrays.slice(0, isStandard ? 2 : 4) as Vector[];
  const [toMean, toLogVariance] = arrays.slice(NAMES.length) as (FloatArray | undefined)[];
  const rowAt = (i: number, r: number): NamedRow => ({
    argument: NAMES[i],
    source: sources[i],
    start: sources[i].length > call.length ? r * call.length : 0,
    scale: 1,
    kind: "probabilities",
  });
  const rows = sources.map((_, i) => rowAt(i, from));
  for (let r = from; r < to; r++) {
    for (let i = 0; i < rows.length; i++) if (r > from && sources[i].length > call.length) rows[i] = rowAt(i, r);
    const isWide = (backend.reduce(kernel, call.precision, rows, call.length) & UNUSUAL) !== 0;
    if (isWide) for (const row of rows) checkFinite(call, rowLength, row);
    values[r - from] = (isWide ? wideKl(call.length, rows) : backend.total(0) + backend.total(1)) / 2;
    if (toMean === undefined || toLogVariance === undefined) continue;
    const write = isWide ? writeWideGradient : writeGradient;
    write(backend, settings, rows, toMean, toLogVariance, r * call.length);
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
  if (isStandard) backend.map("scaled", precision, [mean], length, toMean, at);
  else backend.map("meanGradient", precision, [mean, otherMean, otherLogVariance], length, toMean, at);
  backend.fields = { ...NO_FIELDS, slope: slope / 2 };
  if (isStandard) backend.map("varianceGradient", precision, [logVariance], length, toLogVariance, at);
  else backend.map("varianceGradientBetween", precision, [logVariance, otherLogVariance], length, toLogVariance, at);
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
    const deviation = exp(-w / 2);
    toMean[at + i] = (numberAt(mean, i) - numberAt(otherMean, i)) * deviation * deviation * slope;
    toLogVariance[at + i] = expm1(v) * (slope / 2);
  }
}

function prepareGaussian<Result>(
  functionName: string,
  mean: Vector,
  logVariance: Vector,
  options: GaussianKlOptions,
  beta: number,
  likelihoods: Vector | undefined,
  finish: (values: Float64Array, rows: number, scale: number, gradient: GaussianGradient | undefined) => Result,
): Work<Result, GaussianSettings> {
  checkVector(functionName, "mean", mean);
  const { rowLength = mean.length, priorMean, priorLogVariance, gradient: wanted = false } = options;
  const reduction = checkReduction(functionName, options.reduction ?? "mean", REDUCTIONS);
  const given = { mean, logVariance, priorMean, priorLogVariance };
  const passed = NAMES.filter((name) => given[name] !== undefined || name === "logVariance");
  const rows = countRows(
    functionName,
    passed,
    passed.map((name) => given[name] as Vector),
    rowLength,
  );
  for (const name of ["mean", "logVariance"] as const) {
    if (given[name].length === rows * rowLength) continue;
    throw new RangeError(`${functionName}: ${name} has one row; it must have ${rows}, as the others`);
  }
  if (likelihoods) checkLikelihoods(likelihoods, rows);
  const precision = precisionOf(passed.map((name) => given[name] as Vector));
  const isStandard = passed.length === 2;
  const zeros = isStandard ? undefined : new Float64Array(rowLength);
  const sources = isStandard ? [mean, logVariance] : [mean, logVariance, priorMean ?? zeros, priorLogVariance ?? zeros];
  const length = rows * rowLength;
  const gradient = gradientArrays(functionName, wanted, mean, logVariance, length);
  if (gradient) checkGradient(functionName, gradient, given);
  // what is to be summed is one row
  const isOne = reduction !== "none" && sources.every((source) => source?.length === length);
  const perRow = isOne ? length : rowLength;
  const scale = reduction === "mean" ? 1 / rows : 1;
  const arrays = NAMES.map((_, i) => sources[i]);
  return {
    functionName,
    loopName: "gaussianKl",
    loop: gaussianLoop,
    rows: length / perRow,
    width: 1,
    arrays: [
      ...arrays.map((array) => array && { array, perRow: array.length === length ? perRow : 0 }),
      ...(gradient ? [gradient.mean, gradient.logVariance] : []).map((array) => ({ array, perRow, isWritten: true })),
    ],
    settings: {
      call: { functionName, precision, length: perRow, normalize: true, unit: 1, temperature: 1 },
      rowLength,
      isStandard,
      slope: beta * scale,
    },
    finish: (values) => finish(values, rows, scale, gradient),
  };
}

/** The arrays that a `gradient` option asks for. */
function gradientArrays(
  functionName: string,
  wanted: GaussianKlOptions["gradient"],
  mean: Vector,
  logVariance: Vector,
  length: number,
): GaussianGradient | undefined {
  if (wanted === false) return undefined;
  if (wanted !== true && (typeof wanted !== "object" || wanted === null)) {
    throw new TypeError(
      `${functionName}: gradient is ${describe(wanted)}; it must be true or { mean, logVariance }, arrays to write it to`,
    );
  }
  const given: Partial<GaussianGradient> = wanted === true ? {} : wanted;
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

export function gaussianKl(
  mean: Vector,
  logVariance: Vector,
  options: GaussianKlOptions = {},
): Work<GaussianKl, GaussianSettings> {
  checkOptions("gaussianKl", options, KL_KEYS);
  return prepareGaussian("gaussianKl", mean, logVariance, options, 1, undefined, (values, count, scale, gradient) => ({
    kl: sumOfAll(values) * scale,
    count,
    ...(options.reduction === "none" && { perRow: values }),
    ...(gradient && { gradient }),
  }));
}

export function elbo(
  logLikelihood: number | Vector,
  mean: Vector,
  logVariance: Vector,
  options: ElboOptions = {},
): Work<Elbo, GaussianSettings> {
  checkOptions("elbo", options, ELBO_KEYS);
  const beta = checkNumber(
    "elbo",
    "beta",
    options.beta ?? 1,
    (x) => x >= 0 && x < Number.POSITIVE_INFINITY,
    "finite and >= 0",
  );
  const penalty = (kl: number) => (beta === 0 ? 0 : beta * kl); // of an infinite one too
  const likelihoods = typeof logLikelihood === "number" ? [logLikelihood] : logLikelihood;
  checkVector("elbo", "logLikelihood", likelihoods);
  return prepareGaussian("elbo", mean, logVariance, options, -beta, likelihoods, (values, count, scale, gradient) => {
    const [kl, own] = [sumOfAll(values) * scale, sumOfAll(likelihoods) * scale];
    return {
      elbo: own - penalty(kl),
      logLikelihood: own,
      kl,
      count,
      ...(options.reduction === "none" && { perRow: values.map((value, r) => likelihoods[r] - penalty(value)) }),
      ...(gradient && { gradient }),
    };
  });
}

/** Throws unless there is the logarithm of a likelihood for each row: of a density, so of any sign. */
function checkLikelihoods(likelihoods: Vector, rows: number): void {
  if (likelihoods.length !== rows) {
    throw new RangeError(`elbo: logLikelihood has ${likelihoods.length} numbers for ${rows} rows`);
  }
  for (let r = 0; r < rows; r++) {
    const x: unknown = likelihoods[r];
    if (typeof x !== "number") throw new TypeError(`elbo: logLikelihood[${r}] is ${describe(x)}; it must be a number`);
    if (!(x < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`elbo: logLikelihood[${r}] is ${x}; it must be finite or -Infinity`);
    }
  }
}
