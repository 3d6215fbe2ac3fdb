// From what a caller passes to rows that kernels take; and the errors that name what is wrong with it.

import type { Precision, Row, Transform, Vector } from "../backends/backend.js";
import { FORMATS, isSingle } from "../backends/halves.js";
import { checkNumber, checkOptions, describe, isFinitePositive, mustBe, show, unitOf } from "../engine/checks.js";
import { addUp, asNumber } from "../numbers/twofold.js";
import { FOR_COUNTS } from "./inputs.js";
import { type EngineOption, INPUT_KINDS, type InputKind, type MeasureOptions } from "./options.js";

/** What one call compares, and how. */
export interface Call {
  readonly functionName: string;
  readonly precision: Precision;
  /** Numbers a row. */
  readonly length: number;
  readonly normalize: boolean;
  /** Nats in the unit asked for: ln(base). */
  readonly unit: number;
  /** Of logits. */
  readonly temperature: number;
  /** Of the functions that take one. */
  readonly alpha?: number;
  /** Whether there is an option `input` for logits. */
  readonly takesLogits?: boolean;
}

/** A row under its argument's name. */
export interface NamedRow extends Row {
  readonly argument: string;
  readonly kind: InputKind;
  /** Of probabilities among logits: what makes their logarithms of them. */
  readonly logarithms?: Transform;
  /** What has been found of it as a row of logits; it may be compared with many. */
  found?: FoundLogits;
}

/** A row as the kernels of logits take it, and its largest number. */
export interface FoundLogits {
  readonly row: Row;
  readonly precision: Precision;
  /** What has been taken off the numbers of the row already. */
  readonly shift: number;
  /** The largest of what is left. */
  readonly largest: number;
  /** The largest number as it was given, of a row that is not of probabilities. */
  readonly top: number;
  /** Z = Σ e^x, x = (z - shift - largest)/temperature, once it is known. */
  sum?: number;
}

/** Way out. */
const FOR_LOGITS = `; for logits pass { input: "logits" }`;

/** f32 where every array is one, or of fewer bits; else all are computed in f64. */
export function precisionOf(sources: readonly Vector[]): Precision {
  for (const source of sources) if (!isSingle(source)) return "f64";
  return "f32";
}

/** What a call's options say. */
export interface Settings {
  readonly unit: number;
  readonly normalize: boolean;
  readonly temperature: number;
  /** Of each distribution. */
  readonly kinds: readonly InputKind[] | undefined;
}

const DEFAULTS: Settings = { unit: 1, normalize: false, temperature: 1, kinds: undefined };
const DEFAULTS_OF_LOGITS: Settings = { unit: 1, normalize: false, temperature: 1, kinds: ["logits"] };

/** Throws for an option that `functionName`, which an engine computes, does not take, and for options that are none. */
export function checkCallOptions(functionName: string, options: unknown, known: readonly string[]): void {
  checkOptions(functionName, options, [...known, "engine", "format"]);
  const { format } = options as EngineOption;
  if (format === undefined || FORMATS.includes(format)) return;
  throw new RangeError(`${functionName}: format is ${show(format)}; it must be "${FORMATS.join('" or "')}"`);
}

/** The checks that all measures share. `distributions` are the names of the arguments that `input` is about. */
export function settingsOf(
  functionName: string,
  options: MeasureOptions | undefined,
  known: readonly string[],
  distributions: readonly string[],
): Settings {
  if (options === undefined) return DEFAULTS;
  checkCallOptions(functionName, options, known);
  const { normalize = false } = options;
  if (typeof normalize !== "boolean") throw mustBe(functionName, "normalize", normalize, "a boolean");
  const kinds = kindsOf(functionName, options.input, distributions, known.includes("temperature"));
  const temperature = temperatureOf(functionName, options.temperature);
  if (options.temperature !== undefined && !kinds?.includes("logits")) {
    throw new RangeError(`${functionName}: temperature is for logits; pass { input: "logits" } with it`);
  }
  return { unit: unitOf(functionName, options.base), normalize, temperature, kinds };
}

/** Those of a function of logits alone. */
export function settingsOfLogits(
  functionName: string,
  options: Pick<MeasureOptions, "temperature"> | undefined,
  known: readonly string[],
): Settings {
  if (options === undefined) return DEFAULTS_OF_LOGITS;
  checkCallOptions(functionName, options, known);
  return { ...DEFAULTS_OF_LOGITS, temperature: temperatureOf(functionName, options.temperature) };
}

export function temperatureOf(functionName: string, temperature = 1): number {
  checkNumber(functionName, "temperature", temperature, isFinitePositive, "positive and finite");
  return temperature;
}

export function checkAlpha(functionName: string, alpha: number | undefined, most = 0): void {
  if (typeof alpha === "number" && alpha >= 0 && alpha <= most) return;
  checkNumber(functionName, "alpha", alpha, () => false, `a number from 0 to ${most}`);
}

