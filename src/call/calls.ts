// One call from outside: arguments are checked, arrays become rows, and each row or pair of rows goes to its measure.

import { isFloat32, isFloat64, typeNameOf } from "../backends/arrays.js";
import type { Backend, FloatArray, Precision, Transform, Vector } from "../backends/backend.js";
import { COLUMNS, DECLINED } from "../backends/batch.js";
import { type Float16, type NumberFormat, viewOf } from "../backends/halves.js";
import { bringOut, placeOut } from "../backends/writing.js";
import { allocate, checkInteger, isList } from "../engine/checks.js";
import { runtimeFor } from "../engine/engines.js";
import { checkPlace, coversPart, guard, liesApart } from "../engine/overlap.js";
import type { Loop, Work, WorkArray } from "../engine/work.js";
import {
  type Call,
  checkLogits,
  checkNumbers,
  type NamedRow,
  precisionOf,
  type Settings,
  settingsOf,
  settingsOfLogits,
} from "./arguments.js";
import { type ClassOptions, keepClasses } from "./classes.js";
import { isPlain, open } from "./inputs.js";
import { type PerRow, select } from "./masks.js";
import type { InputKind, OutOption, RowsOptions } from "./options.js";

/** A measure of as many rows as the function has arguments, in nats. */
type RowMeasure = (backend: Backend, call: Call, rows: readonly NamedRow[]) => number;

/** What all distributions of a batch are, if not probabilities. */
export type LogitKind = Exclude<InputKind, "probabilities">;

/**
 * The same of `count` rows that have a place in the backend, in nats to `values` from `at` on; NaN for a row that is to be computed
 * by itself. `kind` is of logits only. The rows are those of `sources` from row `first` on, or the one row that there is.
 */
export type Batch = (
  backend: Backend,
  call: Call,
  count: number,
  values: Float64Array,
  at: number,
  kind: LogitKind,
  sources: readonly Vector[],
  first: number,
) => void;

/** What a function is: its measures, its arguments' names, the options it takes, and what it makes of a result in nats. */
export interface Definition {
  readonly name: string;
  /** Of probabilities. Without it, the function is of logits alone. */
  readonly measure?: RowMeasure;
  /** Of distributions that are not all probabilities. */
  readonly ofLogits?: RowMeasure;
  /** Both of many rows at once. */
  readonly batch?: Batch;
  readonly batchOfLogits?: Batch;
  /** Of pairs, one of which may be of logits and the other of probabilities. */
  readonly logarithms?: Transform;
  readonly arguments: readonly string[];
  /** Those of the arguments that `input` is about; they come last. */
  readonly distributions: readonly string[];
  /** The options of one row, besides `engine`. */
  readonly keys: readonly string[];
  /** The largest α, where a number α >= 0 comes behind the arrays; with the check of it. */
  readonly mostAlpha?: number;
  readonly checkAlpha?: (functionName: string, alpha: number | undefined, most: number | undefined) => void;
  /** Whether it is the same, to the bit, for p and q in the other order. */
  readonly isSymmetric?: boolean;
  /** What the options say, where they are not those of {@link settingsOf}. */
  readonly settings?: (functionName: string, options: AnyOptions | undefined, keys: readonly string[]) => Settings;
  readonly finish?: (nats: number, unit: number) => number;
}

/** What the checks of arrays read of a definition. */
interface Arguments extends Pick<Definition, "arguments" | "keys">, Partial<Pick<Definition, "distributions">> {
  readonly ofLogits?: unknown;
}

/** The options of every function: those that it takes are its `keys`. */
export type AnyOptions = RowsOptions & OutOption;

/** Those that `rows` has besides. */
const ROW_KEYS = ["rowLength", "classes", "mask", "onInvalidRow"];

/** What the options say, after all checks of them and of α. */
export function settingsFor(
  functionName: string,
  definition: Definition,
  options: AnyOptions | undefined,
  keys: readonly string[],
  alpha: number | undefined,
): Settings {
  const { settings = settingsOf, distributions, mostAlpha, checkAlpha } = definition;
  const found = settings(functionName, options, keys, distributions);
  checkAlpha?.(functionName, alpha, mostAlpha);
  return found;
}

