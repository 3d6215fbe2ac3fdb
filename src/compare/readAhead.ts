// Batches of rows that lie one after the other in a file. While one is computed on, the next is read.

import { typeNameOf } from "../backends/arrays.js";
import { checkOptions } from "../engine/checks.js";
import { checkInteger, checkType } from "./checks.js";
import type { InputFile } from "./file.js";
import { shownValue } from "./shown.js";
import type { ReadOptions } from "./source.js";

/** Where the rows are. */
export interface Area {
  readonly file: InputFile;
  /** Of the first row, in bytes. */
  readonly offset: number;
  readonly rowBytes: number;
  readonly rows: number;
  /** What a byte belongs to: "row 17, column 3". */
  placeAt(byte: number): string;
}

/** Memory for one batch. */
export interface Slot {
  /** What is read. */
  readonly bytes: Uint8Array;
}

/** A batch as it was read: the first `count` rows of the slot. */
export interface Batch<OfSlot> {
  readonly slot: OfSlot;
  readonly first: number;
  readonly count: number;
}

/** Beside the batches that are read: one that is computed on, and one that has just been handed out. */
const HANDED_OUT = 2;

/** Of a batch by default. Files are read at 8 to 11 GB/s by 1 to 4 MiB, at 5 to 7 by 8 MiB and more (measured, warm). */
const BATCH_BYTES = 2 ** 22;

/** Memory for one batch, from the caller's or the source's own. */
export function allocateBatch({ name }: InputFile, { allocate }: ReadOptions, bytes: number): Uint8Array {
  const memory = allocate === undefined ? new Uint8Array(bytes) : allocate(bytes);
  if (typeNameOf(memory) !== "Uint8Array") {
    throw new TypeError(`${name}: allocate gave ${shownValue(memory)}; it must give a Uint8Array`);
  }
  if (memory.length < bytes || memory.byteOffset % 8 !== 0) {
    const given = `${memory.length} bytes at ${memory.byteOffset}`;
    throw new RangeError(`${name}: allocate gave ${given}; ${bytes} were asked for, at a multiple of 8`);
  }
  return memory;
}

/** Rows of a batch, and the range, checked. */
export function rangeOf({ file, rows, rowBytes }: Area, options: ReadOptions): Required<Omit<ReadOptions, "allocate">> {
  const reader = `${file.name}: read`;
  checkOptions(reader, options, ["start", "end", "batchRows", "allocate"]);
  const { start = 0, end = rows, batchRows = Math.max(1, Math.floor(BATCH_BYTES / rowBytes)) } = options;
  checkType(reader, "allocate", options.allocate, "function");
  checkInteger(reader, "start", start, 0);
  checkInteger(reader, "end", end, 0);
  checkInteger(reader, "batchRows", batchRows, 1);
  if (!(start <= end && end <= rows)) {
    throw new RangeError(`${file.name}: rows ${start} to ${end} were asked for; it has rows 0 to ${rows}`);
  }
  return { start, end, batchRows: Math.min(batchRows, Math.max(1, end - start)) };
}

/** Reads rows `start` to `end`. The slot of a batch is that of the next one but two, or later. */
export async function* readAhead<OfSlot extends Slot>(
  area: Area,
  { start, end, batchRows }: ReturnType<typeof rangeOf>,
  makeSlot: () => OfSlot,
): AsyncGenerator<Batch<OfSlot>, void, undefined> {
  const { offset, rowBytes } = area;
  const file = area.file.inOrder(offset + start * rowBytes, offset + end * rowBytes);
  const slots: OfSlot[] = [];
  const { readsAhead } = area.file;
  const readFrom = (first: number): Promise<Batch<OfSlot>> => {
    const index = (first - start) / batchRows;
    if (index < HANDED_OUT + readsAhead) slots.push(makeSlot());
    const slot = slots[index % slots.length];
    const count = Math.min(batchRows, end - first);
    const bytes = slot.bytes.subarray(0, count * rowBytes);
    const reading = file.read(bytes, offset + first * rowBytes, area.placeAt).then(() => ({ slot, first, count }));
    // it is awaited when the next batch is asked for, which may be later than it fails
    reading.catch(() => {});
    return reading;
  };

  const readings: Promise<Batch<OfSlot>>[] = [];
  let next = start;
  const readOn = () => {
    for (; readings.length < readsAhead && next < end; next += batchRows) readings.push(readFrom(next));
  };
  try {
    readOn();
    for (let reading = readings.shift(); reading !== undefined; reading = readings.shift()) {
      const batch = await reading;
      readOn();
      yield batch;
    }
  } finally {
    await file.close();
    // whoever leaves early may free the memory
    await Promise.allSettled(readings);
  }
  await area.file.checkUnchanged();
}
