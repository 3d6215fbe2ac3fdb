// Rows of a source, as many at a time as are asked for, in arrays that threads can read.

import { errorOfLeftOut } from "../call/classes.js";
import type { InputKind } from "../call/options.js";
import { type OpenBatch, openBatch } from "./batch.js";
import { widen } from "./half.js";
import { shownValue } from "./shown.js";
import type { LogitSource, RowBatch, RowsInMemory } from "./source.js";
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
  /** What is handed on of a row: its first numbers. */
  readonly classes: number;
  /** Numbers of a row of the source, where it says so; else its batches do, or it has as many as classes. */
  readonly rowLength?: number;
  /** What the numbers are, and what they are multiplied by, to tell what is left out of a row. */
  readonly kind: InputKind;
  readonly scale: number;
  readonly start: number;
  /** Infinity where the source knows. */
  readonly end: number;
  readonly batchRows: number;
  readonly place: Place;
}

export const isLogitSource = (source: AsyncIterable<RowsInMemory>): source is LogitSource =>
  typeof (source as LogitSource).read === "function";

type KnownBatch = OpenBatch & { readonly rowLength: number };

export class Feed {
  readonly name: string;
  readonly #source: AsyncIterable<RowsInMemory>;
  readonly #options: FeedOptions;
  readonly #batches: AsyncIterator<RowsInMemory>;
  /** What has come, and how many rows of it have been given. */
  #batch: KnownBatch | undefined;
  #given = 0;
  /** The number of the next row. */
  #row: number;
  #type: string | undefined;
  #slots: RowArray[] = [];
  #turn = 0;

  constructor(name: string, source: AsyncIterable<RowsInMemory>, options: FeedOptions) {
    this.name = isLogitSource(source) ? source.name : name;
    this.#source = source;
    this.#options = options;
    const { start, end, batchRows, place, classes, rowLength = classes } = options;
    const range = end === Number.POSITIVE_INFINITY ? { start } : { start, end };
    // a source that asks `allocate` for its memory is read where it lies
    const allocate = (bytes: number) => {
      const { buffer, byteOffset } = place.allocate(Float64Array, Math.ceil(bytes / 8));
      return new Uint8Array(buffer, byteOffset, bytes);
    };
    const request = { ...range, batchRows, ...(rowLength === classes && { allocate }) };
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
    if (rest === wanted && first.rowLength === classes && place.holds(first.data)) {
      const data = first.data.subarray(this.#given * classes);
      this.#give(first, wanted, tokens, 0);
      return { data, format, count: wanted, tokens };
    }
    const slot = this.#slot(first.data, wanted);
    let done = 0;
    for (let batch: KnownBatch | undefined = first; done < wanted && batch !== undefined; batch = await this.#at()) {
      const rows = Math.min(wanted - done, this.#left(batch));
      this.#copy(batch, rows, slot, done * classes);
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

  #left({ data, rowLength }: KnownBatch): number {
    return data.length / rowLength - this.#given;
  }

  /** The first classes of the next rows, to `slot`. Throws for a row of which the others have a share of the mass. */
  #copy({ data, format, rowLength }: KnownBatch, rows: number, slot: RowArray, at: number): void {
    const { classes, kind, scale } = this.#options;
    const from = this.#given * rowLength;
    if (rowLength === classes) {
      slot.set(data.subarray(from, from + rows * classes), at);
      return;
    }
    for (let r = 0; r < rows; r++) {
      const row = data.subarray(from + r * rowLength, from + (r + 1) * rowLength);
      const numbers = widen({ data: row, format });
      const number = this.#row + r;
      const error = errorOfLeftOut("compareLogits", this.name, number, numbers, 0, classes, rowLength, kind, scale);
      if (error !== undefined) throw error;
      slot.set(row.subarray(0, classes), at + r * classes);
    }
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
  async #at(): Promise<KnownBatch | undefined> {
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
      this.#batch = this.#open(value);
      this.#given = 0;
    }
  }

  #open(batch: RowsInMemory): KnownBatch {
    const { classes, rowLength: own } = this.#options;
    const nameOf = () => `the batch of ${this.name} from row ${this.#row} on`;
    const opened = openBatch("compareLogits", nameOf, batch);
    const { data, tokens, type, rowLength: told = own ?? classes } = opened;
    this.#type ??= type;
    if (type !== this.#type) {
      throw new TypeError(
        `compareLogits: ${this.name} goes on with ${type} after ${this.#type}; it must be of one type`,
      );
    }
    if (told < classes || told !== (own ?? told)) {
      const demand = told < classes ? `classes is ${classes}` : `${this.name} says ${own}`;
      throw new RangeError(`compareLogits: a row of ${nameOf()} has ${told} numbers; ${demand}`);
    }
    if (data.length % told !== 0) {
      throw new RangeError(
        `compareLogits: ${this.name} gave ${data.length} numbers from row ${this.#row} on, no multiple of its ${told} classes`,
      );
    }
    if (tokens !== undefined && tokens?.length * told !== data.length) {
      throw new RangeError(
        `compareLogits: ${this.name} gave ${tokens?.length ?? shownValue(tokens)} tokens with ${data.length / told} rows, from row ${this.#row} on`,
      );
    }
    return { ...opened, rowLength: told };
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
