// A file that is read at any place, by reads into memory of the caller's, and that must stay what it was when opened.

import type { ByteSource, FileSource } from "./bytes.js";
import { openBytes } from "./openBytes.js";
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

/** The file as `use` makes something of it, closed again if that fails. */
export async function withFile<Result>(
  functionName: string,
  source: FileSource,
  use: (file: InputFile) => Promise<Result>,
): Promise<Result> {
  const file = new InputFile(await openBytes(functionName, source));
  try {
    return await use(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}
