// The k largest numbers of a row.

import type { FloatArray } from "../backend.js";

/**
 * Their indices to `indices`, that of the largest first; of equal ones, the first comes first. `values` is for the numbers, as long
 * as `indices`; a row has no fewer.
 */
export function findLargest(
  row: FloatArray,
  start: number,
  length: number,
  indices: Int32Array,
  values: Float64Array,
): void {
  const k = indices.length;
  let least = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const x = row[start + i];
    if (i >= k && !(x > least)) continue;
    let at = Math.min(i, k - 1);
    for (; at > 0 && values[at - 1] < x; at--) {
      values[at] = values[at - 1];
      indices[at] = indices[at - 1];
    }
    values[at] = x;
    indices[at] = i;
    least = values[k - 1];
  }
}
