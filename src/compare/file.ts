// A file that is read at any place, by reads into memory of the caller's, and that must stay what it was when opened.

import type { BigIntStats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { shown } from "./shown.js";
import { explaining } from "./systemError.js";
import { copyOf, copyOfInput, type Deflated, inflatedCopyOf, isPacked } from "./unpacked.js";

/** As a path. */
const STANDARD_INPUT = "-";

/** Bytes of one call of the system; Linux reads 2 GiB less a page at most. */
const LARGEST_READ = 2 ** 30;

export class InputFile {
  /** The path, for messages. */
  readonly name: string;
  readonly #path: string;
  /** In bytes. */
  readonly size: number;
  readonly #handle: FileHandle;
  /** Of what must stay as it is; undefined for standard input, which is gone. */
  readonly #opened: BigIntStats | undefined;
  readonly #close: () => Promise<void>;
  /** Of the first byte, within the file that is open. */
  readonly #offset: number;

  private constructor(
    path: string,
    handle: FileHandle,
    size: number | bigint,
    opened: BigIntStats | undefined,
    close: () => Promise<void>,
    { name = path === STANDARD_INPUT ? "standard input" : shown(path, Infinity), offset = 0 } = {},
  ) {
    this.#path = path;
    this.name = name;
    this.size = Number(size);
    this.#handle = handle;
    this.#opened = opened;
    this.#close = close;
    this.#offset = offset;
  }

  /** Throws for a path that cannot be opened, with the system's reason, and for what is not a regular file. */
  static async open(path: string): Promise<InputFile> {
    if (path === STANDARD_INPUT) return InputFile.#ofCopy(path, undefined);
    // before it is opened, since opening a pipe waits for its other end
    if (!(await explaining(stat(path), path, "read")).isFile()) {
      throw new TypeError(`${shown(path, Infinity)} is not a regular file, which can be read at any place`);
    }
    if (isPacked(path)) return InputFile.#ofCopy(path, await explaining(stat(path, { bigint: true }), path, "read"));
    const handle = await explaining(open(path, "r"), path, "read");
    const opened = await handle.stat({ bigint: true });
    return new InputFile(path, handle, opened.size, opened, () => handle.close());
  }

  /** What is packed, or standard input, by way of a copy. */
  static async #ofCopy(path: string, opened: BigIntStats | undefined): Promise<InputFile> {
    const { handle, close } = await (opened === undefined ? copyOfInput() : copyOf(path));
    const { size } = await handle.stat({ bigint: true });
    return new InputFile(path, handle, size, opened, close);
  }

  /** Some bytes of this file, as one by itself. It closes this one. */
  part(name: string, offset: number, size: number): InputFile {
    const place = { name, offset: this.#offset + offset };
    return new InputFile(this.#path, this.#handle, size, this.#opened, this.#close, place);
  }

  /** Bytes of this file that are deflated, by way of a copy. It closes this one. */
  async inflated(name: string, offset: number, packed: Deflated): Promise<InputFile> {
    const start = this.#offset + offset;
    const end = start + packed.packedSize - 1;
    // without an option of their own, streams of a handle close it
    const bytes = end < start ? [] : this.#handle.createReadStream({ start, end, autoClose: false });
    const { handle, close } = await inflatedCopyOf(name, bytes, packed);
    const closeBoth = async () => {
      await close();
      await this.#close();
    };
    return new InputFile(this.#path, handle, packed.size, this.#opened, closeBoth, { name });
  }

  /** Fills `bytes` from `position` on. Throws where the file ends before; `placeAt` tells what the byte there belongs to. */
  async read(bytes: Uint8Array, position: number, placeAt?: (byte: number) => string): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      // not what comes after a part
      const length = Math.max(0, Math.min(bytes.length - done, LARGEST_READ, this.size - position - done));
      const reading = this.#handle.read(bytes, done, length, this.#offset + position + done);
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
    if (was === undefined) return;
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
    return this.#close();
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
