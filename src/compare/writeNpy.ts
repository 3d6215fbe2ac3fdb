// Rows, or tokens, to NumPy's .npy.

import { isFloat32, isFloat64, typeNameOf } from "../backends/arrays.js";
import { ELEMENT_BYTES, type ElementType } from "./elements.js";
import { toBF16, toF16, widen } from "./half.js";
import { makeNpyHeader } from "./npy.js";
import { appendRows, writeWhole } from "./outputFile.js";
import type { RowBatch, RowBatches } from "./source.js";

/** The options of {@link writeNpy}. */
export interface WriteNpyOptions {
  /** Numbers of a row, >= 1. */
  classes: number;
  /** What is stored; f32 by default. bf16 is stored as u16, which .npy has no name for: read it with `bfloat16: true`. */
  type?: ElementType;
}

const DESCR: Record<ElementType, string> = { f16: "<f2", bf16: "<u2", f32: "<f4", f64: "<f8" };

/**
 * Writes rows to a `.npy` file as a matrix of [rows, classes], one batch after the other. Numbers are rounded to the type, ties
 * to even. The file appears when it is whole, not before.
 *
 * @param path - Of the file, which is replaced if there is one.
 * @param rows - Batches of rows: a source of {@link openLogits}, an array of them, a generator.
 * @returns A promise of the number of rows.
 * @throws RangeError for a batch that is no whole number of rows, for a finite number that the type does not reach (f16 ends at
 * 65504), for `classes` that is no positive integer, and where there are no rows.
 * @throws Error, the system's own, for a path that cannot be written; and what `rows` throws.
 * @example
 * const rows = [{ data: Float32Array.of(2, 1, 0, -1) }, { data: Float32Array.of(0, 0, 3, 0) }];
 * await writeNpy("rows.npy", rows, { classes: 4, type: "f16" }); // 2
 * @see {@link openLogits}
 */
export function writeNpy(path: string, rows: RowBatches, options: WriteNpyOptions): Promise<number> {
  const { classes, type = "f32" } = options;
  return writeWhole(path, async (file) => {
    // the number of rows is known at the end; the header has one length whatever it says
    await file.writeFile(makeNpyHeader(DESCR[type], [0, classes]));
    const count = await appendRows(file, path, rows, classes, (batch, firstRow) => {
      return bytesOf(
        encode(
          batch,
          type,
          (index) => `${path}: row ${firstRow + Math.floor(index / classes)}, column ${index % classes}`,
        ),
      );
    });
    await file.write(makeNpyHeader(DESCR[type], [count, classes]), 0, undefined, 0);
    return count;
  });
}

/**
 * Writes tokens to a `.npy` file as i32. The file appears when it is whole, not before.
 *
 * @param path - Of the file, which is replaced if there is one.
 * @param tokens - Integers from -2^31 to 2^31 - 1.
 * @returns A promise that is settled when they are written.
 * @throws Error, the system's own, for a path that cannot be written.
 * @example
 * await writeTokens("read.npy", [0, 2]);
 * await openTokens("read.npy"); // Int32Array [0, 2]
 * @see {@link openTokens}
 */
export function writeTokens(path: string, tokens: ArrayLike<number>): Promise<void> {
  return writeWhole(path, async (file) => {
    await file.writeFile(makeNpyHeader("<i4", [tokens.length]));
    await file.writeFile(bytesOf(Int32Array.from(tokens)));
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function encode(batch: RowBatch, type: ElementType, placeOf: (index: number) => string): ArrayBufferView {
  if (typeNameOf(batch.data) === "Uint16Array" && batch.format === type) return batch.data;
  const numbers = widen(batch);
  if (type === "f64") return isFloat64(numbers) ? numbers : Float64Array.from(numbers);
  if (type === "f32" && isFloat32(numbers)) return numbers;

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
