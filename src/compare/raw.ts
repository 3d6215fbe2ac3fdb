// Numbers and nothing else: shape and type are the caller's to say.

import { ELEMENT_BYTES, type ElementType } from "./elements.js";
import type { InputFile } from "./file.js";
import { checkEnd, type Matrix, wholeRows } from "./matrix.js";

/** The first length of the shape may be -1: as many as the file holds. */
export function rawMatrix(
  file: InputFile,
  shape: readonly number[] | undefined,
  type: ElementType | undefined,
  isPartial: boolean,
): Matrix {
  if (shape === undefined || type === undefined) {
    throw new TypeError(
      `${file.name}: a raw file needs the options shape ([rows, classes]) and type (f16, bf16, f32, f64)`,
    );
  }
  const whole = { type, shape: shape[0] === -1 ? inferFirst(file, shape, type) : shape, offset: 0 };
  const matrix = isPartial ? wholeRows(file, whole, file.size) : whole;
  // what is left of a row that is not whole is not looked at
  if (matrix !== whole) return matrix;
  checkEnd(file, matrix, file.size);
  return matrix;
}

function inferFirst({ size }: InputFile, [, ...others]: readonly number[], type: ElementType): readonly number[] {
  const bytes = others.reduce((product, length) => product * length, ELEMENT_BYTES[type]);
  // of a file that ends within a row, one row more than it has: it is found to be truncated
  return [Math.ceil(size / bytes), ...others];
}
