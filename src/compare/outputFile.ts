// A file that is there when it is whole, and not before.

import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { typeOfBatch } from "./batch.js";
import { checkInteger } from "./checks.js";
import { builtin } from "./node.js";
import { shown, shownValue } from "./shown.js";
import type { RowBatch, RowBatches } from "./source.js";
import { explained, explaining } from "./systemError.js";

/** Where a path leads to, through all links, and what is there, if anything. */
interface Target {
  readonly path: string;
  readonly stats: BigIntStats | undefined;
}

/** Throws for what is no place for a file: an empty name, a directory, a path through what does not exist. */
export async function targetOf(path: string): Promise<Target> {
  const { readlink, realpath, stat } = builtin("node:fs/promises");
  const { basename, dirname, join, resolve, sep } = builtin("node:path");
  if (path === "") throw new RangeError("the name of the file to write is empty");
  const stats = await stat(path, { bigint: true }).catch((error) => {
    if (error.code !== "ENOENT") throw explained(error, path, "written");
    return undefined;
  });
  if (stats?.isDirectory() || (stats === undefined && (path.endsWith("/") || path.endsWith(sep)))) {
    throw new TypeError(`${shown(path, Infinity)} is a directory; give the name of a file in it`);
  }
  // the links to what is no file lead nowhere: /proc/self/fd/1 → pipe:[7]
  if (stats !== undefined) return { path: stats.isFile() ? await realpath(path) : path, stats };
  const place = join(await explaining(realpath(dirname(path)), path, "written"), basename(path));
  const link = await readlink(place).catch(() => undefined);
  return link === undefined ? { path: place, stats } : targetOf(resolve(dirname(place), link));
}

interface Unfinished {
  readonly target: Target;
  /** Beside the target, under a name that nothing had. */
  readonly path: string;
  readonly file: FileHandle;
}

async function create(path: string): Promise<Unfinished> {
  const { access, constants, open } = builtin("node:fs/promises");
  const { basename, dirname, join } = builtin("node:path");
  const target = await targetOf(path);
  if (target.stats !== undefined) {
    if (!target.stats.isFile()) {
      throw new TypeError(`${shown(path, Infinity)} is not a regular file, which can be replaced as a whole`);
    }
    await explaining(access(target.path, constants.W_OK), path, "written");
  }
  // short, for the longest names leave no room
  const name = `${basename(target.path).slice(0, 40)}.${builtin("node:crypto").randomBytes(6).toString("hex")}.partial`;
  const unfinished = join(dirname(target.path), name);
  // "wx": neither a file nor a link that is there already
  const file = await explaining(open(unfinished, "wx", modeOf(target.stats)), path, "written");
  return { target, path: unfinished, file };
}

/** Throws where {@link writeWhole} could not write `path`: before the work is done, not after. */
export async function checkWritable(path: string): Promise<void> {
  const { path: unfinished, file } = await create(path);
  await file.close();
  await builtin("node:fs/promises").rm(unfinished, { force: true });
}

/**
 * Writes `path` by way of another name beside it. If `write` fails, nothing is left of that, and `path` is as it was. Where a file
 * is replaced, its owner and mode stay, and so do the links that lead to it.
 */
export async function writeWhole<Result>(path: string, write: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const { rename, rm } = builtin("node:fs/promises");
  const { target, path: unfinished, file } = await create(path);
  try {
    const result = await write(file);
    if (target.stats !== undefined) await keepOwnerAndMode(file, target.stats);
    // a rename may reach the disk before the contents do
    await file.sync();
    await file.close();
    await explaining(rename(unfinished, target.path), path, "written");
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

/** Of a file that is replaced, or of a new one. */
const modeOf = (stats: Pick<BigIntStats, "mode"> | undefined): number =>
  stats === undefined ? 0o666 : Number(stats.mode) & 0o777;

async function keepOwnerAndMode(file: FileHandle, { uid, gid, mode }: BigIntStats): Promise<void> {
  // only a privileged user can, and only there it matters
  await file.chown(Number(uid), Number(gid)).catch(() => {});
  const wanted = modeOf({ mode });
  if (((await file.stat()).mode & 0o777) !== wanted) await file.chmod(wanted);
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
