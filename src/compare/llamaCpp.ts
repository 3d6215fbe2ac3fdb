// What llama.cpp's perplexity tool saves by --kl-divergence-base: log-probabilities in 16 bits. Little-endian:
//
//   0    "_logits_"
//   8    context: i32, tokens of a chunk
//   12   classes: i32
//   16   chunks: i32
//   20   tokens: i32 × context × chunks
//   then of each chunk, a row for every token from the middle (context/2, rounded down) to the last but one:
//        step: f32, floor: f32, then a u16 for each class, and another if their number is odd
//
// ln p = step · u16 + floor, and 65535 is the most probable class. See log_softmax and perplexity in llama.cpp's
// tools/perplexity/perplexity.cpp.

import type { InputFile } from "./file.js";

export const LLAMA_CPP_MAGIC = "_logits_";

/** Of the file, in bytes. */
export const HEADER_BYTES = 20;

/** Of a row: its step and its floor, in bytes. */
export const ROW_HEADER_BYTES = 8;

export interface LlamaCppHeader {
  readonly classes: number;
  /** Tokens of a chunk. */
  readonly context: number;
  /** Rows of a chunk. */
  readonly rowsPerChunk: number;
  readonly chunks: number;
  readonly rows: number;
  /** Of a file that ends before: the rows that it says it has. */
  readonly saidRows?: number;
  readonly rowBytes: number;
  /** Of the first row, in bytes. */
  readonly offset: number;
}

export function layOut(context: number, classes: number, chunks: number): LlamaCppHeader {
  const rowsPerChunk = context - 1 - Math.floor(context / 2);
  return {
    classes,
    context,
    chunks,
    rowsPerChunk,
    rows: rowsPerChunk * chunks,
    rowBytes: ROW_HEADER_BYTES + 2 * (classes + (classes % 2)),
    offset: HEADER_BYTES + 4 * context * chunks,
  };
}

export async function readLlamaCppHeader(file: InputFile, isPartial: boolean): Promise<LlamaCppHeader> {
  const bytes = await file.readBytes(0, HEADER_BYTES);
  const magic = String.fromCharCode(...bytes.subarray(0, 8));
  if (magic !== LLAMA_CPP_MAGIC) {
    throw new TypeError(
      `${file.name}: no logits of llama.cpp: it does not begin, at byte 0, with "${LLAMA_CPP_MAGIC}"`,
    );
  }
  const [context, classes, chunks] = new Int32Array(bytes.buffer, 8, 3);
  const said = `a context of ${context} tokens, ${classes} classes, ${chunks} chunks, at byte 8`;
  if (context < 1 || classes < 1 || chunks < 0) throw new RangeError(`${file.name}: ${said}`);
  const header = layOut(context, classes, chunks);
  if (header.rows === 0) throw new RangeError(`${file.name}: ${said}: there are no rows`);
  const end = header.offset + header.rows * header.rowBytes;
  if (file.size < end) {
    const whole = Math.max(0, Math.floor((file.size - header.offset) / header.rowBytes));
    if (isPartial && whole > 0) return { ...header, rows: whole, saidRows: header.rows };
    throw new RangeError(
      `${file.name}: ${said}: that makes ${header.rows} rows and ${end} bytes, but it ends in row ${whole}, at byte ${file.size}: truncated`,
    );
  }
  if (file.size > end) {
    throw new RangeError(`${file.name}: ${said}: that makes ${end} bytes, but it goes on to ${file.size}`);
  }
  return header;
}

/** Of one read, at most, unless a chunk has more. */
const TOKENS_AT_ONCE = 2 ** 18;

/** The token after each row: row j of a chunk is what the model says after its token context/2 + j. */
export async function readObservedTokens(file: InputFile, header: LlamaCppHeader): Promise<Int32Array> {
  const { context, chunks, classes, rowsPerChunk } = header;
  const observed = new Int32Array(chunks * rowsPerChunk);
  // many chunks at a time: behind a URL, each read takes a while
  const atOnce = Math.max(1, Math.floor(TOKENS_AT_ONCE / context));
  for (let first = 0; first < chunks; first += atOnce) {
    const tokens = new Int32Array(context * Math.min(atOnce, chunks - first));
    const position = HEADER_BYTES + 4 * context * first;
    await file.read(new Uint8Array(tokens.buffer), position);
    const wrong = tokens.findIndex((token) => token < 0 || token >= classes);
    if (wrong >= 0) {
      const place = `token ${context * first + wrong}, at byte ${position + 4 * wrong}`;
      throw new RangeError(`${file.name}: ${place}, is ${tokens[wrong]}; there are ${classes} classes`);
    }
    for (let end = context, c = first; end <= tokens.length; end += context, c++) {
      observed.set(tokens.subarray(end - rowsPerChunk, end), c * rowsPerChunk);
    }
  }
  return observed;
}