/** A call as its rows see it. */
export const callOf = (
  functionName: string,
  { ofLogits }: Pick<Arguments, "ofLogits">,
  precision: Precision,
  length: number,
  settings: Settings,
  alpha?: number,
): Call => ({
  functionName,
  precision,
  length,
  normalize: settings.normalize,
  unit: settings.unit,
  temperature: settings.temperature,
  alpha,
  takesLogits: ofLogits !== undefined,
});

const rowOf = (
  argument: string,
  source: Vector,
  start: number,
  kind: InputKind,
  logarithms: Transform | undefined,
): NamedRow => ({ argument, source, start, scale: 1, kind, logarithms });

/** The kind of argument i: those that are no distributions are numbers. */
function kindOf({ arguments: names, distributions }: Definition, kinds: Settings["kinds"], i: number): InputKind {
  return kinds?.[i - (names.length - distributions.length)] ?? "probabilities";
}

/** What a thread needs to know of a call besides its arrays. */
export interface MeasureSettings {
  readonly call: Call;
  readonly kinds: Settings["kinds"];
}

/** In the unit asked for. */
export const resultOf = (finish: Definition["finish"], nats: number, unit: number): number =>
  finish === undefined ? nats / unit : finish(nats, unit);

const measureOf = ({ measure, ofLogits }: Definition, kinds: Settings["kinds"]): RowMeasure =>
  (kinds === undefined ? measure : ofLogits) as RowMeasure;

/** How a call's rows are computed many at once; undefined where it is one by one. */
export function batchOf({ batch, batchOfLogits }: Definition, kinds: Settings["kinds"]): Batch | undefined {
  if (kinds === undefined) return batch;
  const [kind] = kinds;
  for (const other of kinds) if (other !== kind) return undefined;
  return batchOfLogits;
}

/** The kind of all of them; any, where they are probabilities. */
export const kindOfBatch = (kinds: Settings["kinds"]): LogitKind => (kinds?.[0] ?? "logits") as LogitKind;

/** Computes `count` rows of each source from row `first` on; NaN for those that are to be computed one by one. */
function computeBatch(
  backend: Backend,
  batch: Batch,
  sources: readonly Vector[],
  call: Call,
  kinds: Settings["kinds"],
  first: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i];
    if (backend.place(i, call.precision, source, startOf(source, first, call.length), call.length, count)) continue;
    values.fill(Number.NaN, at, at + count);
    return;
  }
  batch(backend, call, count, values, at, kindOfBatch(kinds), sources, first);
}

const single = /* @__PURE__ */ new Float64Array(1);

/** What is to be computed of one row of each source. */
export function settingsOfSingle(
  definition: Definition,
  sources: Vector[],
  options: AnyOptions | undefined,
  alpha: number | undefined,
): MeasureSettings {
  const { name } = definition;
  const settings = settingsFor(name, definition, options, definition.keys, alpha);
  const length = openSingle(name, definition, sources, settings, options);
  return { call: callOf(name, definition, precisionOf(sources), length, settings, alpha), kinds: settings.kinds };
}

/** `name(…sources, options)`: one number. */
export function callSingle(
  definition: Definition,
  loop: Loop<MeasureSettings>,
  sources: Vector[],
  options: AnyOptions | undefined,
  alpha?: number,
): number {
  const settings = settingsOfSingle(definition, sources, options, alpha);
  const { backend } = runtimeFor(definition.name, options?.engine, sources);
  backend.begin(definition.name);
  try {
    loop(backend, sources, settings, 0, 1, single);
    return single[0];
  } finally {
    backend.end();
  }
}

/** Row r of each source. */
function rowsAt(
  definition: Definition,
  sources: readonly Vector[],
  { length }: Call,
  kinds: Settings["kinds"],
  r: number,
): NamedRow[] {
  const rows: NamedRow[] = [];
  for (let i = 0; i < sources.length; i++) {
    const start = startOf(sources[i], r, length);
    rows.push(rowOf(definition.arguments[i], sources[i], start, kindOf(definition, kinds, i), definition.logarithms));
  }
  return rows;
}

