// A backend runs the kernels. It takes rows wherever they lie: those it cannot read in place are copied, a chunk of whole
// blocks at a time, through a small fixed staging area, so that memory does not grow with the vocabulary and the bits do
// not depend on where a row lies.

import { SMALLEST_NORMAL_F64 } from "../numbers/lanes.js";
import { ln } from "../numbers/scalar.js";
import { type Fields, NO_FIELDS } from "./fields.js";
import { addTo, BEFORE, BLOCKS, TOTAL, UNUSUAL } from "./js/blocks.js";
import {
  CHUNK,
  type ChunkJob,
  type HalfFormat,
  type Mapping,
  PARAMETERS,
  type Precision,
  type Reduction,
} from "./kernels.js";
import { CHUNK_BYTES, SLOTS } from "./layout.js";
import { mayBeOne } from "./space.js";

export { P_IS_ZERO, Q_IS_ZERO, UNUSUAL } from "./js/blocks.js";
export type { Precision } from "./kernels.js";

/** Anything that has numbers at 0 … length - 1. What is not a Float32Array is taken as f64. */
export type Vector = ArrayLike<number>;

/** A part of an array: `scale` times its numbers from `start` on, or what `as` makes of them. */
export interface Row {
  readonly source: Vector;
  readonly start: number;
  readonly scale: number;
  /**
   * `"logits"`: scale·(number - shift). `"logarithms"`: scale·ln of the number, in f64. `"exponentials"`: e^(scale·(number -
   * shift))·factor, in f64. By default scale·number, of numbers >= 0. Of neither what is left may be less than the smallest normal
   * number, but 0.
   */
  readonly as?: "logits" | "logarithms" | "exponentials";
  readonly shift?: number;
  /** Of exponentials: a power of 2. */
  readonly factor?: number;
  /** What is less than the smallest normal number becomes 0. */
  readonly isFlushed?: boolean;
  /** Multiplies the numbers of a row one by one. */
  readonly weights?: Vector;
}

/** Where a mapping writes a chunk of its result. */
const OUT_SLOT = SLOTS - 1;

/** e^x of less is hardly a normal number, divided by the sum of them all. */
const LEAST_EXPONENT = -680;

/** What a function gives that gives an array: a Float32Array where all inputs are. */
export type FloatArray = Float32Array | Float64Array;

/** Threads that take their share of a long row. */
export interface Crew {
  /** Where a row begins in the memory that they share, if it is there. */
  offsetOf(source: Vector, start: number): number | undefined;
  /** Whether that many chunks are worth sharing, of a kernel that is part of the call of that number. */
  wants(kernel: Reduction | Mapping, chunks: number, call: number): boolean;
  /** Does all chunks, in an order of their own, and gives the results of each to `take` in theirs, until that says no. */
  doChunks(
    functionName: string,
    job: ChunkJob,
    writeParameters: (to: Float64Array) => void,
    doChunk: (index: number, results: Float64Array, at: number) => void,
    take: (results: Float64Array, at: number) => boolean,
  ): void;
}

/** `Location` is how the backend's kernels take a row: a pointer, or an array. */
export abstract class Backend<Location = unknown> {
  /** γ of the symmetric families. */
  abstract set gamma(value: number);
  /** k of the cross-entropy: an exponent of 2. */
  abstract setExponent(precision: Precision, k: number): void;
  /** β of the families of powers, and the weight, 1 or 0, of p in what an entropy's powers are multiplied by. */
  abstract setPower(beta: number, weight?: number): void;

  /** The totals of a reduction. */
  protected abstract readonly totals: Float64Array;
  protected abstract writeFields(fields: Fields): void;
  /** Copies what a family needs to know to `to`. */
  protected abstract writeParameters(to: Float64Array): void;
  /** Takes it over from another thread. */
  abstract readParameters(from: Float64Array): void;
  /** Whether the kernels can read the array where it is. */
  protected abstract holds(source: FloatArray): boolean;
  protected abstract at(source: FloatArray, start: number, count: number): Location;
  /** Numbers of the memory that threads share. */
  protected abstract inSpace(precision: Precision, offset: number, count: number): Location;
  protected abstract staging(precision: Precision, slot: number): FloatArray;
  protected abstract stagingAt(precision: Precision, slot: number, count: number): Location;
  protected abstract call(kernel: Reduction, precision: Precision, rows: readonly Location[], count: number): number;
  protected abstract callMapping(
    kernel: Mapping | "logarithms",
    precision: Precision,
    rows: readonly Location[],
    out: Location,
    count: number,
  ): number;

