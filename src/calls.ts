// One call from outside: arguments are checked, arrays become rows, and each row or pair of rows goes to its measure.

import type { Backend, FloatArray, Precision, Vector } from "./backend.js";
import {
  type Call,
  checkOptions,
  checkVector,
  type NamedRow,
  precisionOf,
  type Settings,
  settingsOf,
  temperatureOf,
} from "./inputs.js";
import type { InputKind, MeasureOptions, OutOption } from "./options.js";
import type { Runtime } from "./runtime.js";

/** A measure of as many rows as the function has arguments, in nats. */
export type Measure = (backend: Backend, call: Call, rows: readonly NamedRow[]) => number;

/** What a function is: its measures, its arguments' names, the options it takes, and what it makes of a result in nats. */
export interface Definition {
  /** Of probabilities. Without it, the function is of logits alone. */
  readonly measure?: Measure;
  /** Of distributions that are not all probabilities. */
  readonly ofLogits?: Measure;
  readonly arguments: readonly string[];
  /** Those of the arguments that `input` is about; they come last. */
  readonly distributions: readonly string[];
  readonly keys: readonly string[];
  readonly finish?: (nats: number, unit: number) => number;
}

/** The options of every function: those that it takes are its `keys`. */
type AnyOptions = MeasureOptions & OutOption & { rowLength?: number };

const ofLogitsAlone = (functionName: string, options: AnyOptions | undefined, keys: readonly string[]): Settings => {
  if (options !== undefined) checkOptions(functionName, options, keys);
  return {
    unit: 1,
    normalize: false,
    temperature: temperatureOf(functionName, options?.temperature),
    kinds: ["logits"],
  };
};

function settingsFor(
  functionName: string,
  definition: Definition,
  options: AnyOptions | undefined,
  keys: readonly string[],
): Settings {
  if (definition.measure === undefined) return ofLogitsAlone(functionName, options, keys);
  return settingsOf(functionName, options, keys, definition.distributions);
}

const callOf = (functionName: string, precision: Precision, length: number, settings: Settings): Call => ({
  functionName,
  precision,
  length,
  normalize: settings.normalize,
  unit: settings.unit,
  temperature: settings.temperature,
});

const rowOf = (argument: string, source: Vector, start: number, kind: InputKind): NamedRow => ({
  argument,
  source,
  start,
  scale: 1,
  kind,
});

/** The kind of argument i: those that are no distributions are numbers. */
function kindOf({ arguments: names, distributions }: Definition, kinds: Settings["kinds"], i: number): InputKind {
  return kinds?.[i - (names.length - distributions.length)] ?? "probabilities";
}

/** `functionName(…sources, options)`: one number. */
export function callSingle(
  runtime: Runtime,
  functionName: string,
  definition: Definition,
  sources: readonly Vector[],
  options: AnyOptions | undefined,
): number {
  const settings = settingsFor(functionName, definition, options, definition.keys);
  const { unit, kinds } = settings;
  const { length } = checkEqualLengths(functionName, definition.arguments, sources);
  const call = callOf(functionName, precisionOf(sources), length, settings);
  const rows: NamedRow[] = [];
  for (let i = 0; i < sources.length; i++) {
    rows.push(rowOf(definition.arguments[i], sources[i], 0, kindOf(definition, kinds, i)));
  }
  const measure = (kinds === undefined ? definition.measure : definition.ofLogits) as Measure;
  runtime.backend.begin();
  const nats = measure(runtime.backend, call, rows);
  return definition.finish === undefined ? nats / unit : definition.finish(nats, unit);
}

/** `functionNameRows(…sources, { rowLength })`: a number a row. A source of one row is paired with every row of the others. */
export function callRows(
  runtime: Runtime,
  functionName: string,
  definition: Definition,
  sources: readonly Vector[],
  options: AnyOptions,
): Float64Array {
  const settings = settingsFor(functionName, definition, options, [...definition.keys, "rowLength"]);
  const { unit, kinds } = settings;
  const rowLength = options?.rowLength as number;
  const count = countRows(functionName, definition.arguments, sources, rowLength);
  const call = callOf(functionName, precisionOf(sources), rowLength, settings);
  const measure = (kinds === undefined ? definition.measure : definition.ofLogits) as Measure;
  const { finish } = definition;
  const results = new Float64Array(count);
  const rowAt = (i: number, row: number) =>
    rowOf(definition.arguments[i], sources[i], row * rowLength, kindOf(definition, kinds, i));
  const rows = sources.map((_, i) => rowAt(i, 0));
  runtime.backend.begin();
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < rows.length; i++) if (row > 0 && sources[i].length > rowLength) rows[i] = rowAt(i, row);
    const nats = measure(runtime.backend, call, rows);
    results[row] = finish === undefined ? nats / unit : finish(nats, unit);
  }
  return results;
}

/** What a function that gives an array is. */
export interface ArrayDefinition {
  readonly ofProbabilities?: (
    backend: Backend,
    call: Call,
    rows: readonly NamedRow[],
    out: FloatArray,
    at: number,
  ) => void;
  readonly ofLogits: (backend: Backend, call: Call, rows: readonly NamedRow[], out: FloatArray, at: number) => void;
  readonly arguments: readonly string[];
  readonly keys: readonly string[];
}

