// From what a caller passes as numbers to a flat array: arrays, tensors, and arrays of rows.

import { isFloat32, isFloat64, typeNameOf } from "../backends/arrays.js";
import type { FloatArray, Vector } from "../backends/backend.js";
import { indexOfFormat, isOf16, isSingle, type NumberFormat, numbersOf } from "../backends/halves.js";
import { allocate, describe, isList, mustBe, propertyOf } from "../engine/checks.js";

/**
 * A tensor: that of ONNX Runtime and transformers.js, with `dims`, or an array of n dimensions, with `shape`. It is row-major, and its last
 * dimension is the length of a row.
 */
export type TensorLike = {
  /** The numbers, in the memory of this process. */
  readonly data: ArrayLike<unknown>;
  /** The type of the numbers, under the name that the tensor has for it: `"float16"` says how 16 bits are to be read. */
  readonly type?: unknown;
  readonly dtype?: unknown;
  /** Must be the CPU. */
  readonly location?: unknown;
  /** Must be those of a row-major array. */
  readonly strides?: unknown;
} & ({ readonly dims: ArrayLike<number> } | { readonly shape: ArrayLike<number> });

/** The numbers of one distribution: a typed array, any array-like of numbers, or a tensor. */
export type Numbers = Vector | TensorLike;

/** The numbers of rows: a row-major matrix, a tensor, or an array of rows, in one or two levels. */
export type Matrix = Numbers | ArrayLike<Numbers> | ArrayLike<ArrayLike<Numbers>>;

/** Numbers as a flat array, and the length of a row where they tell it. */
export interface Opened {
  readonly data: Vector;
  readonly rowLength?: number;
}

/** Ways out. */
export const FOR_COUNTS = "; for counts or weights pass { normalize: true }";
const FOR_HALVES = '; for half-precision bits pass { format: "f16" } or "bf16"';
const FOR_NAMES = "; pass its values as an array, or align(a, b).counts of logratio/counts";

/**
 * What a caller passed as an argument, as a flat array; throws for what is no array of numbers. 16-bit integers without a format may be the
 * bits of half-precision numbers: they are for `counts` alone, which is false where { normalize: true } would say so. Where one row is
 * wanted, `forRows` is the name of a function that takes more, "" if there is none.
 */
export function open(
  functionName: string,
  argument: string,
  value: unknown,
  format?: NumberFormat,
  counts?: boolean,
  forRows?: string,
): Opened {
  const type = typeNameOf(value);
  const first = isList(value) ? value[0] : undefined;
  // whatever else is in it is found where it is read
  if (type === undefined && typeof first === "number") return { data: value as Vector };

  const tensor = type === undefined ? openTensor(functionName, argument, value) : undefined;
  const one = forRows ? `; for rows use ${forRows}` : "";
  if (tensor) {
    const { rowLength, size } = tensor;
    const { data } = open(functionName, `${argument}.data`, tensor.data, tensor.format ?? format, counts, "");
    if (data.length !== size) {
      throw new RangeError(
        `${functionName}: ${argument} has ${data.length} numbers for a shape of ${size}; pass those of the shape alone`,
      );
    }
    if (forRows !== undefined && size !== rowLength) {
      throw new RangeError(`${functionName}: ${argument} has ${size / rowLength} rows; it must have one${one}`);
    }
    return { data, rowLength };
  }

  if (isList(value) && value.length === 0) throw new RangeError(`${functionName}: ${argument} is empty`);
  const bits = first === undefined ? undefined : openBits(functionName, argument, value, type, format);
  if (bits) return { data: bits };
  const isHalf = type === "Uint16Array" && !counts;
  if (isHalf || type?.startsWith("Big") || !isList(value)) {
    const isByName = /Map|Object/.test(describe(value)) && propertyOf(value, "length") === undefined;
    const hint = isHalf ? FOR_HALVES + (counts === false ? FOR_COUNTS : "") : isByName ? FOR_NAMES : "";
    throw mustBe(functionName, argument, value, `a Float32Array, a Float64Array or an array of numbers${hint}`);
  }
  if (forRows === undefined && (isList(first) || isList(propertyOf(first, "data")))) {
    return flatten(functionName, argument, value, format, counts);
  }
  if (typeof first !== "object" && first !== undefined) return { data: value as Vector };
  throw new TypeError(
    `${functionName}: ${argument}[0] is ${describe(first)}; pass flat numbers${isList(first) ? one : ""}${first ? FOR_NAMES : ""}`,
  );
}

