// A backend runs the kernels. It takes rows wherever they lie: those it cannot read in place are copied, a chunk of whole
// blocks at a time, through a small fixed staging area, so that memory does not grow with the vocabulary and the bits do
// not depend on where a row lies.

import { UNUSUAL } from "./fallback/blocks.js";
import { SMALLEST_NORMAL_F64 } from "./fallback/lanes.js";
import { CHUNK_BYTES, SLOTS } from "./layout.js";

export { P_IS_ZERO, Q_IS_ZERO, UNUSUAL } from "./fallback/blocks.js";

/** The type in which a row is computed. */
export type Precision = "f32" | "f64";

/** Anything that has numbers at 0 … length - 1. What is not a Float32Array is taken as f64. */
export type Vector = ArrayLike<number>;

/** A part of an array: `scale` times its numbers from `start` on. */
export interface Row {
  readonly source: Vector;
  readonly start: number;
  readonly scale: number;
}

export type Reduction =
  | "crossEntropy"
  | "entropy"
  | "jeffreysDivergence"
  | "jsDivergence"
  | "klDivergence"
  | "logLikelihoodRatio"
  | "survey";

/** Numbers of a chunk. */
export const CHUNK = { f32: CHUNK_BYTES / 4, f64: CHUNK_BYTES / 8 } as const;

/** Where `logRatio` writes a chunk of its result. */
const OUT_SLOT = SLOTS - 1;

export type FloatArray = Float32Array | Float64Array;

/** `Location` is how the backend's kernels take a row: a pointer, or an array. */
export abstract class Backend<Location = unknown> {
  /** γ of the symmetric families. */
  abstract set gamma(value: number);
  /** k of the cross-entropy: an exponent of 2. */
  abstract setExponent(precision: Precision, k: number): void;
  abstract total(index: number): number;

  protected abstract clear(): void;
  /** Whether the kernels can read the array where it is. */
  protected abstract holds(source: FloatArray): boolean;
  protected abstract at(source: FloatArray, start: number, count: number): Location;
  protected abstract staging(precision: Precision, slot: number): FloatArray;
  protected abstract stagingAt(precision: Precision, slot: number, count: number): Location;
  protected abstract call(kernel: Reduction, precision: Precision, rows: readonly Location[], count: number): number;
  protected abstract callMap(precision: Precision, rows: readonly Location[], out: Location, count: number): number;

  readonly #staged: (Row | undefined)[] = new Array(SLOTS);
  readonly #stagedFrom: number[] = new Array(SLOTS).fill(-1);
  readonly #stagedAs: (Precision | undefined)[] = new Array(SLOTS);

  /** To be called first in each call from outside: what was staged before may have been changed since. */
  begin(): void {
    for (let slot = 0; slot < SLOTS; slot++) this.#staged[slot] = undefined;
  }

  /** Runs a reduction over `length` numbers of each row. Returns flags; the sums are `total(…)`. */
  reduce(kernel: Reduction, precision: Precision, rows: readonly Row[], length: number): number {
    this.clear();
    if (length <= CHUNK[precision]) return this.#reducePart(kernel, precision, rows, 0, length);
    let step = length;
    for (const row of rows) if (!this.#inPlace(row, precision)) step = CHUNK[precision];
    let flags = 0;
    for (let done = 0; done < length && !(flags & UNUSUAL); done += step) {
      flags |= this.#reducePart(kernel, precision, rows, done, Math.min(step, length - done));
    }
    return flags;
  }

  #reducePart(kernel: Reduction, precision: Precision, rows: readonly Row[], done: number, count: number): number {
    const locations: Location[] = [];
    for (let slot = 0; slot < rows.length; slot++) {
      const location = this.#locate(rows[slot], done, count, precision, slot);
      if (location === undefined) return UNUSUAL;
      locations.push(location);
    }
    return this.call(kernel, precision, locations, count);
  }

  /**
   * Writes ln(p/q) to `out` from `outStart`, chunk by chunk; `out` may be one of the rows. Where a number is not normal,
   * `exception(index in the row)` gives the result.
   */
  logRatio(
    precision: Precision,
    p: Row,
    q: Row,
    length: number,
    out: FloatArray,
    outStart: number,
    exception: (index: number) => number | undefined,
  ): void {
    const result = this.staging(precision, OUT_SLOT);
    for (let done = 0; done < length; done += CHUNK[precision]) {
      const count = Math.min(CHUNK[precision], length - done);
      const rows = [
        this.#locate(p, done, count, precision, 0) as Location,
        this.#locate(q, done, count, precision, 1) as Location,
      ];
      const flags = this.callMap(precision, rows, this.stagingAt(precision, OUT_SLOT, count), count);
      if (flags & UNUSUAL) {
        for (let i = 0; i < count; i++) result[i] = exception(done + i) ?? result[i];
      }
      out.set(result.subarray(0, count), outStart + done);
    }
  }

  /** Where the kernels find part of a row; undefined where it cannot be staged. */
  #locate(row: Row, done: number, count: number, precision: Precision, slot: number): Location | undefined {
    if (this.#inPlace(row, precision)) return this.at(row.source as FloatArray, row.start + done, count);
    return this.#stage(row, done, count, precision, slot) ? this.stagingAt(precision, slot, count) : undefined;
  }

  #inPlace({ source, scale }: Row, precision: Precision): boolean {
    const isOfType = precision === "f32" ? source instanceof Float32Array : source instanceof Float64Array;
    return isOfType && scale === 1 && this.holds(source as FloatArray);
  }

  /** Copies part of a row to its slot. False where one is no number, or its scale takes it below the normal ones. */
  #stage(row: Row, done: number, count: number, precision: Precision, slot: number): boolean {
    if (this.#staged[slot] === row && this.#stagedFrom[slot] === done && this.#stagedAs[slot] === precision)
      return true;
    const { source, scale } = row;
    const start = row.start + done;
    const target = this.staging(precision, slot);
    if (scale === 1 && (source instanceof Float32Array || source instanceof Float64Array)) {
      const whole = start === 0 && count === source.length;
      target.set(whole ? source : source.subarray(start, start + count));
    } else {
      for (let i = 0; i < count; i++) {
        const x = source[start + i];
        if (typeof x !== "number") return false;
        const scaled = x * scale;
        if (scale !== 1 && x > 0 && scaled < SMALLEST_NORMAL_F64) return false;
        target[i] = scaled;
      }
    }
    this.#staged[slot] = row;
    this.#stagedFrom[slot] = done;
    this.#stagedAs[slot] = precision;
    return true;
  }
}
