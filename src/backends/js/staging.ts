// The twin of assembly/staging.ts. Here the types of the arrays say what kinds of numbers they hold.

import { SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { UNUSUAL } from "./blocks.js";

/** (x - shift)·scale, in f64; or f32 times a power of 2. UNUSUAL where one is less than the smallest normal number, other than 0. */
export function converted(
  row: ArrayLike<number>,
  out: Float32Array | Float64Array,
  shift: number,
  scale: number,
): number {
  let flags = 0;
  for (let i = 0; i < row.length; i++) {
    const x = row[i] - shift;
    out[i] = x * scale;
    if (out[i] < SMALLEST_NORMAL_F64 && x !== 0) flags = UNUSUAL;
  }
  return flags;
}
