// Rows of a work as tasks for threads: how they are cut, where their arrays are, what a worker is told.

import type { Vector } from "../../backends/backend.js";
import { halvesOf, viewOf } from "../../backends/halves.js";
import { RESULT_BYTES, ROWS } from "../../backends/layout.js";
import type { LinearMemory, NumberArrayConstructor } from "../memory.js";
import type { Work, WorkArray } from "../work.js";
import { describeArray, isSharable, type SharedArray, typeOf, withBits, writeText } from "./text.js";

/** What a job writes besides its results, and so whether a task can be done again. */
export type Writes = "nothing" | "elsewhere" | "in place";

/** Of what is no typed array, as it is copied. */
function bytesOfNumber(array: Vector): number {
  const view = viewOf(array);
  return isSharable(view) ? view.BYTES_PER_ELEMENT : 8;
}

/** Bytes of a row of all arrays, but those that all rows share. */
export function bytesOfRow({ arrays }: Pick<Work<unknown>, "arrays">): number {
  let bytes = 0;
  for (const entry of arrays) if (entry) bytes += entry.perRow * bytesOfNumber(entry.array);
  return bytes;
}

/** Arrays of a work in the memory that threads share, and what has been allocated for that. */
export interface Lent {
  readonly arrays: readonly (SharedArray | undefined)[];
  readonly owned: ReadonlySet<SharedArray>;
}

/**
 * Rows `from` … `from + rows - 1` of a work's arrays in the memory that threads share. What lies elsewhere is copied: labels and
 * what all rows share; matrices too where `isWhole`. undefined where that cannot be.
 */
export function lend(
  memory: LinearMemory,
  work: Pick<Work<unknown>, "arrays">,
  from: number,
  rows: number,
  isWhole: boolean,
): Lent | undefined {
  const isHeld = (array: unknown): array is SharedArray => isSharable(array) && memory.holds(array.buffer);
  const isCopied = ({ perRow, isWritten }: WorkArray) => isWhole || (perRow <= 1 && !isWritten);
  // before anything is copied
  for (const entry of work.arrays) if (entry && !isCopied(entry) && !isHeld(viewOf(entry.array))) return undefined;
  const owned = new Set<SharedArray>();
  const arrays: (SharedArray | undefined)[] = [];
  for (const entry of work.arrays) {
    if (entry === undefined) {
      arrays.push(undefined);
      continue;
    }
    const { perRow, isWritten } = entry;
    const array = viewOf(entry.array) as Vector;
    const [start, end] = perRow === 0 ? [0, array.length] : [from * perRow, (from + rows) * perRow];
    if (isHeld(array)) {
      arrays.push(start === 0 && end === array.length ? array : array.subarray(start, end));
      continue;
    }
    const copy = allocateFor(memory, array, end - start);
    if (copy === undefined) {
      giveBack(memory, owned);
      return undefined;
    }
    owned.add(copy);
    arrays.push(copy);
    try {
      if (!isWritten) copyTo(copy, array, start);
    } catch (error) {
      giveBack(memory, owned); // a getter has thrown
      throw error;
    }
  }
  return { arrays, owned };
}

