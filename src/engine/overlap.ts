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

/** Whether two arrays have no bytes in common even if their buffers are one. */
export const liesApart = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
  a.byteOffset + a.byteLength <= b.byteOffset || b.byteOffset + b.byteLength <= a.byteOffset;

/**
 * Whether two arrays, if their buffers are one, lie over each other without being the same numbers. To be asked first: an array of at most
 * 64 bytes has no buffer in V8 until it is asked for it, which takes 0.2 µs.
 */
export const coversPart = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
  !liesApart(a, b) && !(a.byteOffset === b.byteOffset && a.byteLength === b.byteLength);

/** Throws where what is written lies over part of what is read, of arrays with different buffer objects. */
export function checkPlace(
  memory: Holder,
  functionName: string,
  arrays: readonly (Vector | undefined)[],
  written: FloatArray,
): void {
  for (const each of arrays) {
    const array = viewOf(each);
    if (!ArrayBuffer.isView(array) || !coversPart(array, written)) continue;
    const [a, b] = [array.buffer, written.buffer];
    if (a === b || !mayBeOne(a, b) || !memory.holds(a) || !memory.holds(b)) continue;
    throw new RangeError(`${functionName}: out overlaps an input without being the same array`);
  }
}
