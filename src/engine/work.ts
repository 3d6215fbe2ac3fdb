// The work of a call, row by row: what a thread can be given a share of.

import type { Backend, FloatArray, Vector } from "../backends/backend.js";
import { mayBeOne } from "../backends/space.js";
import type { Runtime } from "./runtime.js";

/** An array that a loop reads or writes; undefined where a call has none. */
export interface WorkArray {
  readonly array: Vector;
  /** Numbers a row; 0 for an array that all rows share. */
  readonly perRow: number;
  readonly isWritten?: boolean;
}

/** Does rows `from` … `to - 1`: `width` numbers of each row r go to `values` from (r - from)·width on. */
export type Loop<Settings> = (
  backend: Backend,
  arrays: readonly (Vector | undefined)[],
  settings: Settings,
  from: number,
  to: number,
  values: Float64Array,
) => void;

/** A call whose arguments have been checked, and what its rows make of them. */
export interface Work<Result, Settings = unknown> {
  readonly functionName: string;
  /** By which a worker finds the loop. */
  readonly loopName: string;
  readonly loop: Loop<Settings>;
  readonly rows: number;
  readonly width: number;
  readonly arrays: readonly (WorkArray | undefined)[];
  /** Plain data. */
  readonly settings: Settings;
  readonly finish: (values: Float64Array) => Result;
}

/** What every method of an {@link AsyncEngine} takes among its options besides those of the function. */
export interface AsideOptions {
  /** Stops the work after the rows that have been begun: the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called as rows are done, with how many of how many. */
  onProgress?: (done: number, total: number) => void;
}

/** When other tasks have had their turn. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

export function arraysOf({ arrays }: Pick<Work<unknown>, "arrays">): (Vector | undefined)[] {
  return arrays.map((entry) => entry?.array);
}

/** Does rows `from` … `to - 1` on this thread. */
export function doHere<S>(
  backend: Backend,
  work: Work<unknown, S>,
  values: Float64Array,
  from: number,
  to: number,
): void {
  backend.begin(work.functionName);
  try {
    const { width, settings } = work;
    // to make an array takes a tenth of a microsecond
    const own = to - from === work.rows ? values : values.subarray(from * width, to * width);
    work.loop(backend, arraysOf(work), settings, from, to, own);
  } finally {
    backend.end();
  }
}

/**
 * Throws where what is written lies over part of what is read. Of arrays with one buffer object that has been checked; those that
 * come from another thread, or from before the memory grew, have another.
 */
export function checkPlaces(
  { memory }: Runtime,
  { functionName, arrays }: Pick<Work<unknown>, "functionName" | "arrays">,
): void {
  for (const entry of arrays) if (entry?.isWritten) checkPlace(memory, functionName, arrays, entry.array as FloatArray);
}

function checkPlace(
  memory: Runtime["memory"],
  functionName: string,
  arrays: readonly (WorkArray | undefined)[],
  written: FloatArray,
): void {
  const { buffer } = written;
  for (const entry of arrays) {
    const array = entry?.array;
    if (array === written || !ArrayBuffer.isView(array)) continue;
    if (array.buffer === buffer || !mayBeOne(array.buffer, buffer)) continue;
    if (!memory.holds(array.buffer) || !memory.holds(buffer) || array.byteOffset === written.byteOffset) continue;
    const isBefore = array.byteOffset + array.byteLength <= written.byteOffset;
    const isAfter = written.byteOffset + written.byteLength <= array.byteOffset;
    if (isBefore || isAfter) continue;
    throw new RangeError(`${functionName}: the array to write to overlaps an input without being the same array`);
  }
}

const NO_VALUES = /* @__PURE__ */ new Float64Array(0);

/** Does all rows, by all threads, and gives the result. */
export function complete<Result, S>(runtime: Runtime, work: Work<Result, S>): Result {
  const { backend, pool } = runtime;
  const { rows } = work;
  checkPlaces(runtime, work);
  const values = work.width === 0 ? NO_VALUES : new Float64Array(rows * work.width);
  if (pool === undefined || rows === 1) doHere(backend, work, values, 0, rows);
  else {
    backend.begin(work.functionName);
    try {
      if (!pool.doRows(backend, work, values)) work.loop(backend, arraysOf(work), work.settings, 0, rows, values);
    } finally {
      backend.end();
    }
  }
  return work.finish(values);
}
