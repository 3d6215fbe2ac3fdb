// A file that is read at any place, by reads into memory of the caller's, and that must stay what it was when opened.

import type { BigIntStats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { shown } from "./shown.js";
import { explaining } from "./systemError.js";

/** Bytes of one call of the system; Linux reads 2 GiB less a page at most. */
const LARGEST_READ = 2 ** 30;

export class InputFile {
  /** The path, for messages. */
  readonly name: string;
  readonly #path: string;
  /** In bytes. */
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #opened: BigIntStats;

  private constructor(path: string, handle: FileHandle, opened: BigIntStats) {
    this.#path = path;
    this.name = shown(path, Infinity);
    this.size = Number(opened.size);
    this.#handle = handle;
    this.#opened = opened;
  }

  /** Throws for a path that cannot be opened, with the system's reason, and for what is not a regular file. */
  static async open(path: string): Promise<InputFile> {
    // before it is opened, since opening a pipe waits for its other end
    if (!(await explaining(stat(path), path, "read")).isFile()) {
      throw new TypeError(`${shown(path, Infinity)} is not a regular file, which can be read at any place`);
    }
    const handle = await explaining(open(path, "r"), path, "read");
    return new InputFile(path, handle, await handle.stat({ bigint: true }));
  }

  /** Fills `bytes` from `position` on. Throws where the file ends before; `placeAt` tells what the byte there belongs to. */
  async read(bytes: Uint8Array, position: number, placeAt?: (byte: number) => string): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(bytes.length - done, LARGEST_READ);
      const reading = this.#handle.read(bytes, done, length, position + done);
      const { bytesRead } = await explaining(reading, this.name, "read");
      if (bytesRead === 0) {
        await this.checkUnchanged();
        const end = position + done;
        throw new RangeError(
          `${this.name} ends at byte ${end}${placeAt ? `, in ${placeAt(end)}` : ""}: it is truncated`,
        );
      }
      done += bytesRead;
    }
  }

  /** `length` bytes from `position` on: of a header, so that they are few. */
  async readBytes(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    await this.read(bytes, position);
    return bytes;
  }

  /** Throws if the path no longer leads to what was opened, or to another size or time of writing. */
  async checkUnchanged(): Promise<void> {
    const was = this.#opened;
    const now = await stat(this.#path, { bigint: true }).catch(() => undefined);
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
    if (what !== undefined) throw new Error(`${this.name} ${what} while it was read`);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The file at `path` as `use` makes something of it, closed again if that fails. */
export async function withFile<Result>(path: string, use: (file: InputFile) => Promise<Result>): Promise<Result> {
  const file = await InputFile.open(path);
  try {
    return await use(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}
