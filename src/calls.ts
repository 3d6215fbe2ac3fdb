// One call from outside: arguments are checked, arrays become rows, and each row or pair of rows goes to its measure.

import type { Backend, FloatArray, Precision, Vector } from "./backend.js";
import { type Call, checkVector, type NamedRow, precisionOf, unitOf } from "./inputs.js";
import { logRatio } from "./measures/logRatio.js";
import type { MeasureOptions, OutOption, RawOptions, RowsOptions } from "./options.js";
import type { Runtime } from "./runtime.js";

/** A measure of as many rows as the function has arguments, in nats. */
export type Measure = (backend: Backend, call: Call, rows: readonly NamedRow[]) => number;

/** What a function is: its measure, its arguments' names, the options it takes, and what it makes of a result in nats. */
export interface Definition {
  readonly measure: Measure;
  readonly arguments: readonly string[];
  readonly keys: readonly string[];
  readonly finish?: (nats: number, unit: number) => number;
}

function newCall(functionName: string, precision: Precision, length: number, unit: number, normalize = false): Call {
  return { functionName, precision, length, normalize, unit };
}

const rowOf = (argument: string, source: Vector, start: number): NamedRow => ({ argument, source, start, scale: 1 });

/** `functionName(…sources, options)`: one number. */
export function callSingle(
  runtime: Runtime,
  functionName: string,
  definition: Definition,
  sources: readonly Vector[],
  options: MeasureOptions | undefined,
): number {
  const unit = options === undefined ? 1 : unitOf(functionName, options, definition.keys);
  const { length } = checkEqualLengths(functionName, definition.arguments, sources);
  const call = newCall(functionName, precisionOf(sources), length, unit, options?.normalize);
  const rows: NamedRow[] = [];
  for (let i = 0; i < sources.length; i++) rows.push(rowOf(definition.arguments[i], sources[i], 0));
  runtime.backend.begin();
  const nats = definition.measure(runtime.backend, call, rows);
  return definition.finish === undefined ? nats / unit : definition.finish(nats, unit);
}

/** `functionNameRows(…sources, { rowLength })`: a number a row. A source of one row is paired with every row of the others. */
export function callRows(
  runtime: Runtime,
  functionName: string,
  definition: Definition,
  sources: readonly Vector[],
  options: RowsOptions,
): Float64Array {
  const unit = unitOf(functionName, options, [...definition.keys, "rowLength"]);
  const { rowLength, normalize } = options;
  const count = countRows(functionName, definition.arguments, sources, rowLength);
  const call = newCall(functionName, precisionOf(sources), rowLength, unit, normalize);
  const { finish } = definition;
  const results = new Float64Array(count);
  const rows: NamedRow[] = sources.map((source, i) => rowOf(definition.arguments[i], source, 0));
  runtime.backend.begin();
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < rows.length; i++) {
      if (row > 0 && sources[i].length > rowLength) {
        rows[i] = rowOf(definition.arguments[i], sources[i], row * rowLength);
      }
    }
    const nats = definition.measure(runtime.backend, call, rows);
    results[row] = finish === undefined ? nats / unit : finish(nats, unit);
  }
  return results;
}

const P_AND_Q = ["p", "q"];
const LOG_RATIO_KEYS = ["base", "input", "out"];
const LOG_RATIO_ROWS_KEYS = [...LOG_RATIO_KEYS, "rowLength"];

/** `logRatio(p, q, options)`, `logRatioRows`: an array, elementwise. */
export function callLogRatio(
  runtime: Runtime,
  functionName: string,
  p: Vector,
  q: Vector,
  options: (RawOptions & OutOption & { rowLength?: number }) | undefined,
  inRows: boolean,
): FloatArray {
  const names = P_AND_Q;
  const sources = [p, q];
  const unit = options === undefined ? 1 : unitOf(functionName, options, inRows ? LOG_RATIO_ROWS_KEYS : LOG_RATIO_KEYS);
  let rowLength: number;
  let count = 1;
  if (inRows) {
    rowLength = options?.rowLength as number;
    count = countRows(functionName, names, sources, rowLength);
  } else {
    rowLength = checkEqualLengths(functionName, names, sources).length;
  }
  const precision = precisionOf(sources);
  const out = checkOut(functionName, options?.out, precision, rowLength * count, sources);
  const call = newCall(functionName, precision, rowLength, unit);
  runtime.backend.begin();
  for (let row = 0; row < count; row++) {
    const start = row * rowLength;
    const x = rowOf("p", p, p.length > rowLength ? start : 0);
    const y = rowOf("q", q, q.length > rowLength ? start : 0);
    logRatio(runtime.backend, call, x, y, out, start);
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

/** Rows of the largest source; the others have as many, or one. */
function countRows(
  functionName: string,
  names: readonly string[],
  sources: readonly Vector[],
  rowLength: number,
): number {
  if (!Number.isInteger(rowLength) || rowLength < 1) {
    const error = rowLength === undefined ? TypeError : RangeError;
    throw new error(`${functionName}: rowLength is ${rowLength}; it must be an integer >= 1`);
  }
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

/** The array to write to, after the checks that make writing safe. */
function checkOut(
  functionName: string,
  out: FloatArray | undefined,
  precision: Precision,
  length: number,
  sources: readonly Vector[],
): FloatArray {
  const type = precision === "f32" ? Float32Array : Float64Array;
  if (out === undefined) return new type(length);
  if (!(out instanceof type))
    throw new TypeError(`${functionName}: out must be a ${type.name}, the type of the result`);
  if (out.length !== length)
    throw new RangeError(`${functionName}: out has ${out.length} numbers, the result ${length}`);
  for (const source of sources) {
    if (!ArrayBuffer.isView(source) || source.buffer !== out.buffer) continue;
    const same = source.byteOffset === out.byteOffset && source.byteLength === out.byteLength;
    const apart =
      source.byteOffset + source.byteLength <= out.byteOffset || out.byteOffset + out.byteLength <= source.byteOffset;
    if (!same && !apart) throw new RangeError(`${functionName}: out overlaps an input without being the same array`);
  }
  return out;
}
