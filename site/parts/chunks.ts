/** Bytes of a file that are in memory at once. */
const CHUNK_BYTES = 2 ** 20;

/** A file as its bytes, a part at a time: it may be larger than memory. */
export async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    yield new Uint8Array(await file.slice(at, at + CHUNK_BYTES).arrayBuffer());
  }
}