/** The same as work for other threads. */
export function prepareSingle(
  definition: Definition,
  loop: Loop<MeasureSettings>,
  sources: Vector[],
  options: AnyOptions | undefined,
  alpha?: number,
): Work<number, MeasureSettings> {
  const { name } = definition;
  const settings = settingsOfSingle(definition, sources, options, alpha);
  return {
    functionName: name,
    loopName: name,
    loop,
    rows: 1,
    width: 1,
    arrays: sources.map((array) => ({ array, perRow: settings.call.length })),
    settings,
    finish: ([value]) => value,
  };
}

/** Row r of a matrix, or the one row that there is. */
const startOf = (source: Vector, r: number, rowLength: number): number =>
  source.length > rowLength ? r * rowLength : 0;

/** One number a row. */
export const measureLoop =
  (definition: Definition): Loop<MeasureSettings> =>
  (backend, arrays, { call, kinds }, from, to, values) => {
    const sources = arrays as readonly Vector[];
    const batch = batchOf(definition, kinds);
    const atOnce = batch === undefined ? 0 : backend.rowsAtOnce(call.precision, call.length, sources);
    const step = Math.max(1, atOnce);
    for (let r = from; r < to; r += step) {
      const count = Math.min(step, to - r);
      const at = r - from;
      if (batch !== undefined && atOnce > 0) computeBatch(backend, batch, sources, call, kinds, r, count, values, at);
      else values[at] = Number.NaN;
      finishRows(backend, definition, sources, call, kinds, r, count, values, at);
    }
  };

/** Computes those that are NaN one by one, and gives all their unit. */
function finishRows(
  backend: Backend,
  definition: Definition,
  sources: readonly Vector[],
  call: Call,
  kinds: Settings["kinds"],
  first: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    let nats = values[at + i];
    if (Number.isNaN(nats)) {
      nats = measureOf(definition, kinds)(backend, call, rowsAt(definition, sources, call, kinds, first + i));
    }
    values[at + i] = resultOf(definition.finish, nats, call.unit);
  }
}

/** A source as the rows of a matrix, or as one row for all. */
const rowsOf = (array: Vector, rowLength: number, rows: number): WorkArray => ({
  array,
  perRow: array.length > rowLength || rows === 1 ? rowLength : 0,
});

/** `name.rows(…sources, { rowLength })`: a number a row. A source of one row is paired with every row of the others. */
export function prepareRows(
  definition: Definition,
  loop: Loop<MeasureSettings>,
  sources: Vector[],
  options: AnyOptions | undefined,
  alpha?: number,
): Work<PerRow<Float64Array>, MeasureSettings> {
  const functionName = `${definition.name}.rows`;
  const settings = settingsFor(functionName, definition, options, [...definition.keys, ...ROW_KEYS], alpha);
  const { rows, rowLength } = openRows(
    functionName,
    definition.arguments,
    sources,
    options,
    (i) => areCounts(definition, settings, i),
    (i) => kindOf(definition, settings.kinds, i),
  );
  const work: Work<Float64Array, MeasureSettings> = {
    functionName,
    loopName: definition.name,
    loop,
    rows,
    width: 1,
    arrays: sources.map((source) => rowsOf(source, rowLength, rows)),
    settings: {
      call: callOf(functionName, definition, precisionOf(sources), rowLength, settings, alpha),
      kinds: settings.kinds,
    },
    finish: (values) => values,
  };
  return select(work, options);
}

/** What a function that gives an array is. */
export interface ArrayDefinition {
  readonly name: string;
  readonly ofProbabilities?: (
    backend: Backend,
    call: Call,
    rows: readonly NamedRow[],
    out: FloatArray,
    at: number,
  ) => void;
  readonly ofLogits: (backend: Backend, call: Call, rows: readonly NamedRow[], out: FloatArray, at: number) => void;
  /** Writes many rows of logits at once to where the output has its place; rows that have flags are left to be computed one by one. */
  readonly batchOfLogits?: (backend: Backend, call: Call, count: number) => void;
  /** As in {@link Definition}. */
  readonly logarithms?: Transform;
  readonly arguments: readonly string[];
  readonly keys: readonly string[];
}