function allocateFor(memory: LinearMemory, array: Vector, length: number): SharedArray | undefined {
  const type = isSharable(array) ? typeOf(describeArray(array).type) : Float64Array;
  try {
    return memory.allocate<NumberArrayConstructor>(type, length);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The arrays as they are lent: those rows alone. */
export const partsOf = ({ arrays }: Pick<Work<unknown>, "arrays">, lent: Lent): (WorkArray | undefined)[] =>
  arrays.map((entry, i) => entry && { ...entry, array: withBits(entry.array, lent.arrays[i] as SharedArray) });

export function giveBack(memory: LinearMemory, owned: Iterable<SharedArray>): void {
  for (const array of owned) memory.free(array);
}

export const rowsOfTask = (task: number, rowsPerTask: number, rows: number): [first: number, last: number] => [
  task * rowsPerTask,
  Math.min(rows, (task + 1) * rowsPerTask),
];

/** Rows whose results there is room for. */
export const roomFor = (width: number): number =>
  width === 0 ? Number.POSITIVE_INFINITY : Math.floor(RESULT_BYTES / 8 / width);

/** A row that fails leaves those before it written: where they are the input too, a task is one row, to be done again. */
export const rowsPerTaskOf = (rows: number, writes: Writes, tasks: number): number =>
  writes === "in place" ? 1 : Math.ceil(rows / tasks);

/** Bytes of short rows that a task has at least, if that leaves so many tasks per thread: each of its kernels is then called for a whole batch. */
const BATCH_BYTES = 262144;
const BATCHES_PER_THREAD = 8;

/** The same of a job that the caller does with `threads` threads; many tasks, so that all end at once. */
export function rowsPerSharedTask(
  rows: number,
  writes: Writes,
  tasks: number,
  threads: number,
  rowBytes: number,
): number {
  const least = rowsPerTaskOf(rows, writes, tasks);
  if (writes === "in place") return least;
  const batch = Math.min(ROWS, Math.floor(BATCH_BYTES / rowBytes));
  return Math.max(least, Math.min(batch, Math.floor(rows / (BATCHES_PER_THREAD * threads))));
}

/** Copies of what lies outside the memory are written elsewhere. */
export function writesOf(memory: LinearMemory, { arrays }: Pick<Work<unknown>, "arrays">): Writes {
  const offsets = arrays.map((entry) => {
    const view = viewOf(entry?.array);
    return isSharable(view) && memory.holds(view.buffer) ? view.byteOffset : undefined;
  });
  const written = offsets.filter((_, i) => arrays[i]?.isWritten);
  if (!arrays.some((entry) => entry?.isWritten)) return "nothing";
  return offsets.filter((offset) => offset !== undefined && written.includes(offset)).length > written.length
    ? "in place"
    : "elsewhere";
}

/** Bytes that a task reads and writes. */
export function bytesOfTask({ arrays }: Pick<Work<unknown>, "arrays">, lent: Lent, tasks: number): number {
  let bytes = 0;
  lent.arrays.forEach((array, i) => {
    if (array) bytes += arrays[i]?.perRow === 0 ? array.byteLength : array.byteLength / tasks;
  });
  return bytes;
}

export function textOf(
  { loopName, settings, arrays: given }: Pick<Work<unknown>, "loopName" | "settings" | "arrays">,
  { arrays }: Lent,
): string {
  const described = arrays.map((array, i) => {
    if (array === undefined) return null;
    const whole = given[i]?.array;
    return { ...describeArray(array), format: halvesOf(whole)?.format };
  });
  return writeText({ loop: loopName, arrays: described, settings });
}

/** Copies numbers of any array; what is no number becomes NaN, which the loop then finds. */
function copyTo(copy: SharedArray, array: Vector, start: number): void {
  if (isSharable(array)) {
    copy.set(start === 0 && copy.length === array.length ? array : array.subarray(start, start + copy.length));
    return;
  }
  for (let i = 0; i < copy.length; i++) {
    const x: unknown = array[start + i];
    copy[i] = typeof x === "number" ? x : Number.NaN;
  }
}

/** Copies rows that a job has written to copies to where they belong. */
export function bringBack(
  { arrays }: Pick<Work<unknown>, "arrays">,
  lent: Lent,
  from: number,
  first: number,
  last: number,
): void {
  for (let i = 0; i < arrays.length; i++) {
    const entry = arrays[i];
    const copy = lent.arrays[i];
    if (!entry?.isWritten || copy === undefined || !lent.owned.has(copy)) continue;
    const { array, perRow } = entry;
    (array as SharedArray).set(copy.subarray(first * perRow, last * perRow), (from + first) * perRow);
  }
}
