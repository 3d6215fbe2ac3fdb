// A file that is there when it is whole, and not before.

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import type { RowBatch, RowBatches } from "./source.js";

/** Writes `path` by way of another name beside it. If `write` fails, nothing is left of that, and `path` is as it was. */
export async function writeWhole<Result>(path: string, write: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const unfinished = `${path}.partial`;
  const file = await open(unfinished, "w");
  try {
    const result = await write(file);
    await file.close();
    await rename(unfinished, path);
    return result;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Appends every batch as `encode` gives its bytes, which may be the same array each time. Returns the number of rows. */
export async function appendRows(
  file: FileHandle,
  path: string,
  rows: RowBatches,
  classes: number,
  encode: (batch: RowBatch, firstRow: number) => Uint8Array,
): Promise<number> {
  if (!(Number.isSafeInteger(classes) && classes > 0)) {
    throw new RangeError(`${path}: classes is ${classes}; it must be a positive integer`);
  }
  let count = 0;
  for await (const batch of rows) {
    if (batch.data.length % classes !== 0) {
      throw new RangeError(
        `${path}: a batch of ${batch.data.length} numbers, from row ${count} on; a row has ${classes}`,
      );
    }
    // from where the last one ended, and to its own end
    await file.writeFile(encode(batch, count));
    count += batch.data.length / classes;
  }
  if (count === 0) throw new RangeError(`${path}: there are no rows to write`);
  return count;
}
