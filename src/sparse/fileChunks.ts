// A file of text as its bytes, a part at a time.

import { explaining } from "../compare/systemError.js";
import { nodeModule } from "../engine/platform.js";

/** Of one read, into the same memory again: its text is so short that V8 keeps it among its young objects. */
const CHUNK_BYTES = 2 ** 16;

/** Every part is in the same memory: what comes next overwrites it. For Node, Bun and Deno. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const { open } = (nodeModule as NonNullable<typeof nodeModule>)("node:fs/promises");
  const file = await explaining(open(path, "r"), path, "read");
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await explaining(file.read({ buffer }), path, "read");
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
