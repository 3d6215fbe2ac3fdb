// Rows of a batch that are computed once more, with their numbers times a power of 2 or in f64: those of which the sums differ by so much that
// a first pass does not tell the result. One by one they would take ten times as long.

import type { Backend, Precision, Vector } from "../backends/backend.js";
import { ROWS } from "../backends/batch.js";
import { halvesOf } from "../backends/halves.js";
import { CHUNK } from "../backends/kernel.js";
import type { Call } from "../call/arguments.js";
import { SMALLEST_NORMAL_F64 } from "../numbers/lanes.js";
import { SHORT } from "./row/pair.js";

/** A pair, and what its first row, p, and its second are multiplied by; swapped, the second of the two that are given is p. */
export interface ScaledRow {
  readonly r: number;
  readonly scales: readonly [p: number, q: number];
  readonly isSwapped: boolean;
}

/** The operands, and slots of the staging area, that they are in: those that the rows of a pair do not use. */
export const SCALED = 2;

const results = /* @__PURE__ */ new Float64Array(ROWS);
const areTiny = /* @__PURE__ */ new Uint8Array(ROWS);

/**
 * Computes them by `run`, which gets the number of rows in operand `SCALED` and the one behind it, and writes their results; they go to
 * `values`. A row with a number that is no longer a normal one has NaN, unless such numbers become 0.
 */
export function computeScaled(
  backend: Backend,
  { precision, length }: Call,
  to: Precision,
  rows: readonly ScaledRow[],
  sources: readonly Vector[],
  first: number,
  values: Float64Array,
  at: number,
  run: (count: number, results: Float64Array) => void,
  isFlushed = false,
): void {
  if (length > SHORT) return;
  const least = to === "f32" ? 2 ** -126 : SMALLEST_NORMAL_F64;
  const most = Math.floor(CHUNK[to] / length);
  for (let from = 0; from < rows.length; from += most) {
    const count = Math.min(most, rows.length - from);
    const targets = [SCALED, SCALED + 1].map((operand) => backend.placeStaged(operand, to, length));
    areTiny.fill(0);
    for (let i = 0; i < 2; i++) {
      const source = sources[i];
      // those of 8 or 16 bits have been widened to their slot
      const isHalf = halvesOf(source) !== undefined;
      const numbers = isHalf ? backend.staging(precision, i) : source;
      const step = source.length > length ? length : 0;
      const start = isHalf ? 0 : first * step;
      for (let n = 0; n < count; n++) {
        const { r, scales, isSwapped } = rows[from + n];
        const place = isSwapped ? 1 - i : i;
        const scale = scales[place];
        const target = targets[place];
        for (let j = 0, k = start + r * step, l = n * length; j < length; j++, k++, l++) {
          const x = numbers[k] * scale;
          target[l] = x;
          if (x >= least || x === 0 || scale === 1) continue;
          if (isFlushed) target[l] = 0;
          else areTiny[n] = 1;
        }
      }
    }
    run(count, results);
    for (let n = 0; n < count; n++) values[at + rows[from + n].r] = areTiny[n] ? Number.NaN : results[n];
  }
}
