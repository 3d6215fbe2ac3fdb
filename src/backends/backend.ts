// A backend runs the kernels. It takes rows wherever they lie: those it cannot read in place are copied, a chunk of whole
// blocks at a time, through a small fixed staging area, so that memory does not grow with the vocabulary and the bits do
// not depend on where a row lies.

import { SMALLEST_NORMAL_F64 } from "../numbers/lanes.js";
import { FLOAT64, isFloat32, isFloat64, kindOf } from "./arrays.js";
import { COLUMNS, FOUND } from "./batch.js";
import type { Fields } from "./fields.js";
import { type Halves, halvesOf } from "./halves.js";
import { BEFORE, BLOCKS, TOTAL, UNUSUAL } from "./js/blocks.js";
import { widen } from "./js/halves.js";
import { CHUNK, type Kernel, type Precision } from "./kernel.js";
import { CHUNK_BYTES, ROWS, SLOTS } from "./layout.js";

export { P_IS_ZERO, Q_IS_ZERO, UNUSUAL } from "./js/blocks.js";
export type { Precision } from "./kernel.js";

/** Any array-like of numbers. Everything except a Float32Array is computed in f64. */
export type Vector = ArrayLike<number>;

/** A part of an array: `scale` times its numbers from `start` on, or what `as` makes of them. */
export interface Row {
  readonly source: Vector;
  readonly start: number;
  readonly scale: number;
  /**
   * `"logits"`: scale·(number - shift). A transform: what it makes of the number, in f64 (transforms.ts). By default scale·number, of
   * numbers >= 0. Of neither what is left may be less than the smallest normal number, but 0.
   */
  readonly as?: "logits" | Transform;
  readonly shift?: number;
  /** Of exponentials: a power of 2, before the scale. */
  readonly lift?: number;
  /** Of exponentials: a power of 2. */
  readonly factor?: number;
  /** What is less than the smallest normal number becomes 0. */
  readonly isFlushed?: boolean;
  /** Multiplies the numbers of a row one by one. */
  readonly weights?: Vector;
}

/** Turns staged numbers of a row to others, in place; false where there is one that cannot be. */
export type Transform = (backend: Backend, row: Row, start: number, count: number, slot: number) => boolean;

/** Where a mapping writes a chunk of its result. */
export const OUT_SLOT: number = SLOTS - 1;
/** The number of the operand that is written; those below it are read, up to four of them from the first that a kernel is given. */
export const OUT = 7;
/** Bytes of an operand that a batch reads: several kernels go over it, and it is to stay in the L2 cache. */
const BATCH_BYTES = 131072;
/** Up to so many numbers are copied one by one: `set` has a price of its own. */
export const FEW = 48;

/** The result of functions that return an array: a Float32Array if all inputs are Float32Arrays. */
export type FloatArray = Float32Array | Float64Array;

/** Whether a row needs no look at each number. Those of 32 bits, times a scale as these, stay normal and finite in f64. */
function isConverted({ source, scale, as, weights, isFlushed }: Row, precision: Precision): boolean {
  const kind = kindOf(source);
  if (weights !== undefined || kind < 0) return false;
  if (precision === "f32") return scale !== 1 && as === undefined;
  return kind === FLOAT64 ? as === undefined && !isFlushed && scale !== 1 : scale >= 2 ** -500 && scale <= 2 ** 500;
}

/** Sees what a kernel has left of a chunk: a line of the table (batch.ts), which begins at `at`. */
export type TakeLine = (line: Float64Array, at: number) => void;

/** Threads that take their share of a long row. */
export interface Crew {
  /** Whether rows are worth sharing, and are in the memory that threads share, as the kernels read them or as halves. */
  wants(backend: Backend, kernel: Kernel, precision: Precision, rows: readonly Row[], length: number): boolean;
  /**
   * Does all chunks of such rows, and leaves the totals; or each as `reduceChunks` has it, if there is a `take`. Returns flags; undefined where
   * one is not in the memory after all.
   */
  share(
    backend: Backend,
    kernel: Kernel,
    precision: Precision,
    rows: readonly Row[],
    length: number,
    out?: Row,
    take?: TakeLine,
  ): number | undefined;
}

/** `Location` is how the backend's kernels take a row: a pointer, or an array. */
export abstract class Backend<Location = unknown> {
  /** γ of the symmetric families. */
  abstract set gamma(value: number);
  /** k of the cross-entropy: an exponent of 2. */
  abstract setExponent(precision: Precision, k: number): void;
  /** β of the families of powers, and the weight, 1 or 0, of p in what an entropy's powers are multiplied by. */
  abstract setPower(beta: number, weight?: number): void;
  /** Of a batch: above this, a row is declined (kernels that find the largest number of each row). */
  abstract set most(value: number);
  /** A line for each row of a batch: batch.ts. */
  abstract readonly table: Float64Array;
  /** Its bits. */
  abstract readonly tableBits: Int32Array;

