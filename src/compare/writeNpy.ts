// Rows, or tokens, to NumPy's .npy.

import { checkOptions } from "../engine/checks.js";
import { typeOfBatch } from "./batch.js";
import { checkChoice, checkPath } from "./checks.js";
import { ELEMENT_BYTES, ELEMENT_TYPES, type ElementType } from "./elements.js";
import { toBF16, toF16, widen } from "./half.js";
import { makeNpyHeader } from "./npy.js";
import { appendRows, checkRows, writeWhole } from "./outputFile.js";
import { shown } from "./shown.js";
import type { RowBatch, RowBatches } from "./source.js";
import { readTokens } from "./token.js";

/** The options of {@link writeNpy}. */
export interface WriteNpyOptions {
  /** Numbers of a row, >= 1. */
  classes: number;
  /** What is stored; f32 by default. bf16 is stored as u16, which .npy has no name for: read it with `bfloat16: true`. */
  type?: ElementType;
}

const DESCR: Record<ElementType, string> = { f16: "<f2", bf16: "<u2", f32: "<f4", f64: "<f8" };

/**
 * Writes rows to a `.npy` file as a matrix of [rows, classes], one batch after the other. Numbers are rounded to the type once,
 * ties to even. The file appears when it is whole, not before.
 *
 * @param path - Of the file, which is replaced if there is one.
 * @param rows - Batches of rows: a source of {@link openLogits}, an array of them, a generator.
 * @returns A promise of the number of rows.
 * @throws TypeError for rows that are not batches, a batch whose data is not such an array, and an option that is unknown, missing
 * or of the wrong kind.
 * @throws RangeError for a batch that is no whole number of rows, for a finite number that the type does not reach (f16 ends at
 * 65504), for `classes` that is no positive integer, and where there are no rows.
 * @throws Error for a path that cannot be written, with the system's `code`; and what `rows` throws.
 * @example
 * const rows = [{ data: Float32Array.of(2, 1, 0, -1) }, { data: Float32Array.of(0, 0, 3, 0) }];
 * await writeNpy("rows.npy", rows, { classes: 4, type: "f16" }); // 2
 * @see {@link openLogits}
 */
export async function writeNpy(path: string, rows: RowBatches, options: WriteNpyOptions): Promise<number> {
  checkPath("writeNpy", path);
  checkOptions("writeNpy", options, ["classes", "type"]);
  const { classes, type = "f32" } = options;
  checkRows("writeNpy", rows, classes);
  checkChoice("writeNpy", "type", type, ELEMENT_TYPES);
  const name = shown(path, Infinity);
  return writeWhole(path, async (file) => {
    // the number of rows is known at the end; the header has one length whatever it says
    await file.writeFile(makeNpyHeader(DESCR[type], [0, classes]));
    const count = await appendRows(file, path, rows, classes, (batch, firstRow) => {
      const placeOf = (index: number) =>
        `${name}: row ${firstRow + Math.floor(index / classes)}, column ${index % classes}`;
      return bytesOf(encode(batch, type, placeOf));
    });
    await file.write(makeNpyHeader(DESCR[type], [count, classes]), 0, undefined, 0);
    return count;
  });
}

/**
 * Writes tokens to a `.npy` file as i32. The file appears when it is whole, not before.
 *
 * @param path - Of the file, which is replaced if there is one.
 * @param tokens - Integers from 0 to 2^31 - 1, as numbers or BigInts; -1 or -100 for none, which are written as -1.
 * @returns A promise that is settled when they are written.
 * @throws TypeError for what is not an array of integers.
 * @throws RangeError for a token out of range, and where there are no tokens.
 * @throws Error for a path that cannot be written, with the system's `code`.
 * @example
 * await writeTokens("read.npy", [0, 2]);
 * await openTokens("read.npy"); // Int32Array [0, 2]
 * @see {@link openTokens}
 */
export async function writeTokens(path: string, tokens: ArrayLike<number | bigint>): Promise<void> {
  checkPath("writeTokens", path);
  const read = readTokens("writeTokens", tokens, 2 ** 31);
  if (read.length === 0) throw new RangeError("writeTokens: tokens is empty");
  await writeWhole(path, async (file) => {
    await file.writeFile(makeNpyHeader("<i4", [read.length]));
    await file.writeFile(bytesOf(read));
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function encode(batch: RowBatch, type: ElementType, placeOf: (index: number) => string): ArrayBufferView {
  if (typeOfBatch(batch, () => placeOf(0)) === type) return batch.data;
  const numbers = widen(batch);
  if (type === "f64") return Float64Array.from(numbers);

  const encoded = ELEMENT_BYTES[type] === 2 ? new Uint16Array(numbers.length) : new Float32Array(numbers.length);
  const round = type === "f16" ? toF16 : type === "bf16" ? toBF16 : Math.fround;
  const infinity = round(Infinity);
  const unsigned = type === "f32" ? Math.abs : (half: number) => half & 0x7fff;
  for (let i = 0; i < numbers.length; i++) {
    encoded[i] = round(numbers[i]);
    if (unsigned(encoded[i]) === infinity && Number.isFinite(numbers[i])) {
      throw new RangeError(`${placeOf(i)} is ${numbers[i]}, which ${type} does not reach`);
    }
  }
  return encoded;
}
