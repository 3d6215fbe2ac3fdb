// A row-major matrix of numbers somewhere in a file: what .npy, .safetensors and raw files come to.

import { ELEMENT_BYTES, type ElementType, viewOf } from "./elements.js";
import type { InputFile } from "./file.js";
import { type Area, allocateBatch, rangeOf, readAhead } from "./readAhead.js";
import { shown } from "./shown.js";
import type { LogitSource, ReadOptions, RowBatch } from "./source.js";

export interface Matrix {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Of the first number, in bytes. */
  readonly offset: number;
}

/** A shape in the words of a message. */
export const shapeText = (shape: readonly number[]): string => `(${shown(shape.join(", "))})`;

/**
 * A shape as rows and classes: the last dimension is the vocabulary, what comes before it ([batch, sequence, …] or one) counts
 * rows, and a single dimension is a single row.
 */
function rowsOf(name: string, shape: readonly number[]): { rows: number; classes: number } {
  const written = shapeText(shape);
  if (shape.length < 1 || shape.length > 3) {
    throw new RangeError(`${name}: the shape is ${written}; it must be [rows, classes] or [batch, sequence, classes]`);
  }
  const classes = shape[shape.length - 1];
  const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  if (
    !shape.every((length) => Number.isSafeInteger(length) && length >= 0) ||
    !Number.isSafeInteger(rows * classes * 8)
  ) {
    throw new RangeError(`${name}: the shape is ${written}; that is more than any file holds`);
  }
  if (rows === 0) throw new RangeError(`${name}: the shape is ${written}: there are no rows`);
  if (classes === 0) throw new RangeError(`${name}: the shape is ${written}: the rows have no classes`);
  return { rows, classes };
}

/** Throws if the matrix does not reach to `end`, where its numbers are to end, or reaches further. */
export function checkEnd(file: InputFile, { type, shape, offset }: Matrix, end: number): void {
  const { rows, classes } = rowsOf(file.name, shape);
  const rowBytes = classes * ELEMENT_BYTES[type];
  const expected = offset + rows * rowBytes;
  if (expected === end) return;
  const need = `${shapeText(shape)} of ${type} takes the bytes ${offset} to ${expected}`;
  if (end > expected) {
    throw new RangeError(`${file.name}: ${need}, but they go on to ${end}: ${end - expected} more than the shape says`);
  }
  const row = Math.max(0, Math.floor((end - offset) / rowBytes));
  const column = Math.max(0, Math.floor(((end - offset) % rowBytes) / ELEMENT_BYTES[type]));
  throw new RangeError(
    `${file.name}: ${need}, but they end in row ${row}, column ${column}, at byte ${end}: truncated`,
  );
}

export function matrixSource(
  file: InputFile,
  format: LogitSource["format"],
  matrix: Matrix,
  input: LogitSource["input"],
): LogitSource {
  const { type, offset, shape } = matrix;
  const { rows, classes } = rowsOf(file.name, shape);
  // of [batch, sequence, classes], a sequence is a context of its own
  const blockRows = shape.length === 3 && shape[0] > 1 && shape[1] > 1 ? shape[1] : undefined;
  const bytes = ELEMENT_BYTES[type];
  const rowBytes = classes * bytes;
  const area: Area = {
    file,
    offset,
    rowBytes,
    rows,
    placeAt(byte) {
      const row = Math.floor((byte - offset) / rowBytes);
      return `row ${row}, column ${Math.floor((byte - offset - row * rowBytes) / bytes)}`;
    },
  };

  async function* read(options: ReadOptions = {}): AsyncGenerator<RowBatch, void, undefined> {
    const range = rangeOf(area, options);
    const makeSlot = () => ({ bytes: allocateBatch(file, options, range.batchRows * rowBytes) });
    for await (const { slot, count } of readAhead(area, range, makeSlot)) {
      yield viewOf(type, slot.bytes.subarray(0, count * rowBytes));
    }
  }

  return {
    name: file.name,
    classes,
    rows,
    format,
    type,
    ...(blockRows !== undefined && { blockRows }),
    input,
    read,
    [Symbol.asyncIterator]: () => read()[Symbol.asyncIterator](),
    placeOf: (row, column) => `row ${row}, column ${column}, at byte ${offset + row * rowBytes + column * bytes}`,
    close: () => file.close(),
  };
}
