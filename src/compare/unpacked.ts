// What cannot be read at any place, packed files and standard input, as a file that can: a copy that goes when it is closed.

import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { shown } from "./shown.js";
import { explained, explaining } from "./systemError.js";

const PACKED = /\.(gz|zst)$/i;

/** Whether a path is of a file that is unpacked first. */
export const isPacked = (path: string): boolean => PACKED.test(path);

/** The name of what is in it. */
export const unpackedName = (path: string): string => path.replace(PACKED, "");

function unpackerOf(path: string): Transform {
  if (/\.gz$/i.test(path)) return zlib.createGunzip();
  const create = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;
  if (create !== undefined) return create();
  throw new TypeError(
    `${shown(path, Infinity)}: .zst needs Node 22.15 or later, this is ${process.version}; unpack it first (zstd -d)`,
  );
}

export interface Copy {
  readonly handle: FileHandle;
  /** Closes the file, and removes it. */
  close(): Promise<void>;
}

/** An unpacked copy, or one of standard input where `path` is undefined. */
export async function copyOf(path: string | undefined): Promise<Copy> {
  const folder = await explaining(mkdtemp(join(tmpdir(), "logratio-")), tmpdir(), "written");
  const target = join(folder, "unpacked");
  try {
    const to = createWriteStream(target, { flags: "wx", mode: 0o600 });
    if (path === undefined) await pipeline(process.stdin, to);
    else await pipeline(createReadStream(path), unpackerOf(path), to);
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
    if (syscall !== undefined) throw explained(error, path ?? "standard input", "read");
    const name = path === undefined ? "standard input" : shown(path, Infinity);
    throw Object.assign(new Error(`${name} cannot be unpacked: ${shown(message, 200)}`, { cause: error }), { code });
  }
}
