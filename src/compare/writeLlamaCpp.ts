// Rows to the file of llama.cpp's perplexity tool, quantised as the tool does it.

import { checkOptions } from "../engine/checks.js";
import { exp, ln } from "../numbers/scalar.js";
import { checkInteger, checkPath } from "./checks.js";
import { widen } from "./half.js";
import { HEADER_BYTES, LLAMA_CPP_MAGIC, type LlamaCppHeader, layOut, ROW_HEADER_BYTES } from "./llamaCpp.js";
import { appendRows, checkRows, writeWhole } from "./outputFile.js";
import { shown, shownValue } from "./shown.js";
import type { RowBatches } from "./source.js";
import { readTokens } from "./token.js";

/** The options of {@link writeLlamaCpp}. */
export interface WriteLlamaCppOptions {
  /** Numbers of a row, >= 1. */
  classes: number;
  /** Tokens of a chunk, >= 3; there is a row for each from the middle to the last but one. */
  context: number;
  /** Of all chunks, in order: integers from 0 to classes - 1. */
  tokens: ArrayLike<number | bigint>;
  /** How far under the largest number of a row the others are told apart, in nats: positive; 16, as llama.cpp has it, by default. */
  depth?: number;
}

/**
 * Writes rows of logits or log-probabilities to a file of llama.cpp's perplexity tool (`--kl-divergence-base`), quantised to 16
 * bits as the tool does it. The file appears when it is whole, not before.
 *
 * A number is stored to within (largest - smallest)/131070 nats, 1.2e-4 at most by default; what is more than `depth` under the
 * largest of its row is stored as that.
 *
 * @param path - Of the file, which is replaced if there is one.
 * @param rows - Batches of rows, context - 1 - ⌊context/2⌋ rows for each chunk of tokens.
 * @returns A promise of the number of rows.
 * @throws TypeError for rows that are not batches, tokens that are not integers, and an option that is unknown, missing or of the
 * wrong kind.
 * @throws RangeError for a token out of range, tokens that are no whole number of chunks, another number of rows than they make, a
 * batch that is no whole number of rows, NaN, Infinity, a number beyond f32, a row of only -Infinity, and an option out of range.
 * @throws Error for a path that cannot be written, with the system's `code`; and what `rows` throws.
 * @example
 * const rows = [{ data: Float32Array.of(2, 1, 0, -1) }];
 * await writeLlamaCpp("base.kld", rows, { classes: 4, context: 4, tokens: [0, 1, 2, 3] }); // 1
 * @see {@link openLogits}: reads it
 */
export async function writeLlamaCpp(path: string, rows: RowBatches, options: WriteLlamaCppOptions): Promise<number> {
  checkPath("writeLlamaCpp", path);
  checkOptions("writeLlamaCpp", options, ["classes", "context", "tokens", "depth"]);
  const { classes, context, depth = 16 } = options;
  checkRows("writeLlamaCpp", rows, classes);
  checkInteger("writeLlamaCpp", "context", context, 3, 2 ** 31 - 1);
  if (typeof depth !== "number" || !(depth > 0 && depth < 2 ** 127)) {
    const error = typeof depth === "number" ? RangeError : TypeError;
    throw new error(`writeLlamaCpp: depth is ${shownValue(depth)}; it must be a positive number of nats`);
  }
  const tokens = readTokens("writeLlamaCpp", options.tokens, classes);
  const none = tokens.indexOf(-1);
  if (none >= 0) {
    throw new RangeError(`writeLlamaCpp: tokens[${none}] is ${options.tokens[none]}; the format needs all tokens`);
  }
  const chunks = tokens.length / context;
  if (!(Number.isInteger(chunks) && chunks > 0)) {
    throw new RangeError(`writeLlamaCpp: there are ${tokens.length} tokens; they must be chunks of ${context}`);
  }
  const layout = layOut(context, classes, chunks);
  const name = shown(path, Infinity);
  return writeWhole(path, async (file) => {
    await file.writeFile(makeHeader(layout, tokens));
    const count = await appendRows(file, path, rows, classes, (batch, firstRow) => {
      const numbers = widen(batch);
      const bytes = new Uint8Array((numbers.length / classes) * layout.rowBytes);
      for (let start = 0, row = 0; start < numbers.length; start += classes, row++) {
        const place = `${name}: row ${firstRow + row}`;
        quantise(numbers.subarray(start, start + classes), depth, bytes.subarray(row * layout.rowBytes), place);
      }
      return bytes;
    });
    if (count !== layout.rows) {
      throw new RangeError(`${name}: ${count} rows; ${chunks} chunks of ${context} tokens make ${layout.rows}`);
    }
    return count;
  });
}

function makeHeader({ context, classes, chunks, offset }: LlamaCppHeader, tokens: Int32Array): Uint8Array {
  const header = new Uint8Array(offset);
  header.set(new TextEncoder().encode(LLAMA_CPP_MAGIC));
  const integers = new Int32Array(header.buffer, 8);
  integers.set([context, classes, chunks]);
  integers.set(tokens, (HEADER_BYTES - 8) / 4);
  return header;
}

/** Adding it to an f32 of up to 2^22 rounds that to an integer, ties to even. */
const ROUNDER = 12582912;

/** A row in f32 arithmetic, operation by operation as in the tool's log_softmax. */
function quantise(row: Float32Array | Float64Array, depth: number, bytes: Uint8Array, place: string): void {
  const { fround } = Math;
  let largest = -Infinity;
  let smallest = Infinity;
  for (let i = 0; i < row.length; i++) {
    if (!(fround(row[i]) < Infinity)) {
      throw new RangeError(`${place}, column ${i} is ${row[i]}; logits must be less than Infinity, in f32`);
    }
    if (row[i] > largest) largest = row[i];
    if (row[i] < smallest) smallest = row[i];
  }
  largest = fround(largest);
  if (largest === -Infinity) throw new RangeError(`${place} is -Infinity everywhere`);
  smallest = Math.max(fround(smallest), fround(largest - depth));
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += fround(exp(fround(fround(row[i]) - largest)));
  const step = fround(fround(largest - smallest) / 65535);
  const floor = fround(fround(smallest - largest) - fround(ln(sum)));

  new Float32Array(bytes.buffer, bytes.byteOffset, 2).set([step, floor]);
  if (step === 0) return;
  const stored = new Uint16Array(bytes.buffer, bytes.byteOffset + ROW_HEADER_BYTES, row.length);
  const scale = fround(1 / step);
  for (let i = 0; i < row.length; i++) {
    const z = fround(row[i]);
    if (z > smallest) stored[i] = fround(fround(scale * fround(z - smallest)) + ROUNDER) - ROUNDER;
  }
}
