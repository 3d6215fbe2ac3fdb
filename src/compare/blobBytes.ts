// Bytes of a Blob, or in memory.

import type { BlobLike, ByteSource } from "./bytes.js";
import { shown } from "./shown.js";

/** A `File` that changes on the disk cannot be read any more: the browser sees to that. */
export function bytesOfBlob(name: string, blob: BlobLike): ByteSource {
  const { size } = blob;
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    } catch (cause) {
      const reason = shown((cause as Error).message, 200);
      throw new Error(`${name} cannot be read, or has changed since it was chosen: ${reason}`, { cause });
    }
  };
  return {
    name,
    size,
    async read(bytes, position) {
      const part = await read(position, Math.min(size, position + bytes.length));
      bytes.set(part);
      return part.length;
    },
    async checkUnchanged() {
      await read(size - 1, size);
    },
    async close() {},
  };
}

export const bytesOfMemory = (name: string, memory: Uint8Array): ByteSource => ({
  name,
  size: memory.length,
  async read(bytes, position) {
    const part = memory.subarray(position, position + bytes.length);
    bytes.set(part);
    return part.length;
  },
  async checkUnchanged() {},
  async close() {},
});
