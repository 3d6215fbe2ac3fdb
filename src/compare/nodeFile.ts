// Files of a file system, and standard input.

import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "./bytes.js";
import { builtin } from "./node.js";
import { shown } from "./shown.js";
import { explaining } from "./systemError.js";
import { type Copy, copyOf, type Deflated, inflatedCopyOf, isPacked } from "./unpacked.js";

/** As a path. */
const STANDARD_INPUT = "-";

/** Bytes of one call of the system; Linux reads 2 GiB less a page at most. */
const LARGEST_READ = 2 ** 30;

/** Throws for a path that cannot be opened, with the system's reason, and for what is not a regular file. */
export async function openFile(path: string): Promise<ByteSource> {
  if (path === STANDARD_INPUT) return copyAsFile("standard input", builtin("node:process").stdin);
  if (!isPacked(path)) return openStoredFile(path);
  const opened = await statsOf(path);
  return { ...(await copyAsFile(path, path)), checkUnchanged: () => checkStats(path, opened) };
}

/** The bytes of a regular file as they are there, also of what is packed. */
export async function openStoredFile(path: string): Promise<ByteSource> {
  // before it is opened, since opening a pipe waits for its other end
  await statsOf(path);
  const handle = await explaining(builtin("node:fs/promises").open(path, "r"), path, "read");
  const opened = await handle.stat({ bigint: true });
  return fileOf(
    path,
    handle,
    opened.size,
    () => checkStats(path, opened),
    () => handle.close(),
  );
}

async function statsOf(path: string): Promise<BigIntStats> {
  const stats = await explaining(builtin("node:fs/promises").stat(path, { bigint: true }), path, "read");
  if (stats.isFile()) return stats;
  throw new TypeError(`${shown(path, Infinity)} is not a regular file, which can be read at any place`);
}

/** What is packed, or comes as a stream, by way of a copy. */
export const copyAsFile = async (name: string, from: string | AsyncIterable<Uint8Array>): Promise<ByteSource> =>
  fileOfCopy(name, await copyOf(name, from));

/** What is deflated in a stream, by way of a copy. */
export const inflatedAsFile = async (
  name: string,
  from: AsyncIterable<Uint8Array>,
  packed: Deflated,
): Promise<ByteSource> => fileOfCopy(name, await inflatedCopyOf(name, from, packed));

async function fileOfCopy(name: string, { handle, close }: Copy): Promise<ByteSource> {
  const { size } = await handle.stat({ bigint: true });
  return fileOf(name, handle, size, async () => {}, close);
}

function fileOf(
  path: string,
  handle: FileHandle,
  size: bigint,
  checkUnchanged: () => Promise<void>,
  close: () => Promise<void>,
): ByteSource {
  const name = shown(path, Infinity);
  return {
    name,
    size: Number(size),
    async read(bytes, position) {
      const reading = handle.read(bytes, 0, Math.min(bytes.length, LARGEST_READ), position);
      return (await explaining(reading, name, "read")).bytesRead;
    },
    checkUnchanged,
    close,
  };
}

/** Throws if the path no longer leads to what was opened, or to another size or time of writing. */
async function checkStats(path: string, was: BigIntStats): Promise<void> {
  const now = await builtin("node:fs/promises")
    .stat(path, { bigint: true })
    .catch(() => undefined);
  const what =
    now === undefined
      ? "was removed"
      : now.ino !== was.ino || now.dev !== was.dev
        ? "was replaced by another file"
        : now.size !== was.size
          ? `${now.size < was.size ? "shrank" : "grew"} from ${was.size} to ${now.size} bytes`
          : now.mtimeNs !== was.mtimeNs
            ? "was written to"
            : undefined;
  if (what !== undefined) throw new Error(`${shown(path, Infinity)} ${what} while it was read`);
}
