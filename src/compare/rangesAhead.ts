// Bytes that are read in order from far away: several ranges are on their way at once.

import { Space } from "./space.js";

/** Loads the bytes `start` to `end` - 1. */
export type Load = (start: number, end: number, space: Space, signal: AbortSignal) => Promise<void>;

/** How many ranges are on their way at once, of how many bytes. */
interface Depth {
  readonly ranges: number;
  readonly bytes: number;
}

/** Little, as new memory may cost more than the bytes that come into it. */
const NEAR: Depth = { ranges: 3, bytes: 2 ** 21 };
/** Where most of the time is the way to the server and back. */
const FAR: Depth = { ranges: 4, bytes: 2 ** 22 };

/** In ms: who has waited so long for each of so many ranges is far away. Some wait for connections, or for what is computed meanwhile. */
const FAR_TIME = 25;
const FIRST_ONES = 6;

interface Range {
  /** What is there of it, and what is still to be read. */
  bytes: Uint8Array;
  /** That of which the bytes are a part. */
  readonly memory: Uint8Array;
  readonly loaded: Promise<void>;
}

/** Bytes in order, of which several ranges are on their way at once. */
export class RangesAhead {
  readonly #load: Load;
  readonly #end: number;
  /** What is asked for next. */
  #next: number;
  readonly #ranges: Range[] = [];
  /** Of ranges that have been read. */
  readonly #free: Uint8Array[] = [];
  /** In ms, the least that a range has taken. */
  #leastTime = Number.POSITIVE_INFINITY;
  #loaded = 0;
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal;

  constructor(start: number, end: number, load: Load, signal: AbortSignal) {
    this.#next = start;
    this.#end = end;
    this.#load = load;
    this.#signal = AbortSignal.any([signal, this.#controller.signal]);
  }

  /** What comes next, and is as much as the caller asks for, or less. */
  async read(bytes: Uint8Array): Promise<number> {
    this.#ask();
    const [range] = this.#ranges;
    if (range === undefined) return 0;
    await range.loaded;
    const count = Math.min(bytes.length, range.bytes.length);
    bytes.set(range.bytes.subarray(0, count));
    range.bytes = range.bytes.subarray(count);
    if (range.bytes.length === 0) {
      this.#ranges.shift();
      this.#free.push(range.memory);
    }
    this.#ask();
    return count;
  }

  async close(): Promise<void> {
    this.#controller.abort(new Error("closed"));
    await Promise.allSettled(this.#ranges.map(({ loaded }) => loaded));
  }

  #ask(): void {
    const { ranges, bytes } = this.#loaded >= FIRST_ONES && this.#leastTime > FAR_TIME ? FAR : NEAR;
    while (this.#ranges.length < ranges && this.#next < this.#end) {
      const start = this.#next;
      this.#next = Math.min(this.#end, start + bytes);
      const length = this.#next - start;
      const free = this.#free.pop();
      const memory = free !== undefined && free.length >= length ? free : new Uint8Array(length);
      const loaded = this.#timed(this.#load(start, this.#next, new Space(memory), this.#signal));
      // it is awaited when its bytes are read, which may be later than it fails
      loaded.catch(() => {});
      this.#ranges.push({ bytes: memory.subarray(0, length), memory, loaded });
    }
  }

  async #timed(loading: Promise<void>): Promise<void> {
    const begin = performance.now();
    await loading;
    this.#leastTime = Math.min(this.#leastTime, performance.now() - begin);
    this.#loaded++;
  }
}
