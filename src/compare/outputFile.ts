// A file that is there when it is whole, and not before.

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { typeOfBatch } from "./batch.js";
import { checkInteger } from "./checks.js";
import { shown, shownValue } from "./shown.js";
import type { RowBatch, RowBatches } from "./source.js";
import { explained, explaining } from "./systemError.js";

/** Writes `path` by way of another name beside it. If `write` fails, nothing is left of that, and `path` is as it was. */
export async function writeWhole<Result>(path: string, write: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const unfinished = `${path}.partial`;
  const file = await explaining(open(unfinished, "w"), path, "written");
  try {
    const result = await write(file);
    await file.close();
    await explaining(rename(unfinished, path), path, "written");
    return result;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(unfinished, { force: true });
    // what has a path of its own is an error of what `write` reads
    throw (error as NodeJS.ErrnoException)?.path === undefined ? explained(error, path, "written") : error;
  }
}

/** Throws for what are no batches of rows, and for a number of classes that there cannot be, or that is not that of a file. */
export function checkRows(functionName: string, rows: unknown, classes: unknown): void {
  const { [Symbol.iterator]: all, [Symbol.asyncIterator]: later, data, classes: own } = Object(rows);
  if ((typeof all !== "function" && typeof later !== "function") || typeof rows === "string") {
    const hint = data === undefined ? "" : "; put it into one: [{ data }]";
    throw new TypeError(
      `${functionName}: rows is ${shownValue(rows)}; it must be an iterable of batches, { data }${hint}`,
    );
  }
  checkInteger(functionName, "classes", classes, 1, 2 ** 31 - 1);
  if (own !== undefined && own !== classes) {
    throw new RangeError(`${functionName}: classes is ${classes}, but rows has ${shownValue(own)} classes`);
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
  const name = shown(path, Infinity);
  let count = 0;
  for await (const batch of rows) {
    typeOfBatch(batch, () => `${name}: the batch from row ${count} on`);
    if (batch.data.length % classes !== 0) {
      throw new RangeError(
        `${name}: a batch of ${batch.data.length} numbers, from row ${count} on; a row has ${classes}`,
      );
    }
    // from where the last one ended, and to its own end
    await file.writeFile(encode(batch, count));
    count += batch.data.length / classes;
  }
  if (count === 0) throw new RangeError(`${name}: there are no rows to write`);
  return count;
}
