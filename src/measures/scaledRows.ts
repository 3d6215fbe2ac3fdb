// Rows of a batch that are computed once more, with their numbers times a power of 2 or in f64: those of which the sums differ by so much that
// a first pass does not tell the result. One by one they would take ten times as long.

import type { Backend, Precision, Vector } from "../backends/backend.js";
import { ROWS } from "../backends/batch.js";
import { CHUNK } from "../backends/kernel.js";
import type { Call } from "../call/arguments.js";
import { SMALLEST_NORMAL_F64 } from "../numbers/lanes.js";

const SMALLEST_NORMAL: Record<Precision, number> = { f32: 2 ** -126, f64: SMALLEST_NORMAL_F64 };

/** The operands, and slots of the staging area, that they are in: those that the rows of a pair do not use. */
export const SCALED = 2;

/** Longer rows are computed by themselves: to call takes less than to copy number by number. */
const LONGEST = 256;

/** Which rows they are, and what either is multiplied by. Where they are swapped, the second comes first. */
export class ScaledRows {
  count = 0;
  readonly #rows = new Uint8Array(ROWS);
  readonly #scales: readonly Float64Array[] = [new Float64Array(ROWS), new Float64Array(ROWS)];
  readonly #areSwapped = new Uint8Array(ROWS);
  readonly #results = new Float64Array(ROWS);
  readonly #areTiny = new Uint8Array(ROWS);

  add(r: number, a: number, b: number, isSwapped = false): void {
    this.#rows[this.count] = r;
    this.#scales[0][this.count] = a;
    this.#scales[1][this.count] = b;
    this.#areSwapped[this.count++] = isSwapped ? 1 : 0;
  }

  row(i: number): number {
    return this.#rows[i];
  }

  /**
   * Computes them by `run`, which gets the number of rows in operand `SCALED` and the one behind it, and writes their results; they go to
   * `values`. A row with a number that is no longer a normal one has NaN, unless such numbers become 0.
   */
  compute(
    backend: Backend,
    call: Call,
    to: Precision,
    sources: readonly Vector[],
    first: number,
    values: Float64Array,
    at: number,
    run: (count: number, results: Float64Array) => void,
    isFlushed = false,
  ): void {
    if (call.length > LONGEST) return;
    const most = Math.floor(CHUNK[to] / call.length);
    for (let from = 0; from < this.count; from += most) {
      const count = Math.min(most, this.count - from);
      const areTiny = this.#areTiny.fill(0);
      for (let i = 0; i < 2; i++) this.#stage(backend, call, to, sources, first, i, from, count, isFlushed);
      run(count, this.#results);
      for (let i = 0; i < count; i++) {
        values[at + this.#rows[from + i]] = areTiny[i] && !isFlushed ? Number.NaN : this.#results[i];
      }
    }
  }

  /** Copies row `index` of each pair. */
  #stage(
    backend: Backend,
    { precision, length }: Call,
    to: Precision,
    sources: readonly Vector[],
    first: number,
    index: number,
    from: number,
    count: number,
    isFlushed: boolean,
  ): void {
    const targets = [SCALED, SCALED + 1].map((operand) => backend.placeStaged(operand, to, length));
    const source = sources[index];
    // what is not read in place has been staged, as numbers of the type in which it is computed
    const isHeld = backend.isHeld(source, precision);
    const numbers = isHeld ? source : backend.staging(precision, index);
    const step = source.length > length ? length : 0;
    const start = isHeld ? first * step : 0;
    const least = SMALLEST_NORMAL[to];
    for (let i = 0; i < count; i++) {
      const target = targets[index ^ this.#areSwapped[from + i]];
      const scale = this.#scales[index][from + i];
      let isTiny = 0;
      for (let j = 0, k = start + this.#rows[from + i] * step, l = i * length; j < length; j++, k++, l++) {
        const x = numbers[k] * scale;
        target[l] = x;
        if (x < least && x !== 0) {
          isTiny = 1;
          if (isFlushed) target[l] = 0;
        }
      }
      if (scale !== 1) this.#areTiny[i] |= isTiny;
    }
  }
}