  /** The totals of a reduction. */
  abstract readonly totals: Float64Array;
  protected abstract writeFields(fields: Fields): void;
  /** Copies what a family needs to know to `to`. */
  abstract writeParameters(to: Float64Array): void;
  /** Takes it over from another thread. */
  abstract readParameters(from: Float64Array): void;
  /** Whether the kernels can read the array where it is. */
  abstract holds(source: FloatArray): boolean;
  abstract at(source: FloatArray, start: number, count: number): Location;
  /** Numbers of the memory that threads share. */
  abstract inSpace(precision: Precision, offset: number, count: number): Location;
  abstract staging(precision: Precision, slot: number): FloatArray;
  abstract stagingAt(precision: Precision, slot: number, count: number): Location;
  /**
   * Writes (x - shift)·scale of numbers of some kind (`kindOf`) to a slot of f64, or x·scale of f32 to one of f32. Returns flags:
   * UNUSUAL where one is tiny, or negative.
   */
  protected abstract convert(
    precision: Precision,
    source: Vector,
    start: number,
    count: number,
    slot: number,
    shift: number,
    scale: number,
  ): number;
  abstract call(kernel: Kernel, precision: Precision, rows: readonly Location[], count: number): number;
  abstract callMapping(
    kernel: Kernel,
    precision: Precision,
    rows: readonly Location[],
    out: Location,
    count: number,
  ): number;

  /** Says where the rows of an operand, or of the output, are. */
  abstract setOperand(operand: number, source: FloatArray, start: number, step: number): void;
  /** Says that they are in a slot of the staging area, from its start on. */
  abstract setStaged(operand: number, precision: Precision, slot: number, step: number): void;
  /** The same of rows that are side by side. */
  abstract setLocation(operand: number, precision: Precision, location: Location, step: number): void;
  /** Makes operand `to` the same as another. */
  abstract repeatOperand(from: number, to: number): void;
  /** Runs a kernel over the rows of a batch, of `length` numbers each; its first operand is number `first` of those that were set. */
  abstract runRows(
    kernel: Kernel,
    precision: Precision,
    length: number,
    count: number,
    mode: number,
    first?: number,
  ): void;

  /** What is in each slot of the staging area. */
  readonly staged: (Row | undefined)[] = [];
  readonly #stagedFrom: number[] = [];
  readonly #stagedAs: Precision[] = [];
  /** Whether it is a typed array's numbers as they are. */
  readonly #isCopied: boolean[] = [];
  #isBusy = false;
  #hasStaged = false;
  /** Of the call from outside, and its number. */
  functionName = "";
  callNumber = 0;
  /** Two arrays that this call has found to be held: to read `buffer` takes 25 ns, and each row of a matrix asks up to five times. */
  #held: Vector | undefined;
  #alsoHeld: Vector | undefined;
  /** Who takes a share of long rows, if anybody does. */
  crew: Crew | undefined;