/** A row of results a row. Without an array to write them to, throws what there is to throw. */
export const arrayLoop =
  (definition: ArrayDefinition): Loop<MeasureSettings> =>
  (backend, arrays, settings, from, to) => {
    const { precision, length } = settings.call;
    const out = arrays[definition.arguments.length] as FloatArray | undefined;
    const isBatch = definition.batchOfLogits !== undefined && out !== undefined;
    const atOnce = isBatch ? backend.rowsAtOnce(precision, length, arrays) : 0;
    const step = Math.max(1, atOnce);
    // what is to be rounded at the end is computed elsewhere
    const rounded = isHalf(out) ? new (typeOf(precision))(length * step) : undefined;
    for (let r = from; r < to; r += step) {
      const at = rounded ? 0 : r * length;
      const count = Math.min(step, to - r);
      if (atOnce === 0) fillRow(backend, definition, arrays, settings, r, rounded ?? out, at);
      else fillRows(backend, definition, arrays, settings, r, count, rounded ?? (out as FloatArray), at);
      if (rounded) out?.set(rounded.subarray(0, count * length), r * length);
    }
  };

/** Writes row r, computed by itself, to `out` from `at` on. */
function fillRow(
  backend: Backend,
  { arguments: names, ofProbabilities, ofLogits, logarithms }: ArrayDefinition,
  arrays: readonly (Vector | undefined)[],
  { call, kinds }: MeasureSettings,
  r: number,
  out: FloatArray | undefined,
  at: number,
): void {
  const fill = kinds === undefined && ofProbabilities ? ofProbabilities : ofLogits;
  const rows = names.map((name, i) => {
    const source = arrays[i] as Vector;
    return rowOf(name, source, startOf(source, r, call.length), kinds?.[i] ?? "probabilities", logarithms);
  });
  if (out) fill(backend, call, rows, out, at);
  else for (const row of rows) (fill === ofLogits ? checkLogits : checkNumbers)(call, row);
}

/** Writes `count` rows from row r on to `out` from `at` on, all at once but for those that the kernels decline. */
function fillRows(
  backend: Backend,
  definition: ArrayDefinition,
  arrays: readonly (Vector | undefined)[],
  settings: MeasureSettings,
  r: number,
  count: number,
  out: FloatArray,
  at: number,
): void {
  const { precision, length } = settings.call;
  const { table } = backend;
  if (backend.place(0, precision, arrays[0] as Vector, r * length, length, count)) {
    placeOut(backend, precision, out, at, length);
    definition.batchOfLogits?.(backend, settings.call, count);
    bringOut(backend, precision, out, at, length, count);
  } else {
    for (let i = 0; i < count; i++) table[i * COLUMNS] = DECLINED;
  }
  for (const i of declinedRows(table, count)) {
    fillRow(backend, definition, arrays, settings, r + i, out, at + i * length);
  }
}

const NONE: readonly number[] = [];

function declinedRows(table: Float64Array, count: number): readonly number[] {
  let declined: number[] | undefined;
  for (let i = 0; i < count; i++) {
    if (table[i * COLUMNS] === 0) continue;
    declined ??= [];
    declined.push(i);
  }
  return declined ?? NONE;
}

const settingsOfArray = (
  functionName: string,
  { ofProbabilities, arguments: names }: ArrayDefinition,
  options: AnyOptions | undefined,
  keys: readonly string[],
): Settings =>
  ofProbabilities === undefined
    ? settingsOfLogits(functionName, options, keys)
    : settingsOf(functionName, options, keys, names);

/** What is to be computed, and where it is to be written. */
export function openArray(
  definition: ArrayDefinition,
  sources: Vector[],
  options: AnyOptions | undefined,
  inRows: boolean,
): { settings: MeasureSettings; rows: number; out: FloatArray } {
  const { name, arguments: names } = definition;
  const functionName = inRows ? `${name}.rows` : name;
  const keys = inRows ? [...definition.keys, ...ROW_KEYS] : definition.keys;
  const settings = settingsOfArray(functionName, definition, options, keys);
  const { rows, rowLength } = inRows
    ? openRows(functionName, names, sources, options, undefined, (i) => settings.kinds?.[i] ?? "probabilities")
    : { rows: 1, rowLength: openSingle(functionName, definition, sources, settings, options) };
  const precision = precisionOf(sources);
  const out = checkOut(functionName, options?.out, precision, rowLength * rows, sources);
  const call = callOf(functionName, definition, precision, rowLength, settings);
  return { settings: { call, kinds: settings.kinds }, rows, out };
}

