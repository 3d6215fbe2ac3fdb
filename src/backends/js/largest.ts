// The twin of assembly/largest.ts.

import type { FloatArray } from "../backend.js";

/** Their indices to `indices`, which says how many. */
export function findLargest(row: FloatArray, start: number, length: number, indices: Int32Array): void {
  const k = indices.length;
  const numbers = new Float64Array(k);
  let least = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const x = row[start + i];
    if (i >= k && !(x > least)) continue;
    let at = Math.min(i, k - 1);
    for (; at > 0 && numbers[at - 1] < x; at--) {
      numbers[at] = numbers[at - 1];
      indices[at] = indices[at - 1];
    }
    numbers[at] = x;
    indices[at] = i;
    least = numbers[k - 1];
  }
}
