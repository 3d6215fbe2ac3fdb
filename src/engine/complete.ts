// Work, done at once: by all threads of an engine, or by the caller's.

import type { FloatArray } from "../backends/backend.js";
import { mayBeOne } from "../backends/space.js";
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

const NO_VALUES = /* @__PURE__ */ new Float64Array(0);

/** Does all rows, by all threads, and gives the result. */
export function complete<Result, S>(runtime: Computer, work: Work<Result, S>): Result {
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
