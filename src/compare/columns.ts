// Rows of a matrix that a file has column by column (Fortran order): read in blocks of as many rows as memory is meant for, and turned.

import type { Area, Batch, rangeOf, Slot } from "./readAhead.js";

/** Of a block, in bytes: a matrix of no more is read once, from its beginning to its end. */
const BLOCK_BYTES = 2 ** 28;

/** Reads that are on their way at once. */
const READS = 64;

/** Numbers of a tile that is turned at once: rows and columns of it stay in the cache. */
const TILE = 32;

/** Reads rows `start` to `end`, of numbers of so many bytes. The slot of a batch is that of the next one but two. */
export async function* readColumns<OfSlot extends Slot>(
  { file, offset, rowBytes, rows, placeAt }: Area,
  bytes: number,
  { start, end, batchRows }: ReturnType<typeof rangeOf>,
  makeSlot: () => OfSlot,
  blockBytes = BLOCK_BYTES,
): AsyncGenerator<Batch<OfSlot>, void, undefined> {
  const classes = rowBytes / bytes;
  const most = Math.min(end - start, Math.max(batchRows, Math.floor(blockBytes / rowBytes)));
  // the same memory for each block
  const block = new Uint8Array(most * rowBytes);
  const slots: OfSlot[] = [];
  let turn = 0;
  for (let first = start; first < end; first += most) {
    const height = Math.min(most, end - first);
    const columnBytes = height * bytes;
    if (height === rows) await file.read(block, offset, placeAt);
    else {
      for (let column = 0; column < classes; column += READS) {
        const reads = Array.from({ length: Math.min(READS, classes - column) }, (_, i) => {
          const to = (column + i) * columnBytes;
          return file.read(
            block.subarray(to, to + columnBytes),
            offset + ((column + i) * rows + first) * bytes,
            placeAt,
          );
        });
        await Promise.allSettled(reads);
        await Promise.all(reads);
      }
    }
    for (let from = 0; from < height; from += batchRows) {
      const count = Math.min(batchRows, height - from);
      const place = turn++ % 3;
      slots[place] ??= makeSlot();
      transpose(block, slots[place].bytes, { bytes, classes, height, from, count });
      yield { slot: slots[place], first: first + from, count };
    }
  }
  await file.checkUnchanged();
}

interface Turned {
  /** Of a number. */
  readonly bytes: number;
  readonly classes: number;
  /** Rows of the block. */
  readonly height: number;
  /** The first of the rows that are turned. */
  readonly from: number;
  readonly count: number;
}

/** Writes some rows of a block of columns one after the other. Numbers are moved as they are stored. */
function transpose(block: Uint8Array, rows: Uint8Array, { bytes, classes, height, from, count }: Turned): void {
  const words = Math.min(bytes, 4) as 1 | 2 | 4;
  const type = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[words];
  const [source, target] = [block, rows].map(
    ({ buffer, byteOffset, byteLength }) => new type(buffer as ArrayBuffer, byteOffset, byteLength / words),
  );
  const width = bytes / words;
  for (let top = 0; top < count; top += TILE) {
    for (let left = 0; left < classes; left += TILE) {
      const [bottom, right] = [Math.min(count, top + TILE), Math.min(classes, left + TILE)];
      for (let r = top; r < bottom; r++) {
        for (let c = left; c < right; c++) {
          const to = width * (r * classes + c);
          const at = width * (c * height + from + r);
          target[to] = source[at];
          if (width === 2) target[to + 1] = source[at + 1];
        }
      }
    }
  }
}