/** The numbers of a typed array of 8 or 16 bits each, where their format is known. */
function openBits(
  functionName: string,
  argument: string,
  value: unknown,
  type: string | undefined,
  format: NumberFormat | undefined,
): Vector | undefined {
  const view = value as Uint16Array;
  if (type === "Float16Array") return numbersOf(new Uint16Array(view.buffer, view.byteOffset, view.length), 0);
  const index = indexOfFormat(view, format);
  if (index < 0 || (type !== "Uint16Array" && type !== "Uint8Array")) return undefined;
  const wanted = isOf16(index) ? "Uint16Array" : "Uint8Array";
  if (type === wanted) return numbersOf(view, index);
  throw mustBe(functionName, argument, value, `a ${wanted} for format "${format}"`);
}

/** The names that tensors have for formats. */
const FORMAT_OF_TYPE: Readonly<Record<string, NumberFormat>> = {
  float16: "f16",
  bfloat16: "bf16",
  float8e4m3fn: "e4m3",
  float8_e4m3fn: "e4m3",
  float8e5m2: "e5m2",
  float8_e5m2: "e5m2",
};

/** What a tensor has; undefined of anything else. */
function openTensor(
  functionName: string,
  argument: string,
  tensor: unknown,
): { data: unknown; rowLength: number; size: number; format: NumberFormat | undefined } | undefined {
  const dims = propertyOf(tensor, "dims") ?? propertyOf(tensor, "shape");
  if (!isList(dims)) return undefined;
  const refuse = (words: string) => new TypeError(`${functionName}: ${argument} ${words}`);
  const location = propertyOf(tensor, "location") ?? "cpu";
  if (!/^(cpu|none)/.test(`${location}`)) throw refuse(`is at "${location}"; call await tensor.getData() first`);
  const data = propertyOf(tensor, "data");
  if (typeof data === "function") {
    throw refuse("is a TensorFlow.js tensor; pass { data: tensor.dataSync(), shape: tensor.shape }, or await data()");
  }
  const strides = propertyOf(tensor, "strides") ?? propertyOf(tensor, "stride");
  let size = 1;
  for (let i = dims.length - 1; i >= 0; i--) {
    if (isList(strides) && dims[i] !== 1 && strides[i] !== size) {
      throw refuse(`has strides ${Array.from(strides)}; it must be row-major: copy it`);
    }
    size *= Number(dims[i]);
  }
  const format = FORMAT_OF_TYPE[`${propertyOf(tensor, "type") ?? propertyOf(tensor, "dtype")}`];
  return { data, rowLength: Number(dims[dims.length - 1] ?? 1), size, format };
}

/** The data of a tensor, if it is not the bits of numbers, or the value itself. */
export function dataOf(functionName: string, argument: string, value: unknown): unknown {
  const tensor = typeNameOf(value) === undefined ? openTensor(functionName, argument, value) : undefined;
  return tensor && !tensor.format ? tensor.data : value;
}

/** Copies numbers, up to what is none; returns how many. */
function copyNumbers(source: Vector, target: FloatArray, at: number): number {
  for (let i = 0, j = at; i < source.length; i++, j++) {
    const x: unknown = source[i];
    if (typeof x !== "number") return i;
    target[j] = x;
  }
  return source.length;
}

/** Rows of their own as one array: of f32 where all of them are, or of fewer bits. */
function flatten(
  functionName: string,
  argument: string,
  value: ArrayLike<unknown>,
  format: NumberFormat | undefined,
  counts: boolean | undefined,
): Opened {
  const isDeep = isList(value[0]) && isList(value[0][0]);
  const given = isDeep ? Array.from(value, (rows) => Array.from(isList(rows) ? rows : [rows])).flat() : value;
  const rows = Array.from(given, (row, r) =>
    isPlain(row) ? row : open(functionName, `row ${r} of ${argument}`, row, format, counts, "").data,
  );
  const rowLength = rows[0].length;
  const type = rows.every(isSingle) ? Float32Array : Float64Array;
  const data = allocate<FloatArray>(functionName, type, rows.length * rowLength);
  rows.forEach((row, r) => {
    if (row.length !== rowLength) {
      throw new RangeError(
        `${functionName}: row ${r} of ${argument} has ${row.length} numbers, row 0 has ${rowLength}; they must be of one length`,
      );
    }
    if (ArrayBuffer.isView(row)) {
      data.set(row as FloatArray, r * rowLength);
      return;
    }
    const i = copyNumbers(row, data, r * rowLength);
    if (i < rowLength) throw mustBe(functionName, `${argument}[${r}][${i}]`, row[i], "a number");
  });
  return { data, rowLength };
}

/** Whether an argument is an array that needs no look at what is in it. */
export const isPlain = (value: unknown): value is FloatArray =>
  (isFloat32(value) || isFloat64(value)) && value.length > 0;

/** {@link open} of one row, for functions that take no more. */
export const openRow = (
  functionName: string,
  argument: string,
  value: unknown,
  format?: NumberFormat,
  counts?: boolean,
): Vector => (isPlain(value) ? value : open(functionName, argument, value, format, counts, "").data);
