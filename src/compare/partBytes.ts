// Bytes within others: of a file in an archive.

import { nodeModule } from "../engine/platform.js";
import type { ByteSource } from "./bytes.js";
import { inflatedAsFile } from "./nodeFile.js";
import type { Deflated } from "./unpacked.js";

/** Of a read of deflated bytes. */
const CHUNK_BYTES = 2 ** 20;

/** `size` bytes from `offset` on. They end and close with the others. */
export function partOf(bytes: ByteSource, name: string, offset: number, size: number): ByteSource {
  const readingOf = (all: Pick<ByteSource, "read" | "close">): Pick<ByteSource, "read" | "close"> => ({
    async read(into, position) {
      // not what comes after the part
      const length = Math.max(0, Math.min(into.length, size - position));
      return length === 0 ? 0 : all.read(into.subarray(0, length), offset + position);
    },
    close: () => all.close(),
  });
  const { inOrder } = bytes;
  return {
    ...{ name, size, ...readingOf(bytes) },
    ...(inOrder && { inOrder: (start, end) => readingOf(inOrder.call(bytes, offset + start, offset + end)) }),
    checkUnchanged: () => bytes.checkUnchanged(),
  };
}

/** What is deflated in a part, by way of a temporary file, which pages do not have. */
export async function inflatedPart(part: ByteSource, packed: Deflated): Promise<ByteSource> {
  if (nodeModule === undefined) {
    throw new TypeError(`${part.name} is deflated, which is not unpacked in pages; store the array by np.savez`);
  }
  const copy = await inflatedAsFile(part.name, chunksOf(part), packed);
  return {
    ...copy,
    checkUnchanged: () => part.checkUnchanged(),
    async close() {
      await copy.close();
      await part.close();
    },
  };
}

async function* chunksOf(part: ByteSource): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < part.size; ) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, part.size - position));
    const count = await part.read(chunk, position);
    // where it has become shorter, what is inflated is too
    if (count === 0) return part.checkUnchanged();
    yield chunk.subarray(0, count);
    position += count;
  }
}
