// What is checked before a call writes arrays: that it overwrites nothing that it has still to read.

import type { FloatArray, Vector } from "../backends/backend.js";
import { mayBeOne } from "../backends/space.js";
import type { Held, Work, WorkArray } from "./work.js";

/**
 * Throws where what is written lies over part of what is read. Of arrays with one buffer object that has been checked; those that
 * come from another thread, or from before the memory grew, have another.
 */
function checkPlaces(memory: Held, { functionName, arrays }: Pick<Work<unknown>, "functionName" | "arrays">): void {
  for (const entry of arrays) if (entry?.isWritten) checkPlace(memory, functionName, arrays, entry.array as FloatArray);
}

function checkPlace(
  memory: Held,
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
function trialOf<S>(memory: Held, work: Work<unknown, S>): Work<unknown, S> | undefined {
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

/** The guard of work that writes arrays. */
export function guard<S>(memory: Held, work: Work<unknown, S>): Work<unknown, S> | undefined {
  checkPlaces(memory, work);
  return trialOf(memory, work);
}
