// Numbers and nothing else: shape and type are the caller's to say.

import { ELEMENT_BYTES, type ElementType } from "./elements.js";
import type { InputFile } from "./file.js";
import { checkEnd, type Matrix } from "./matrix.js";

/** The first length of the shape may be -1: as many as the file holds. */
export function rawMatrix(
  file: InputFile,
  shape: readonly number[] | undefined,
  type: ElementType | undefined,
): Matrix {
  if (shape === undefined || type === undefined) {
    throw new TypeError(
      `${file.name}: a raw file needs the options shape ([rows, classes]) and type (f16, bf16, f32, f64)`,
    );
  }
  const matrix = { type, shape: shape[0] === -1 ? inferFirst(file, shape, type) : shape, offset: 0 };
  checkEnd(file, matrix, file.size);
  return matrix;
}

function inferFirst({ size }: InputFile, [, ...others]: readonly number[], type: ElementType): readonly number[] {
  const bytes = others.reduce((product, length) => product * length, ELEMENT_BYTES[type]);
  // of a file that ends within a row, one row more than it has: it is found to be truncated
  return [Math.ceil(size / bytes), ...others];
}
