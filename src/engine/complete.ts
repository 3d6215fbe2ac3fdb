// Work, done at once: by all threads of an engine, or by the caller's.

import type { FloatArray, Vector } from "../backends/backend.js";
import { mayBeOne } from "../backends/space.js";
import { allocate } from "./checks.js";
import type { Computer } from "./default.js";
import { arraysOf, doHere, type Work, type WorkArray } from "./work.js";

/**
 * Throws where what is written lies over part of what is read. Of arrays with one buffer object that has been checked; those that
 * come from another thread, or from before the memory grew, have another.
 */
export function checkPlaces(
  { memory }: Computer,
  { functionName, arrays }: Pick<Work<unknown>, "functionName" | "arrays">,
): void {
  for (const entry of arrays) if (entry?.isWritten) checkPlace(memory, functionName, arrays, entry.array as FloatArray);
}

function checkPlace(
  memory: Computer["memory"],
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
    throw new RangeError(`${functionName}: out overlaps an input without being the same array`);
  }
}

/**
 * The same work without what it writes, where that lies over what it reads: it throws what there is to throw before anything has been
 * overwritten. A row that fails by itself has written nothing.
 */
export function trialOf<S>({ memory }: Computer, work: Work<unknown, S>): Work<unknown, S> | undefined {
  const { arrays, rows } = work;
  if (rows === 1) return undefined;
  const isOver = (written: Vector, read: Vector) =>
    ArrayBuffer.isView(read) &&
    ArrayBuffer.isView(written) &&
    read.byteOffset === written.byteOffset &&
    (read.buffer === written.buffer || (memory.holds(read.buffer) && memory.holds(written.buffer)));
  for (const to of arrays) {
    if (!to?.isWritten || !arrays.some((from) => from && !from.isWritten && isOver(to.array, from.array))) continue;
    return { ...work, arrays: arrays.map((entry) => (entry?.isWritten ? undefined : entry)) };
  }
  return undefined;
}

const NO_VALUES = /* @__PURE__ */ new Float64Array(0);

/** Room for the numbers of all rows. */
export const valuesOf = ({
  functionName,
  rows,
  width,
}: Pick<Work<unknown>, "functionName" | "rows" | "width">): Float64Array =>
  width === 0 ? NO_VALUES : allocate(functionName, Float64Array, rows * width);

/** Does all rows, by all threads, and gives the result. */
export function complete<Result, S>(runtime: Computer, work: Work<Result, S>): Result {
  checkPlaces(runtime, work);
  const trial = trialOf(runtime, work);
  if (trial) doAll(runtime, trial);
  return work.finish(doAll(runtime, work));
}

function doAll<S>({ backend, pool }: Computer, work: Work<unknown, S>): Float64Array {
  const { rows } = work;
  const values = valuesOf(work);
  if (pool === undefined || rows === 1) doHere(backend, work, values, 0, rows);
  else {
    backend.begin(work.functionName);
    try {
      if (!pool.doRows(backend, work, values)) work.loop(backend, arraysOf(work), work.settings, 0, rows, values);
    } finally {
      backend.end();
    }
  }
  return values;
}