  /** The indices of the largest numbers, that of the largest first, to `indices`, MOST_LARGEST at most. */
  abstract findLargest(source: FloatArray, start: number, length: number, indices: Int32Array): void;
  /** Makes f32 of 16-bit floats, exactly. */
  abstract widen(format: HalfFormat, from: Uint16Array, out: Float32Array): void;

  readonly #staged: (Row | undefined)[] = new Array(SLOTS);
  readonly #stagedFrom: number[] = new Array(SLOTS).fill(-1);
  readonly #stagedAs: (Precision | undefined)[] = new Array(SLOTS);
  readonly #savedParameters = new Float64Array(PARAMETERS);
  readonly #savedTotals = new Float64Array(3 * TOTAL);
  #fields: Fields = NO_FIELDS;
  #isBusy = false;
  #functionName = "";
  #call = 0;
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
    this.#functionName = functionName;
    this.#call++;
    for (let slot = 0; slot < SLOTS; slot++) this.#staged[slot] = undefined;
  }

  /** To be called last. */
  end(): void {
    this.#isBusy = false;
    this.#held = undefined;
    this.#alsoHeld = undefined;
  }

  /** What the families of logits need to know besides their rows. */
  set fields(fields: Fields) {
    this.#fields = fields;
    this.writeFields(fields);
  }

  #clear(): void {
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

  /** Runs a reduction over `length` numbers of each row. Returns flags; the sums are `total(…)`. */
  reduce(kernel: Reduction, precision: Precision, rows: readonly Row[], length: number, firstSlot = 0): number {
    this.#clear();
    if (length <= CHUNK[precision]) return this.#reducePart(kernel, precision, rows, 0, length, firstSlot);
    let step = length;
    for (const row of rows) if (!this.#inPlace(row, precision)) step = CHUNK[precision];
    if (step === length && this.crew?.wants(kernel, length / CHUNK[precision], this.#call)) {
      const flags = this.#share(this.crew, kernel, precision, rows, length);
      if (flags !== undefined) return flags;
    }
    let flags = 0;
    for (let done = 0; done < length && !(flags & UNUSUAL); done += step) {
      flags |= this.#reducePart(kernel, precision, rows, done, Math.min(step, length - done), firstSlot);
    }
    return flags;
  }

  #reducePart(
    kernel: Reduction,
    precision: Precision,
    rows: readonly Row[],
    done: number,
    count: number,
    firstSlot: number,
  ): number {
    const locations = this.#locateAll(rows, done, count, precision, firstSlot);
    return locations === undefined ? UNUSUAL : this.call(kernel, precision, locations, count);
  }

  /**
   * Writes what a kernel makes of rows to `out` from `outStart`; `out` may be one of the rows. The sums are `total(…)`. Where
   * the kernel says UNUSUAL, `exception(index in the row)` gives the result of any number that it does not compute.
   */
  map(
    kernel: Mapping,
    precision: Precision,
    rows: readonly Row[],
    length: number,
    out: FloatArray,
    outStart: number,
    exception?: (index: number) => number | undefined,
  ): void {
    this.#clear();
    const isDirect = exception === undefined && this.#isHeld(out, precision);
    let step: number = CHUNK[precision];
    if (isDirect) {
      step = length;
      for (const row of rows) if (!this.#inPlace(row, precision)) step = CHUNK[precision];
      if (step === length && this.crew?.wants(kernel, length / CHUNK[precision], this.#call)) {
        const result: Row = { source: out, start: outStart, scale: 1 };
        if (this.#share(this.crew, kernel, precision, rows, length, result) !== undefined) {
          this.#forget(out);
          return;
        }
      }
    }
    for (let done = 0; done < length; done += step) {
      const count = Math.min(step, length - done);
      const locations = this.#locateAll(rows, done, count, precision, 0) as Location[];
      if (isDirect) {
        this.callMapping(kernel, precision, locations, this.at(out, outStart + done, count), count);
        continue;
      }
      this.#staged[OUT_SLOT] = undefined;
      const flags = this.callMapping(kernel, precision, locations, this.stagingAt(precision, OUT_SLOT, count), count);
      const result = this.staging(precision, OUT_SLOT);
      if (flags & UNUSUAL && exception) {
        for (let i = 0; i < count; i++) result[i] = exception(done + i) ?? result[i];
      }
      out.set(count === result.length ? result : result.subarray(0, count), outStart + done);
    }
    this.#forget(out);
  }

  /**
   * The same by all threads: chunks are done in any order, and their totals added in theirs. undefined where a row is not in the
   * memory that they share.
   */
  #share(
    crew: Crew,
    kernel: Reduction | Mapping,
    precision: Precision,
    rows: readonly Row[],
    length: number,
    out?: Row,
  ): number | undefined {
    const offsets: number[] = [];
    for (const { source, start } of rows) {
      const offset = crew.offsetOf(source, start);
      if (offset === undefined) return undefined;
      offsets.push(offset);
    }
    const to = out && crew.offsetOf(out.source, out.start);
    if (out && to === undefined) return undefined;
    const job: ChunkJob = { kernel, precision, offsets, length, out: to };
    const totals = new Float64Array(3 * TOTAL);
    let flags = 0;
    crew.doChunks(
      this.#functionName,
      job,
      (parameters) => this.writeParameters(parameters),
      (index, results, at) => this.doChunk(job, index, results, at),
      (results, at) => {
        flags |= results[at];
        for (let i = 0; i < 3; i++) addChunk(totals, i * TOTAL, results, at + 1 + 3 * i, kernel === "maximum");
        return !(flags & UNUSUAL);
      },
    );
    this.totals.set(totals);
    return flags & UNUSUAL ? UNUSUAL : flags;
  }

  /** Chunk `index` of a job, alone. Short of it would be a call of the kernel: what surrounds it counts. */
  doChunk(job: ChunkJob, index: number, results: Float64Array, at: number): void {
    const { precision, offsets, out } = job;
    const start = index * CHUNK_BYTES;
    const from = index * CHUNK[precision];
    const count = Math.min(CHUNK[precision], job.length - from);
    const rows: Location[] = [];
    for (let i = 0; i < offsets.length; i++) rows.push(this.inSpace(precision, offsets[i] + start, count));
    this.#clear();
    if (out === undefined) {
      results[at] = this.call(job.kernel as Reduction, precision, rows, count);
    } else {
      const to = this.inSpace(precision, out + start, count);
      results[at] = this.callMapping(job.kernel as Mapping, precision, rows, to, count);
    }
    const { totals } = this;
    for (let i = 0, to = at + 1; i < 3 * TOTAL; i += TOTAL, to += 3) {
      results[to] = totals[i];
      results[to + 1] = totals[i + 1];
      results[to + 2] = totals[i + BLOCKS] === 0 ? 0 : 1;
    }
  }

  /** What has been staged of an array is not what it holds now. */
  #forget(written: FloatArray): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      const source = this.#staged[slot]?.source;
      if (ArrayBuffer.isView(source) && mayBeOne(source.buffer, written.buffer)) this.#staged[slot] = undefined;
    }
  }

  #locateAll(
    rows: readonly Row[],
    done: number,
    count: number,
    precision: Precision,
    firstSlot: number,
  ): Location[] | undefined {
    const locations: Location[] = [];
    for (let i = 0; i < rows.length; i++) {
      const location = this.#locate(rows[i], done, count, precision, firstSlot + i);
      if (location === undefined) return undefined;
      locations.push(location);
    }
    return locations;
  }

  /** Where the kernels find part of a row; undefined where it cannot be staged. */
  #locate(row: Row, done: number, count: number, precision: Precision, slot: number): Location | undefined {
    if (this.#inPlace(row, precision)) return this.at(row.source as FloatArray, row.start + done, count);
    return this.#stage(row, done, count, precision, slot) ? this.stagingAt(precision, slot, count) : undefined;
  }

  #inPlace({ source, scale, as, weights, isFlushed }: Row, precision: Precision): boolean {
    if (scale !== 1 || as !== undefined || weights !== undefined || isFlushed) return false;
    return this.#isHeld(source, precision);
  }

  #isHeld(source: Vector, precision: Precision): boolean {
    const isOfType = precision === "f32" ? source instanceof Float32Array : source instanceof Float64Array;
    if (!isOfType) return false;
    if (source === this.#held || source === this.#alsoHeld) return true;
    if (!this.holds(source as FloatArray)) return false;
    this.#alsoHeld = this.#held;
    this.#held = source;
    return true;
  }

  /** Puts part of a row in its slot. False where one is no number, or has no place among the kernels' numbers. */
  #stage(row: Row, done: number, count: number, precision: Precision, slot: number): boolean {
    if (this.#staged[slot] === row && this.#stagedFrom[slot] === done && this.#stagedAs[slot] === precision)
      return true;
    const { source, scale, as, weights, isFlushed } = row;
    const start = row.start + done;
    const target = this.staging(precision, slot);
    const isOfPowers = as === "logarithms" || as === "exponentials";
    const isCopy = weights === undefined && (isOfPowers || (as === undefined && scale === 1 && !isFlushed));
    if (isCopy && (source instanceof Float32Array || source instanceof Float64Array)) {
      const whole = start === 0 && count === source.length;
      target.set(whole ? source : source.subarray(start, start + count));
    } else {
      const shift = row.shift ?? 0;
      for (let i = 0; i < count; i++) {
        const x = source[start + i];
        if (typeof x !== "number") return false;
        const weight = weights === undefined ? scale : scale * weights[done + i];
        target[i] = isOfPowers ? x : (x - shift) * weight;
        if (as !== undefined || !(x > 0 && x * scale < SMALLEST_NORMAL_F64)) continue;
        if (isFlushed) target[i] = 0;
        else if (scale !== 1) return false;
      }
    }
    if (as === "logarithms" && !this.#toLogarithms(source, start, count, slot, scale)) return false;
    if (as === "exponentials" && !this.#toExponentials(row, count, slot)) return false;
    this.#staged[slot] = row;
    this.#stagedFrom[slot] = done;
    this.#stagedAs[slot] = precision;
    return true;
  }

  /** Turns staged probabilities to scale·ln of them; false where there is one that is none. */
  #toLogarithms(source: Vector, start: number, count: number, slot: number, scale: number): boolean {
    const location = this.stagingAt("f64", slot, count);
    this.writeFields({ ...this.#fields, factor: scale });
    const flags = this.callMapping("logarithms", "f64", [location], location, count);
    this.writeFields(this.#fields);
    if (!(flags & UNUSUAL)) return true;
    const target = this.staging("f64", slot);
    for (let i = 0; i < count; i++) {
      const x = source[start + i];
      if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) return false;
      target[i] = x === 0 ? Number.NEGATIVE_INFINITY : scale * ln(x);
    }
    return true;
  }

  /** Turns staged logits to exponentials; false where there is one that is too small to be normal. */
  #toExponentials({ shift = 0, scale, factor = 1, isFlushed }: Row, count: number, slot: number): boolean {
    const target = this.staging("f64", slot);
    for (let i = 0; i < count; i++) {
      const z = target[i];
      const x = (z - shift) * scale;
      target[i] = x;
      if (!(x < LEAST_EXPONENT) || z === Number.NEGATIVE_INFINITY) continue;
      if (!isFlushed) return false;
      target[i] = Number.NEGATIVE_INFINITY;
    }
    // in the midst of a reduction, which has totals and parameters of its own
    this.writeParameters(this.#savedParameters);
    this.#savedTotals.set(this.totals);
    const location = this.stagingAt("f64", slot, count);
    this.writeFields({ ...NO_FIELDS, factor });
    this.callMapping("exponentials", "f64", [location], location, count);
    if (factor !== 1) this.callMapping("scaled", "f64", [location], location, count);
    this.readParameters(this.#savedParameters);
    this.totals.set(this.#savedTotals);
    return true;
  }
}

/** Adds a chunk's pair to a total, in the order of chunks: the last stands apart from those before it, as in `addTotal`. */
function addChunk(totals: Float64Array, total: number, results: Float64Array, at: number, isMaximum: boolean): void {
  if (results[at + 2] === 0) return;
  const sum = results[at];
  if (totals[total + BLOCKS] === 0) {
    totals[total + BLOCKS] = 1;
  } else if (isMaximum) {
    if (!(totals[total] < sum)) return;
  } else {
    addTo(totals, total + BEFORE, totals[total], totals[total + 1]);
  }
  totals[total] = sum;
  totals[total + 1] = results[at + 1];
}
