// What a work writes, where that may lie over what it reads.

import type { FloatArray, Vector } from "../backends/backend.js";
import { viewOf } from "../backends/halves.js";
import { mayBeOne } from "../backends/space.js";
import { type AnyWork, arraysOf, type Holder } from "./work.js";

/**
 * Throws where what is written lies over part of what is read. Of arrays with one buffer object that has been checked; those that
 * come from another thread, or from before the memory grew, have another.
 *
 * Where it lies over all of it, gives the same work without what it writes, to be done first: it throws what there is to throw before
 * anything has been overwritten. A single row that fails has written nothing.
 */
export function guard(memory: Holder, work: AnyWork): AnyWork | undefined {
  const { functionName, arrays, rows } = work;
  let isInPlace = false;
  for (const entry of arrays) {
    if (!entry?.isWritten) continue;
    checkPlace(memory, functionName, arraysOf(work), entry.array as FloatArray);
    isInPlace ||= arrays.some(
      (other) => other && !other.isWritten && isOne(memory, other.array, entry.array as FloatArray),
    );
  }
  if (!isInPlace || rows === 1) return undefined;
  const read = arrays.map((entry) => (entry?.isWritten ? undefined : entry));
  return { ...work, arrays: read, guard: undefined, finish: () => undefined };
}

function isOne(memory: Holder, read: Vector, b: FloatArray): boolean {
  const a = viewOf(read);
  if (!ArrayBuffer.isView(a) || a.byteOffset !== b.byteOffset) return false;
  return a.buffer === b.buffer || (memory.holds(a.buffer) && memory.holds(b.buffer));
}

/** Throws where what is written lies over part of what is read, of arrays with different buffer objects. */
export function checkPlace(
  memory: Holder,
  functionName: string,
  arrays: readonly (Vector | undefined)[],
  written: FloatArray,
): void {
  const { buffer } = written;
  for (const each of arrays) {
    const array = viewOf(each);
    if (array === written || !ArrayBuffer.isView(array)) continue;
    if (array.buffer === buffer || !mayBeOne(array.buffer, buffer)) continue;
    if (!memory.holds(array.buffer) || !memory.holds(buffer) || array.byteOffset === written.byteOffset) continue;
    const isBefore = array.byteOffset + array.byteLength <= written.byteOffset;
    const isAfter = written.byteOffset + written.byteLength <= array.byteOffset;
    if (isBefore || isAfter) continue;
    throw new RangeError(`${functionName}: out overlaps an input without being the same array`);
  }
}