  /** To be called first in each call from outside: what was staged before may have been changed since. */
  begin(functionName: string): void {
    // an array's getter, say, that calls again: kernels have one place to work in
    if (this.#isBusy)
      throw new Error(`${functionName}: this engine is in a call already; use another engine inside it`);
    this.#isBusy = true;
    this.functionName = functionName;
    this.callNumber++;
    if (this.#hasStaged) this.staged.fill(undefined);
    this.#hasStaged = false;
  }

  /** To be called last. */
  end(): void {
    this.#isBusy = false;
    this.#held = undefined;
    this.#alsoHeld = undefined;
  }

  /** What the families of logits need to know besides their rows. */
  set fields(fields: Fields) {
    this.writeFields(fields);
  }

  /** Before a reduction, or a mapping. */
  clear(): void {
    const { totals } = this;
    totals[BLOCKS] = 0;
    totals[TOTAL + BLOCKS] = 0;
    totals[2 * TOTAL + BLOCKS] = 0;
  }

  /** Total `index` of the last reduction or mapping. */
  total(index: number): number {
    const { totals } = this;
    const at = index * TOTAL;
    if (totals[at + BLOCKS] === 0) return 0;
    // the last chunk to those before it
    const before = totals[at + BEFORE];
    const sum = totals[at];
    const next = before + sum;
    if (!Number.isFinite(next)) return next; // its error is NaN
    const added = next - before;
    return next + (totals[at + BEFORE + 1] + (before - (next - added) + (sum - added)) + totals[at + 1]);
  }

  /** How many rows of `length` numbers make a batch: 0 where they are too long for one. */
  rowsAtOnce(precision: Precision, length: number, sources: readonly (Vector | undefined)[]): number {
    const chunk = CHUNK[precision];
    if (length > chunk) return 0;
    const bytes = length * (CHUNK_BYTES / chunk);
    let most = Math.min(ROWS, Math.max(1, Math.floor(BATCH_BYTES / bytes)));
    for (const source of sources) {
      if (source && source.length > length && !this.isHeld(source, precision)) {
        most = Math.min(most, Math.floor(chunk / length));
      }
    }
    return most;
  }

  /**
   * Makes rows of a source an operand of the next kernels, read in place or staged: `count` of them from `start` on, or one for all.
   * False where there is something in them that is no number.
   */
  place(operand: number, precision: Precision, source: Vector, start: number, length: number, count: number): boolean {
    const step = source.length > length ? length : 0;
    if (this.isHeld(source, precision)) {
      this.setOperand(operand, source as FloatArray, start, step);
      return true;
    }
    return this.placeCopy(operand, precision, source, start, step === 0 ? length : count * length, step);
  }

  /** The same of `numbers` of them, which are staged wherever they are. */
  placeCopy(
    operand: number,
    precision: Precision,
    source: Vector,
    start: number,
    numbers: number,
    step: number,
  ): boolean {
    const target = this.placeStaged(operand, precision, step);
    if (ArrayBuffer.isView(source)) {
      if (numbers > FEW && precision === "f64" && kindOf(source) >= 0) {
        this.convert(precision, source, start, numbers, operand, 0, 1);
      } else if (numbers <= FEW) for (let i = 0; i < numbers; i++) target[i] = source[start + i];
      else target.set((source as FloatArray).subarray(start, start + numbers));
      return true;
    }
    const halves = halvesOf(source);
    if (halves) {
      this.widen(halves, start, numbers, precision, operand);
      return true;
    }
    for (let i = 0; i < numbers; i++) {
      const x: unknown = source[start + i];
      if (typeof x !== "number") return false;
      target[i] = x;
    }
    return true;
  }

  /** Makes what is written to a slot of the staging area an operand. */
  placeStaged(operand: number, precision: Precision, step: number): FloatArray {
    const target = this.staging(precision, operand);
    this.staged[operand] = undefined;
    this.setStaged(operand, precision, operand, step);
    return target;
  }

  /** Runs a reduction over `length` numbers of each row. Returns flags; the sums are `total(…)`. */
  reduce(kernel: Kernel, precision: Precision, rows: readonly Row[], length: number, firstSlot = 0): number {
    this.clear();
    const isLong = length > CHUNK[precision];
    if (isLong && this.crew?.wants(this, kernel, precision, rows, length)) {
      const flags = this.crew.share(this, kernel, precision, rows, length);
      if (flags !== undefined) return flags;
    }
    const isParted = isLong && !rows.every((row) => this.isInPlace(row, precision));
    const step = isParted ? CHUNK[precision] : length;
    let flags = 0;
    let done = 0;
    do {
      const count = Math.min(step, length - done);
      const locations = this.locateAll(rows, done, count, precision, firstSlot);
      flags |= locations ? this.call(kernel, precision, locations, count) : UNUSUAL;
      done += step;
    } while (done < length && !(flags & UNUSUAL));
    return flags;
  }

  /**
   * Runs a kernel over each chunk of rows of logits as if it were a row of a batch, with fields from its own largest numbers: what must be
   * known of a whole row first would take a pass of its own. False where a row cannot be staged.
   */
  reduceChunks(
    kernel: Kernel,
    precision: Precision,
    rows: readonly Row[],
    length: number,
    firstSlot: number,
    take: TakeLine,
  ): boolean {
    const step = CHUNK[precision];
    if (length > step && this.crew?.wants(this, kernel, precision, rows, length)) {
      if (this.crew.share(this, kernel, precision, rows, length, undefined, take) !== undefined) return true;
    }
    const most = rows.every((row) => this.isInPlace(row, precision)) ? ROWS : 1;
    for (let done = 0; done < length; ) {
      const count = Math.min(step, length - done);
      const chunks = Math.min(most, Math.floor((length - done) / count));
      const locations = this.locateAll(rows, done, chunks * count, precision, firstSlot);
      if (locations === undefined) return false;
      this.runChunks(kernel, precision, locations, count, chunks);
      for (let c = 0; c < chunks; c++) take(this.table, c * COLUMNS);
      done += chunks * count;
    }
    return true;
  }

  /** Chunks of them that are side by side, to the first lines of the table. */
  runChunks(kernel: Kernel, precision: Precision, locations: readonly Location[], count: number, chunks: number): void {
    for (let i = 0; i < locations.length; i++) this.setLocation(i, precision, locations[i], count);
    this.most = Number.MAX_VALUE;
    this.runRows(kernel, precision, count, chunks, FOUND);
  }

  locateAll(
    rows: readonly Row[],
    done: number,
    count: number,
    precision: Precision,
    firstSlot: number,
  ): Location[] | undefined {
    const locations: Location[] = [];
    for (let i = 0; i < rows.length; i++) {
      const location = this.#locate(rows[i], done, count, precision, firstSlot + i);
      if (location === undefined) return;
      locations.push(location);
    }
    return locations;
  }

  /** Where the kernels find part of a row; undefined where it cannot be staged. */
  #locate(row: Row, done: number, count: number, precision: Precision, slot: number): Location | undefined {
    if (this.#isStaged(row, done, count, precision, slot)) return this.stagingAt(precision, slot, count);
    if (this.isInPlace(row, precision)) return this.at(row.source as FloatArray, row.start + done, count);
    return this.#stage(row, done, count, precision, slot) ? this.stagingAt(precision, slot, count) : undefined;
  }

  /** Whether part of a row is in its slot; of a row that is copied, it is then: to ask all that there is to ask takes as long as to copy. */
  #isStaged(row: Row, done: number, count: number, precision: Precision, slot: number): boolean {
    if (this.staged[slot] !== row || this.#stagedAs[slot] !== precision) return false;
    return this.#stagedFrom[slot] === done || (this.#isCopied[slot] && this.#copy(row, done, count, precision, slot));
  }

  #copy({ source, start }: Row, done: number, count: number, precision: Precision, slot: number): boolean {
    const from = start + done;
    const isWhole = from === 0 && count === source.length;
    this.staging(precision, slot).set(isWhole ? source : (source as FloatArray).subarray(from, from + count));
    this.#stagedFrom[slot] = done;
    return true;
  }

  isInPlace({ source, scale, as, weights, isFlushed }: Row, precision: Precision): boolean {
    if (scale !== 1 || as !== undefined || weights !== undefined || isFlushed) return false;
    return this.isHeld(source, precision);
  }

  /** Whether the kernels read an array of this call where it is. */
  isHeld(source: Vector, precision: Precision): boolean {
    if (!(precision === "f32" ? isFloat32(source) : isFloat64(source))) return false;
    if (source === this.#held || source === this.#alsoHeld) return true;
    if (!this.holds(source as FloatArray)) return false;
    this.#alsoHeld = this.#held;
    this.#held = source;
    return true;
  }

  /** Writes numbers of 8 or 16 bits to a slot. */
  widen({ data, format }: Halves, start: number, count: number, precision: Precision, slot: number): void {
    widen(data.subarray(start, start + count), this.staging(precision, slot), format);
  }

  /** Puts part of a row in its slot. False where one is no number, or has no place among the kernels' numbers. */
  #stage(row: Row, done: number, count: number, precision: Precision, slot: number): boolean {
    const { source, scale, as, weights, isFlushed } = row;
    const start = row.start + done;
    const target = this.staging(precision, slot);
    const isTransformed = typeof as === "function";
    const isCopy = weights === undefined && (isTransformed || (as === undefined && scale === 1 && !isFlushed));
    const halves = halvesOf(source);
    const shift = as === "logits" ? (row.shift ?? 0) : 0;
    this.#isCopied[slot] = false;
    if (halves) this.widen(halves, start, count, precision, slot);
    if (isCopy && halves) {
      // it is what it is to be
    } else if (isConverted(row, precision)) {
      const isTiny = this.convert(precision, source, start, count, slot, shift, isTransformed ? 1 : scale) & UNUSUAL;
      if (isTiny && as === undefined && scale !== 1) return false;
    } else if (isCopy && ArrayBuffer.isView(source)) {
      this.#isCopied[slot] = this.#copy(row, done, count, precision, slot) && !isTransformed;
    } else if (isCopy) {
      for (let i = 0, j = start; i < count; i++, j++) {
        const x = source[j];
        if (typeof x !== "number") return false;
        target[i] = x;
      }
    } else {
      for (let i = 0; i < count; i++) {
        const x = halves ? target[i] : source[start + i];
        if (typeof x !== "number") return false;
        const weight = weights === undefined ? scale : scale * weights[done + i];
        target[i] = isTransformed ? x : (x - shift) * weight;
        // of logits, a finite one is possible, if hardly
        if (target[i] === Number.NEGATIVE_INFINITY && x > target[i]) target[i] = -Number.MAX_VALUE;
        if (as !== undefined || !(x > 0 && x * scale < SMALLEST_NORMAL_F64)) continue;
        if (isFlushed) target[i] = 0;
        else if (scale !== 1) return false;
      }
    }
    if (typeof as === "function" && !as(this, row, start, count, slot)) return false;
    this.staged[slot] = row;
    this.#hasStaged = true;
    this.#stagedFrom[slot] = done;
    this.#stagedAs[slot] = precision;
    return true;
  }
}