/** The kind of each distribution; undefined where all are probabilities. */
export function kindsOf(
  functionName: string,
  input: MeasureOptions["input"],
  distributions: readonly string[],
  takesLogits: boolean,
): readonly InputKind[] | undefined {
  if (input === undefined) return undefined;
  const what = describe(input);
  const isList = what === "[object Array]";
  const kinds = (isList ? input : distributions.map(() => input)) as readonly InputKind[];
  const known = takesLogits ? INPUT_KINDS : INPUT_KINDS.slice(0, 1);
  if (kinds.length !== distributions.length || !kinds.every((kind) => known.includes(kind))) {
    const isText = typeof input === "string";
    throw new (isText || isList ? RangeError : TypeError)(
      `${functionName}: input is ${isText ? `"${input}"` : what}; it must be "${known.join('" or "')}", or a list for ${distributions.join(" and ")}`,
    );
  }
  return kinds.every((kind) => kind === "probabilities") ? undefined : kinds;
}

/** "p[17]", or "p[2065] (row 2, class 17)" in a matrix. */
export function placeOf(call: Pick<Call, "length">, row: NamedRow, index: number): string {
  const at = row.start + index;
  const inMatrix = row.source.length > call.length;
  return `${row.argument}[${at}]${inMatrix ? ` (row ${Math.floor(at / call.length)}, class ${at % call.length})` : ""}`;
}

export function nameOfRow(call: Pick<Call, "length">, row: NamedRow): string {
  return row.source.length > call.length ? `row ${row.start / call.length} of ${row.argument}` : row.argument;
}

/**
 * Throws for the first number of a row that is none of its kind: finite and >= 0, or of logits finite or -Infinity. Kernels only know that
 * there may be one.
 */
export function checkNumbers(
  call: Pick<Call, "functionName" | "length" | "takesLogits">,
  row: NamedRow,
  kind = "probabilities",
): void {
  const { source, start } = row;
  const isLinear = row.kind === "probabilities";
  const least = isLinear ? 0 : Number.NEGATIVE_INFINITY;
  for (let i = 0; i < call.length; i++) {
    const x: unknown = source[start + i];
    if (typeof x === "number" && x >= least && x < Number.POSITIVE_INFINITY) continue;
    const isNumber = typeof x === "number";
    const name = isLinear ? kind : row.kind === "logits" ? row.kind : "log-probabilities";
    const must = isNumber ? `finite ${isLinear ? "and >= 0" : "or -Infinity"}` : "numbers";
    const hint = isNumber && x < 0 && call.takesLogits && name === "probabilities" ? FOR_LOGITS : "";
    throw new (isNumber ? RangeError : TypeError)(
      `${call.functionName}: ${placeOf(call, row, i)} is ${isNumber ? x : describe(x)}; ${name} must be ${must}${hint}`,
    );
  }
}

/** Whether class i has probability 0. */
export function isImpossible({ source, start, kind }: NamedRow, i: number): boolean {
  return source[start + i] === (kind === "probabilities" ? 0 : Number.NEGATIVE_INFINITY);
}

/** Throws for a row that is not of logits, or in which no class is possible. */
export function checkLogits(call: Call, row: NamedRow): void {
  checkNumbers(call, row);
  for (let i = 0; i < call.length; i++) if (!isImpossible(row, i)) return;
  throwImpossible(call, row);
}

/** Of a row without a possible class. */
export function throwImpossible(call: Call, row: NamedRow): never {
  if (row.kind === "probabilities") checkSum(call, row, 0);
  throw new RangeError(
    `${call.functionName}: every number of ${nameOfRow(call, row)} is -Infinity; at least one class must be possible`,
  );
}

/** How far a sum may be from 1 before it is taken for something else than a distribution. */
const SUM_TOLERANCE = 1e-2;

/** Whether a sum is that of a distribution, or may be any positive one. */
export const isSum = (sum: number, normalize: boolean): boolean =>
  Math.abs(sum - 1) <= SUM_TOLERANCE || (normalize && sum > 0 && sum < Number.POSITIVE_INFINITY);

export function checkSum(call: Call, row: NamedRow, sum: number): void {
  // with `normalize` the sum of exponentials may be any, even one too large or too small for a number
  if (row.kind === "logProbabilities" && call.normalize) return;
  if (isSum(sum, call.normalize)) return;
  const isLinear = row.kind === "probabilities";
  const name = nameOfRow(call, row);
  let words = isLinear ? `${name} sums to ` : `the exponentials of ${name} sum to `;
  if (isLinear && (sum === 0 || sum === Number.POSITIVE_INFINITY)) {
    words += `${sum}; ${sum === 0 ? "at least one number must be positive" : "scale it"}`;
  } else {
    words += `${isLinear ? sumOf(call, row) : sum}, not to 1${FOR_COUNTS}${call.takesLogits ? FOR_LOGITS : ""}`;
  }
  throw new RangeError(`${call.functionName}: ${words}`);
}

/** Σ of a row by compensated addition, for rows that the kernels decline. */
export const sumOf = (call: Pick<Call, "length">, { source, start }: Row): number =>
  asNumber(addUp(source, start, start + call.length));
