// A file that is read at any place, by reads into memory of the caller's, and that must stay what it was when opened.

import type { ByteSource } from "./bytes.js";
import { inflatedPart, partOf } from "./partBytes.js";
import type { Deflated } from "./unpacked.js";

export class InputFile {
  /** For messages. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly #bytes: ByteSource;

  constructor(bytes: ByteSource) {
    this.name = bytes.name;
    this.size = bytes.size;
    this.#bytes = bytes;
  }

  /** Some bytes of this file, as one by itself. It closes this one. */
  part(name: string, offset: number, size: number): InputFile {
    return new InputFile(partOf(this.#bytes, name, offset, size));
  }

  /** Bytes of this file that are deflated, by way of a copy. It closes this one. */
  async inflated(name: string, offset: number, packed: Deflated): Promise<InputFile> {
    return new InputFile(await inflatedPart(partOf(this.#bytes, name, offset, packed.packedSize), packed));
  }

  /** How many reads one after the other are worth being on their way at once. */
  get readsAhead(): number {
    return this.#bytes.inOrder === undefined ? 1 : 2;
  }

  /** The same file, to be read in order from `start` to `end`: what is far away is asked for ahead. `close` ends that alone. */
  inOrder(start: number, end: number): InputFile {
    const bytes = this.#bytes;
    const ahead: Pick<ByteSource, "read" | "close"> = bytes.inOrder?.(start, end) ?? {
      read: (into, position) => bytes.read(into, position),
      close: async () => {},
    };
    return new InputFile({
      ...{ name: this.name, size: this.size },
      read: (into, position) => ahead.read(into, position),
      checkUnchanged: () => this.checkUnchanged(),
      close: () => ahead.close(),
    });
  }

  /** Fills `bytes` from `position` on. Throws where the file ends before; `placeAt` tells what the byte there belongs to. */
  async read(bytes: Uint8Array, position: number, placeAt?: (byte: number) => string): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = await this.#bytes.read(done === 0 ? bytes : bytes.subarray(done), position + done);
      if (count === 0) {
        await this.checkUnchanged();
        const end = position + done;
        throw new RangeError(
          `${this.name} ends at byte ${end}${placeAt ? `, in ${placeAt(end)}` : ""}: it is truncated`,
        );
      }
      done += count;
    }
  }

  /** `length` bytes from `position` on: of a header, so that they are few. */
  async readBytes(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    await this.read(bytes, position);
    return bytes;
  }

  /** Throws if it is no longer what was opened. */
  checkUnchanged(): Promise<void> {
    return this.#bytes.checkUnchanged();
  }

  close(): Promise<void> {
    return this.#bytes.close();
  }
}

/** What `use` makes of a file, which is closed again if that fails. */
export async function withFile<Result>(
  opening: Promise<ByteSource>,
  use: (file: InputFile) => Promise<Result>,
): Promise<Result> {
  const file = new InputFile(await opening);
  try {
    return await use(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}
