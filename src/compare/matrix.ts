// A row-major matrix of numbers somewhere in a file: what .npy, .safetensors and raw files come to.

import { readColumns } from "./columns.js";
import { ELEMENT_BYTES, type ElementType, viewOf } from "./elements.js";
import type { InputFile } from "./file.js";
import { tableOf8 } from "./half.js";
import { type Area, allocateBatch, rangeOf, readAhead } from "./readAhead.js";
import { shown } from "./shown.js";
import type { LogitSource, ReadOptions, RowBatch } from "./source.js";

/** How numbers are stored where it is not as their type in memory: the other way round, or in eight bits. */
type Encoding = "big-endian" | "f8e4m3" | "f8e5m2";

export interface Matrix {
  /** What rows are handed on as. */
  readonly type: ElementType;
  readonly encoding?: Encoding;
  /** Of a file that ends before: how many rows it says that there are. */
  readonly saidRows?: number;
  readonly shape: readonly number[];
  /** Of the first number, in bytes. */
  readonly offset: number;
  /** Whether the numbers of a column follow each other, instead of those of a row. */
  readonly isByColumns?: boolean;
}

/** Of a number in the file. */
const bytesOf = ({ type, encoding }: Pick<Matrix, "type" | "encoding">): number =>
  encoding?.startsWith("f8") ? 1 : ELEMENT_BYTES[type];

const typeText = ({ type, encoding }: Matrix): string => (encoding?.startsWith("f8") ? "f8" : type);

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

/** Of a matrix that goes on past `end`, the rows that are whole, if there are any. */
export function wholeRows(file: InputFile, matrix: Matrix, end: number): Matrix {
  const { rows, classes } = rowsOf(file.name, matrix.shape);
  const whole = Math.floor((end - matrix.offset) / (classes * bytesOf(matrix)));
  return whole < 1 || whole >= rows ? matrix : { ...matrix, shape: [whole, classes], saidRows: rows };
}

/** Throws if the matrix does not reach to `end`, where its numbers are to end, or reaches further. */
export function checkEnd(file: InputFile, matrix: Matrix, end: number): void {
  const { shape, offset } = matrix;
  const { rows, classes } = rowsOf(file.name, shape);
  const bytes = bytesOf(matrix);
  const rowBytes = classes * bytes;
  const expected = offset + rows * rowBytes;
  if (expected === end) return;
  const need = `${shapeText(shape)} of ${typeText(matrix)} takes the bytes ${offset} to ${expected}`;
  if (end > expected) {
    throw new RangeError(`${file.name}: ${need}, but they go on to ${end}: ${end - expected} more than the shape says`);
  }
  const number = Math.max(0, Math.floor((end - offset) / bytes));
  const [row, column] = placeOf(number, { rows, classes, isByColumns: matrix.isByColumns });
  throw new RangeError(
    `${file.name}: ${need}, but they end in row ${row}, column ${column}, at byte ${end}: truncated`,
  );
}

/** Of a number by its place in the file: row and column. */
const placeOf = (
  number: number,
  { rows, classes, isByColumns = false }: { rows: number; classes: number; isByColumns?: boolean },
): [row: number, column: number] =>
  isByColumns ? [number % rows, Math.floor(number / rows)] : [Math.floor(number / classes), number % classes];

/** The bytes of each number the other way round. */
function swap({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT }: RowBatch["data"]): void {
  if (BYTES_PER_ELEMENT === 2) {
    const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
    for (let i = 0; i < halves.length; i++) halves[i] = (halves[i] << 8) | (halves[i] >>> 8);
    return;
  }
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
  const swapped = (x: number) => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
  if (BYTES_PER_ELEMENT === 4) {
    for (let i = 0; i < words.length; i++) words[i] = swapped(words[i]);
    return;
  }
  for (let i = 0; i < words.length; i += 2) {
    const first = words[i];
    words[i] = swapped(words[i + 1]);
    words[i + 1] = swapped(first);
  }
}

export function matrixSource(
  file: InputFile,
  format: LogitSource["format"],
  matrix: Matrix,
  input: LogitSource["input"],
): LogitSource {
  const { type, offset, shape, encoding, isByColumns = false } = matrix;
  const { rows, classes } = rowsOf(file.name, shape);
  if (isByColumns && shape.length > 2) {
    throw new TypeError(
      `${file.name}: ${shapeText(shape)} column by column (fortran_order); of three dimensions, np.ascontiguousarray stores rows`,
    );
  }
  // of [batch, sequence, classes], a sequence is a context of its own
  const blockRows = shape.length === 3 && shape[0] > 1 && shape[1] > 1 ? shape[1] : undefined;
  const bytes = bytesOf(matrix);
  const rowBytes = classes * bytes;
  const table = encoding?.startsWith("f8") ? tableOf8(encoding as "f8e4m3" | "f8e5m2") : undefined;
  const area: Area = {
    file,
    offset,
    rowBytes,
    rows,
    placeAt(byte) {
      const [row, column] = placeOf(Math.floor((byte - offset) / bytes), { rows, classes, isByColumns });
      return `row ${row}, column ${column}`;
    },
  };

  async function* read(options: ReadOptions = {}): AsyncGenerator<RowBatch, void, undefined> {
    const range = rangeOf(area, options);
    const numbers = range.batchRows * classes;
    const makeSlot = () => {
      const memory = allocateBatch(file, options, numbers * ELEMENT_BYTES[type]);
      return { memory, bytes: table === undefined ? memory : new Uint8Array(numbers) };
    };
    const batches = isByColumns ? readColumns(area, bytes, range, makeSlot) : readAhead(area, range, makeSlot);
    for await (const { slot, count } of batches) {
      const { data, format } = viewOf(type, slot.memory.subarray(0, count * classes * ELEMENT_BYTES[type]));
      if (table !== undefined) for (let i = 0; i < data.length; i++) data[i] = table[slot.bytes[i]];
      else if (encoding === "big-endian") swap(data);
      yield { data, format };
    }
  }

  return {
    name: file.name,
    classes,
    rows,
    format,
    type,
    ...(blockRows !== undefined && { blockRows }),
    ...(matrix.saidRows !== undefined && { saidRows: matrix.saidRows }),
    input,
    read,
    [Symbol.asyncIterator]: () => read()[Symbol.asyncIterator](),
    placeOf(row, column) {
      const number = isByColumns ? column * rows + row : row * classes + column;
      return `row ${row}, column ${column}, at byte ${offset + number * bytes}`;
    },
    close: () => file.close(),
  };
}
