// What cannot be read at any place, packed files and streams, as a file that can: a copy that goes when it is closed.

import type { FileHandle } from "node:fs/promises";
import type { Transform, Writable } from "node:stream";
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

export interface Copy {
  readonly handle: FileHandle;
  /** Closes the file, and removes it. */
  close(): Promise<void>;
}

/** What is known of deflated bytes. */
export interface Deflated {
  readonly size: number;
  readonly packedSize: number;
  /** CRC-32 of what is in them. */
  readonly crc: number;
}

/** A copy of a stream, or of the file at a path; unpacked where the name says that it is packed. */
export const copyOf = (name: string, from: string | AsyncIterable<Uint8Array>): Promise<Copy> =>
  writeCopy(name, async (to) => {
    const { pipeline } = builtin("node:stream/promises");
    const bytes = typeof from === "string" ? builtin("node:fs").createReadStream(from) : from;
    if (isPacked(name)) await pipeline(bytes, unpackerOf(name), to);
    else await pipeline(bytes, to);
  });

/** A copy of what is deflated in `bytes`, where it is as long as it should be, and its checksum fits. */
export const inflatedCopyOf = (
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  { size, crc }: Deflated,
): Promise<Copy> =>
  writeCopy(name, async (to) => {
    const zlib = builtin("node:zlib");
    let length = 0;
    let sum = 0;
    await builtin("node:stream/promises").pipeline(
      bytes,
      zlib.createInflateRaw(),
      async function* (parts: AsyncIterable<Uint8Array>) {
        for await (const part of parts) {
          length += part.length;
          if (length > size) throw damaged(`it has more than its ${size} bytes`);
          sum = zlib.crc32(part, sum);
          yield part;
        }
      },
      to,
    );
    if (length !== size) throw damaged(`it has ${length} of its ${size} bytes`);
    if (sum !== crc) throw damaged("its checksum does not fit");
  });

const damaged = (what: string): Error => Object.assign(new Error(what), { code: "ERR_DAMAGED" });

async function writeCopy(name: string, write: (to: Writable) => Promise<void>): Promise<Copy> {
  const { mkdtemp, open, rm } = builtin("node:fs/promises");
  const { join } = builtin("node:path");
  const { tmpdir } = builtin("node:os");
  const folder = await explaining(mkdtemp(join(tmpdir(), "logratio-")), tmpdir(), "written");
  const target = join(folder, "unpacked");
  try {
    await write(builtin("node:fs").createWriteStream(target, { flags: "wx", mode: 0o600 }));
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