/** `name(…sources, options)`: an array, elementwise. */
export function callArray(
  definition: ArrayDefinition,
  loop: Loop<MeasureSettings>,
  sources: Vector[],
  options: AnyOptions | undefined,
): FloatArray {
  const { name } = definition;
  const { settings, out } = openArray(definition, sources, options, false);
  const { backend, memory } = runtimeFor(name, options?.engine, sources);
  checkPlace(memory, name, sources, out);
  sources.push(out);
  backend.begin(name);
  try {
    loop(backend, sources, settings, 0, 1, single);
    return out;
  } finally {
    backend.end();
  }
}

/** The same as work for other threads; of matrices (`name.rows`), row by row. */
export function prepareArray(
  definition: ArrayDefinition,
  loop: Loop<MeasureSettings>,
  sources: Vector[],
  options: AnyOptions | undefined,
  inRows: boolean,
): Work<FloatArray, MeasureSettings> {
  const { settings, rows, out } = openArray(definition, sources, options, inRows);
  const { functionName, length } = settings.call;
  const arrays = sources.map((source) => rowsOf(source, length, rows));
  arrays.push({ array: out, perRow: length, isWritten: true });
  const work: Work<FloatArray, MeasureSettings> = {
    functionName,
    loopName: definition.name,
    loop,
    rows,
    width: 0,
    arrays,
    settings,
    guard,
    finish: () => out,
  };
  return inRows ? select(work, options, out) : work;
}

/** Whether 16-bit integers may be argument i, as counts; undefined where no option would say so. */
function areCounts(
  { arguments: names, distributions = names, ofLogits, keys }: Arguments,
  { kinds, normalize }: Settings,
  i: number,
): boolean | undefined {
  const distribution = i - (names.length - distributions.length);
  if (distribution < 0 || ofLogits === undefined) return true;
  const isOfLogits = kinds && kinds[distribution] !== "probabilities";
  return isOfLogits || !keys.includes("normalize") ? undefined : normalize;
}

type RowOptions = Partial<ClassOptions> & Pick<AnyOptions, "rowLength" | "format">;

/** Counts are whole numbers, whatever the bits of the distributions beside them. */
const formatOf = (name: string, options: RowOptions | undefined): NumberFormat | undefined =>
  name === "counts" ? undefined : options?.format;

/** Replaces each argument by its numbers. Throws unless all are one row of the same length, which it returns. */
function openSingle(
  functionName: string,
  definition: Arguments,
  sources: Vector[],
  settings: Settings,
  options: RowOptions | undefined,
): number {
  const names = definition.arguments;
  for (let i = 0; i < names.length; i++) {
    if (!isPlain(sources[i])) {
      const counts = areCounts(definition, settings, i);
      sources[i] = open(
        functionName,
        names[i],
        sources[i],
        formatOf(names[i], options),
        counts,
        `${functionName}.rows`,
      ).data;
    }
    if (sources[i].length !== sources[0].length) {
      throw new RangeError(
        `${functionName}: ${names[i]} has ${sources[i].length} numbers, ${names[0]} has ${sources[0].length}; ` +
          `they must be of one length (for matrices use ${functionName}.rows)`,
      );
    }
  }
  return sources[0].length;
}

/**
 * Replaces each argument by its numbers, and returns how many rows of which length they are: the rows of the largest; the others have as
 * many, or one. The length is `rowLength`, or that of the arguments which tell it.
 */
