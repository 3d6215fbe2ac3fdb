// What cannot be read at any place, packed files and streams, as a file that can: a copy that goes when it is closed.

import type { FileHandle } from "node:fs/promises";
import type { Transform } from "node:stream";
import { builtin } from "./node.js";
import { shown } from "./shown.js";
import { explained, explaining } from "./systemError.js";

const PACKED = /\.(gz|zst)$/i;

/** Whether a name is of a file that is unpacked first. */
export const isPacked = (name: string): boolean => PACKED.test(name);

/** The name of what is in it. */
export const unpackedName = (name: string): string => name.replace(PACKED, "");

function unpackerOf(path: string): Transform {
  const zlib = builtin("node:zlib");
  if (/\.gz$/i.test(path)) return zlib.createGunzip();
  const create = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;
  if (create !== undefined) return create();
  throw new TypeError(
    `${shown(path, Infinity)}: .zst needs Node 22.15 or later, this is ${process.version}; unpack it first (zstd -d)`,
  );
}

interface Copy {
  readonly handle: FileHandle;
  /** Closes the file, and removes it. */
  close(): Promise<void>;
}

/** A copy of a stream, or of the file at a path; unpacked where the name says that it is packed. */
export async function copyOf(name: string, from: string | AsyncIterable<Uint8Array>): Promise<Copy> {
  const { createReadStream, createWriteStream } = builtin("node:fs");
  const { mkdtemp, open, rm } = builtin("node:fs/promises");
  const { pipeline } = builtin("node:stream/promises");
  const { join } = builtin("node:path");
  const { tmpdir } = builtin("node:os");
  const folder = await explaining(mkdtemp(join(tmpdir(), "logratio-")), tmpdir(), "written");
  const target = join(folder, "unpacked");
  try {
    const to = createWriteStream(target, { flags: "wx", mode: 0o600 });
    const bytes = typeof from === "string" ? createReadStream(from) : from;
    if (isPacked(name)) await pipeline(bytes, unpackerOf(name), to);
    else await pipeline(bytes, to);
    const handle = await open(target, "r");
    return {
      handle,
      async close() {
        await handle.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const { code, syscall, message, path: at } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (at === target || syscall === "write") throw explained(error, target, "written");
    if (syscall !== undefined) throw explained(error, name, "read");
    throw Object.assign(
      new Error(`${shown(name, Infinity)} cannot be unpacked: ${shown(message, 200)}`, { cause: error }),
      { code },
    );
  }
}