/** `functionName(…sources, options)`: an array, elementwise; of matrices, row by row. */
export function callArray(
  runtime: Runtime,
  functionName: string,
  definition: ArrayDefinition,
  sources: readonly Vector[],
  options: AnyOptions | undefined,
  inRows: boolean,
): FloatArray {
  const { arguments: names, ofProbabilities } = definition;
  const keys = inRows ? [...definition.keys, "rowLength"] : definition.keys;
  const settings =
    ofProbabilities === undefined
      ? ofLogitsAlone(functionName, options, keys)
      : settingsOf(functionName, options, keys, names);
  const rowLength = inRows ? (options?.rowLength as number) : checkEqualLengths(functionName, names, sources).length;
  const count = inRows ? countRows(functionName, names, sources, rowLength) : 1;
  const precision = precisionOf(sources);
  const out = checkOut(functionName, options?.out, precision, rowLength * count, sources);
  const call = callOf(functionName, precision, rowLength, settings);
  const { kinds } = settings;
  const fill = kinds === undefined && ofProbabilities ? ofProbabilities : definition.ofLogits;
  const rowAt = (i: number, row: number) => rowOf(names[i], sources[i], row * rowLength, kinds?.[i] ?? "probabilities");
  const rows = sources.map((_, i) => rowAt(i, 0));
  runtime.backend.begin();
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < rows.length; i++) if (row > 0 && sources[i].length > rowLength) rows[i] = rowAt(i, row);
    fill(runtime.backend, call, rows, out, row * rowLength);
  }
  return out;
}

function checkEqualLengths(functionName: string, names: readonly string[], sources: readonly Vector[]): Vector {
  for (let i = 0; i < sources.length; i++) {
    checkVector(functionName, names[i], sources[i]);
    if (sources[i].length !== sources[0].length) {
      throw new RangeError(
        `${functionName}: ${names[i]} has ${sources[i].length} numbers, ${names[0]} has ${sources[0].length}; ` +
          `they must be of one length (for matrices use ${functionName}Rows)`,
      );
    }
  }
  return sources[0];
}

/** `rowLength` itself, once it is a length. */
function checkRowLength(functionName: string, rowLength: number): number {
  if (!Number.isInteger(rowLength) || rowLength < 1) {
    const error = rowLength === undefined ? TypeError : RangeError;
    throw new error(`${functionName}: rowLength is ${rowLength}; it must be an integer >= 1`);
  }
  return rowLength;
}

/** Rows of the largest source; the others have as many, or one. */
export function countRows(
  functionName: string,
  names: readonly string[],
  sources: readonly Vector[],
  rowLength: number,
): number {
  checkRowLength(functionName, rowLength);
  let count = 1;
  for (let i = 0; i < sources.length; i++) {
    checkVector(functionName, names[i], sources[i]);
    const { length } = sources[i];
    if (length % rowLength !== 0) {
      throw new RangeError(
        `${functionName}: ${names[i]} has ${length} numbers, not a multiple of rowLength ${rowLength}`,
      );
    }
    count = Math.max(count, length / rowLength);
  }
  for (let i = 0; i < sources.length; i++) {
    const rows = sources[i].length / rowLength;
    if (rows !== 1 && rows !== count) {
      throw new RangeError(`${functionName}: ${names[i]} has ${rows} rows; it must have one row or ${count}`);
    }
  }
  return count;
}

/** Throws where `out` lies over an array that is read while it is written. */
export function checkApart(functionName: string, name: string, out: FloatArray, other: string, source: unknown): void {
  if (!ArrayBuffer.isView(source) || source.buffer !== out.buffer) return;
  if (source.byteOffset + source.byteLength <= out.byteOffset) return;
  if (out.byteOffset + out.byteLength <= source.byteOffset) return;
  throw new RangeError(`${functionName}: ${name} overlaps ${other}, which it would overwrite`);
}

/** The array to write to, after the checks that make writing safe. */
export function checkOut(
  functionName: string,
  out: FloatArray | undefined,
  precision: Precision,
  length: number,
  sources: readonly Vector[],
  name = "out",
): FloatArray {
  const type = precision === "f32" ? Float32Array : Float64Array;
  if (out === undefined) return new type(length);
  if (!(out instanceof type))
    throw new TypeError(`${functionName}: ${name} must be a ${type.name}, the type of the result`);
  if (out.length !== length)
    throw new RangeError(`${functionName}: ${name} has ${out.length} numbers, the result ${length}`);
  for (const source of sources) {
    if (!ArrayBuffer.isView(source) || source.buffer !== out.buffer) continue;
    const same = source.byteOffset === out.byteOffset && source.byteLength === out.byteLength;
    const apart =
      source.byteOffset + source.byteLength <= out.byteOffset || out.byteOffset + out.byteLength <= source.byteOffset;
    if (!same && !apart)
      throw new RangeError(`${functionName}: ${name} overlaps an input without being the same array`);
  }
  return out;
}