export function openRows(
  functionName: string,
  names: readonly string[],
  sources: Vector[],
  options: RowOptions | undefined,
  counts?: (i: number) => boolean | undefined,
  kindOf?: (i: number) => InputKind,
): { rows: number; rowLength: number } {
  const { rowLength: given, classes } = options ?? {};
  const isPerArgument = classes !== undefined && isList(given) && given.length === names.length;
  const lengths: (number | undefined)[] = [];
  for (let i = 0; i < names.length; i++) {
    const own = (isPerArgument ? given[i] : given) as number | undefined;
    if (own !== undefined) checkInteger(functionName, "rowLength", own, 1);
    lengths.push(own);
    if (isPlain(sources[i])) continue;
    const opened = open(functionName, names[i], sources[i], formatOf(names[i], options), counts?.(i));
    sources[i] = opened.data;
    lengths[i] = opened.rowLength ?? own;
    // where the rows may differ, a single length is that of flat arrays
    if (lengths[i] === (own ?? lengths[i]) || (classes !== undefined && !isPerArgument)) continue;
    throw new RangeError(`${functionName}: a row of ${names[i]} has ${lengths[i]} numbers; rowLength is ${own}`);
  }
  const told = lengths.findIndex((own) => own !== undefined);
  checkInteger(functionName, "rowLength", lengths[told], 1);
  let length = lengths[told] as number;
  for (let i = 0; i < names.length; i++) {
    if (classes !== undefined || (lengths[i] ?? length) === length) continue;
    throw new RangeError(
      `${functionName}: a row of ${names[i]} has ${lengths[i]} numbers; that of ${names[told]} has ${length}; ` +
        "for the first n of each pass { classes: n }",
    );
  }
  if (classes !== undefined) {
    const kinds = names.map((_, i) => kindOf?.(i) ?? "logits");
    keepClasses(
      functionName,
      names,
      sources,
      lengths.map((own) => own ?? length),
      kinds,
      options as ClassOptions,
    );
    length = classes;
  }
  let rows = 1;
  for (let i = 0; i < names.length; i++) {
    if (sources[i].length % length !== 0) {
      throw new RangeError(
        `${functionName}: ${names[i]} has ${sources[i].length} numbers, not a multiple of rowLength ${length}`,
      );
    }
    rows = Math.max(rows, sources[i].length / length);
  }
  for (let i = 0; i < names.length; i++) {
    const own = sources[i].length / length;
    if (own !== 1 && own !== rows) {
      throw new RangeError(`${functionName}: ${names[i]} has ${own} rows; it must have one row or ${rows}`);
    }
  }
  return { rows, rowLength: length };
}

/** Throws where `out` lies over an array that is read while it is written. */
export function checkApart(functionName: string, name: string, out: FloatArray, other: string, numbers: unknown): void {
  const source = viewOf(numbers);
  if (!ArrayBuffer.isView(source) || liesApart(source, out) || source.buffer !== out.buffer) return;
  throw new RangeError(`${functionName}: ${name} overlaps ${other}, which it would overwrite`);
}

export const typeOf = (precision: Precision) => (precision === "f32" ? Float32Array : Float64Array);

/** Of results that are rounded to 16 bits at the end. */
export const isHalf = (out: unknown): boolean => typeNameOf(out) === "Float16Array";

/** The array to write to, after the checks that make writing safe. */
export function checkOut(
  functionName: string,
  given: FloatArray | Float16 | undefined,
  precision: Precision,
  length: number,
  sources: readonly Vector[],
  name = "out",
): FloatArray {
  const out = given as FloatArray | undefined;
  if (out === undefined) return allocate<FloatArray>(functionName, typeOf(precision), length);
  if (!(precision === "f32" ? isFloat32(out) : isFloat64(out)) && !isHalf(out)) {
    throw new TypeError(
      `${functionName}: ${name} must be a ${typeOf(precision).name}, the type of the result, or a Float16Array`,
    );
  }
  if (out.length !== length)
    throw new RangeError(`${functionName}: ${name} has ${out.length} numbers, the result ${length}`);
  for (const each of sources) {
    const source = viewOf(each);
    if (ArrayBuffer.isView(source) && coversPart(source, out) && source.buffer === out.buffer)
      throw new RangeError(`${functionName}: ${name} overlaps an input without being the same array`);
  }
  return out;
}
