// Rows of a source, as many at a time as are asked for, in arrays that threads can read.

import { typeOfBatch } from "./batch.js";
import { shownValue } from "./shown.js";
import type { LogitSource, RowBatch } from "./source.js";
import { readToken } from "./token.js";

export type RowArray = RowBatch["data"];

/** Where arrays of rows come from, and whether one is from there. */
export interface Place {
  allocate<T extends Float32ArrayConstructor | Float64ArrayConstructor | Uint16ArrayConstructor>(
    type: T,
    length: number,
  ): InstanceType<T>;
  holds(array: RowArray): boolean;
}

/** Rows in order, from the batch that they came in or copied together. */
export interface Rows {
  readonly data: RowArray;
  readonly format: RowBatch["format"];
  readonly count: number;
  /** -1 where there is none. */
  readonly tokens: Int32Array;
}

export interface FeedOptions {
  readonly classes: number;
  readonly start: number;
  /** Infinity where the source knows. */
  readonly end: number;
  readonly batchRows: number;
  readonly place: Place;
}

export const isLogitSource = (source: AsyncIterable<RowBatch>): source is LogitSource =>
  typeof (source as LogitSource).read === "function";

export class Feed {
  readonly name: string;
  readonly #source: AsyncIterable<RowBatch>;
  readonly #options: FeedOptions;
  readonly #batches: AsyncIterator<RowBatch>;
  /** What has come, and how many rows of it have been given. */
  #batch: RowBatch | undefined;
  #given = 0;
  /** The number of the next row. */
  #row: number;
  #type: string | undefined;
  #slots: RowArray[] = [];
  #turn = 0;

  constructor(name: string, source: AsyncIterable<RowBatch>, options: FeedOptions) {
    this.name = isLogitSource(source) ? source.name : name;
    this.#source = source;
    this.#options = options;
    const { start, end, batchRows, place } = options;
    const range = end === Number.POSITIVE_INFINITY ? { start } : { start, end };
    // a source that asks `allocate` for its memory is read where it lies
    const allocate = (bytes: number) => {
      const { buffer, byteOffset } = place.allocate(Float64Array, Math.ceil(bytes / 8));
      return new Uint8Array(buffer, byteOffset, bytes);
    };
    const request = { ...range, batchRows, allocate };
    const batches = isLogitSource(source) ? source.read(request) : source;
    this.#batches = batches[Symbol.asyncIterator]();
    this.#row = isLogitSource(source) ? start : 0;
  }

  placeOf(row: number, column: number): string {
    if (isLogitSource(this.#source)) return this.#source.placeOf(row, column);
    return `row ${row}, column ${column}`;
  }

  /** The next `count` rows, or fewer at the end. What it gave two times before is then gone. */
  async take(count: number): Promise<Rows> {
    const { classes, place } = this.#options;
    const wanted = Math.min(count, this.#options.end - Math.max(this.#row, this.#options.start));
    const tokens = new Int32Array(wanted).fill(-1);
    const first = await this.#at();
    if (first === undefined || wanted === 0) return { data: new Float32Array(0), format: undefined, count: 0, tokens };
    const { format } = first;
    const rest = this.#left(first);
    if (rest === wanted && place.holds(first.data)) {
      const data = first.data.subarray(this.#given * classes);
      this.#give(first, wanted, tokens, 0);
      return { data, format, count: wanted, tokens };
    }
    const slot = this.#slot(first.data, wanted);
    let done = 0;
    for (let batch: RowBatch | undefined = first; done < wanted && batch !== undefined; batch = await this.#at()) {
      const rows = Math.min(wanted - done, this.#left(batch));
      const from = this.#given * classes;
      slot.set(batch.data.subarray(from, from + rows * classes), done * classes);
      this.#give(batch, rows, tokens, done);
      done += rows;
      if (done === wanted) break;
    }
    return { data: slot.subarray(0, done * classes), format, count: done, tokens: tokens.subarray(0, done) };
  }

  /** Whether there are no more rows: of the whole source, not of those asked for. */
  async isAtEnd(): Promise<boolean> {
    return (await this.#at()) === undefined;
  }

  /** Lets a source that knows where the rows asked for end come to its end: a file checks there that it has not changed. */
  async finish(): Promise<void> {
    if (isLogitSource(this.#source)) await this.#at();
  }

  /** Lets go of the source. */
  async end(): Promise<void> {
    await this.#batches.return?.();
  }

  #left({ data }: RowBatch): number {
    return data.length / this.#options.classes - this.#given;
  }

  #give(batch: RowBatch, rows: number, tokens: Int32Array, at: number): void {
    if (batch.tokens !== undefined) {
      const { classes } = this.#options;
      for (let r = 0; r < rows; r++) {
        const nameOf = () => `compareLogits: the token of row ${this.#row + r} of ${this.name}`;
        tokens[at + r] = readToken(batch.tokens[this.#given + r], classes, nameOf);
      }
    }
    this.#given += rows;
    this.#row += rows;
  }

  /** The batch that the next row is in. */
  async #at(): Promise<RowBatch | undefined> {
    const { start } = this.#options;
    for (;;) {
      const batch = this.#batch;
      if (batch !== undefined) {
        // of a source that cannot be read from `start` on
        const skipped = Math.min(this.#left(batch), start - this.#row);
        if (skipped > 0) {
          this.#given += skipped;
          this.#row += skipped;
        }
        if (this.#left(batch) > 0) return batch;
      }
      const { value, done } = await this.#batches.next();
      if (done) return undefined;
      this.#check(value);
      this.#batch = value;
      this.#given = 0;
    }
  }

  #check(batch: RowBatch): void {
    const { classes } = this.#options;
    const type = typeOfBatch(batch, () => `compareLogits: the batch of ${this.name} from row ${this.#row} on`);
    const { data, tokens } = batch;
    this.#type ??= type;
    if (type !== this.#type) {
      throw new TypeError(
        `compareLogits: ${this.name} goes on with ${type} after ${this.#type}; it must be of one type`,
      );
    }
    if (data.length % classes !== 0) {
      throw new RangeError(
        `compareLogits: ${this.name} gave ${data.length} numbers from row ${this.#row} on, no multiple of its ${classes} classes`,
      );
    }
    if (tokens !== undefined && tokens?.length * classes !== data.length) {
      throw new RangeError(
        `compareLogits: ${this.name} gave ${tokens?.length ?? shownValue(tokens)} tokens with ${data.length / classes} rows, from row ${this.#row} on`,
      );
    }
  }

  /** One of two arrays, in turns. */
  #slot(like: RowArray, rows: number): RowArray {
    const { classes, batchRows, place } = this.#options;
    this.#turn = 1 - this.#turn;
    const slot = this.#slots[this.#turn];
    if (slot !== undefined && slot.length >= rows * classes) return slot;
    const type = { Float32Array, Float64Array, Uint16Array }[like[Symbol.toStringTag]];
    const fresh = place.allocate<Float32ArrayConstructor | Float64ArrayConstructor | Uint16ArrayConstructor>(
      type,
      Math.min(rows, batchRows) * classes,
    );
    this.#slots[this.#turn] = fresh;
    return fresh;
  }
}
