// Bytes that are read in order from far away: several ranges are on their way at once, into the memory of who reads where that is known.

import { Space } from "./space.js";

/** Loads the bytes `start` to `end` - 1. */
export type Load = (start: number, end: number, space: Space, signal: AbortSignal) => Promise<void>;

/** How many ranges are asked for ahead, and of how many bytes. A read of more bytes is split into as many ranges at most, which are longer. */
interface Depth {
  readonly ranges: number;
  readonly bytes: number;
}

/** Little, as new memory may cost more than the bytes that come into it. */
const NEAR: Depth = { ranges: 3, bytes: 2 ** 21 };
/** Where most of the time is the way to the server and back. */
const FAR: Depth = { ranges: 4, bytes: 2 ** 22 };

/** In ms: the server is far away where each of the first ranges took longer. Some wait for a connection, or for what is computed meanwhile. */
const FAR_TIME = 25;
const FIRST_ONES = 6;

interface Range {
  readonly start: number;
  readonly end: number;
  readonly space: Space;
  readonly loaded: Promise<void>;
}

/** Bytes in order, of which several ranges are on their way at once. */
export class RangesAhead {
  readonly #load: Load;
  readonly #end: number;
  /** What is read next, and what is asked for next. */
  #position: number;
  #next: number;
  /** Asked for, of which not all is to be read yet: in order. */
  readonly #ranges: Range[] = [];
  /** Memory of ranges that have been read. */
  readonly #free: Uint8Array[] = [];
  /** Of the last read. */
  #readBytes = 0;
  /** In ms, the least that a range has taken. */
  #leastTime = Number.POSITIVE_INFINITY;
  #loaded = 0;
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal;

  constructor(start: number, end: number, load: Load, signal: AbortSignal) {
    this.#position = start;
    this.#next = start;
    this.#end = end;
    this.#load = load;
    this.#signal = AbortSignal.any([signal, this.#controller.signal]);
  }

  /** What comes next: all that is asked for, or as much as there is. The next read may be begun before this one has ended. */
  async read(bytes: Uint8Array): Promise<number> {
    const begin = this.#position;
    const end = Math.min(this.#end, begin + bytes.length);
    if (end === begin) return 0;
    this.#readBytes = bytes.length;
    const parts: Promise<void>[] = [];
    while (this.#position < end) {
      const rest = bytes.subarray(this.#position - begin, end - begin);
      if (this.#ranges.length === 0) this.#ask();
      parts.push(this.#taken(this.#ranges[0], rest));
    }
    this.#askAhead();
    await Promise.all(parts);
    return end - begin;
  }

  async close(): Promise<void> {
    this.#controller.abort(new Error("closed"));
    await Promise.allSettled(this.#ranges.map(({ loaded }) => loaded));
  }

  /** What is next of a range, or as much of it as there is memory for: where that is all of it, it comes there. */
  #taken(range: Range, memory: Uint8Array): Promise<void> {
    const { start, end, space, loaded } = range;
    const from = this.#position;
    const to = Math.min(end, from + memory.length);
    const isLast = to === end;
    this.#position = to;
    if (isLast) this.#ranges.shift();
    const own = memory.subarray(0, to - from);
    if (from === start && isLast && space.replace(own)) return loaded;
    return loaded.then(() => {
      own.set(space.bytes.subarray(from - start, to - start));
      if (isLast) this.#free.push(space.bytes);
    });
  }

  /** Asks for ranges before they are read. Not near by for long reads: those ask for ranges themselves, into their own memory. */
  #askAhead(): void {
    const { ranges, bytes } = this.#depth;
    if (this.#depth === NEAR && this.#readBytes > bytes / 2) return;
    while (this.#ranges.length < ranges && this.#next < this.#end) this.#ask();
  }

  /** Asks for the next range: as many whole reads as fit into it, or a part of a long read. */
  #ask(): void {
    const { ranges, bytes } = this.#depth;
    const reads = Math.floor(bytes / this.#readBytes);
    const parts = Math.min(ranges, Math.ceil(this.#readBytes / bytes));
    const length = reads > 0 ? reads * this.#readBytes : Math.ceil(this.#readBytes / parts);
    const start = this.#next;
    const end = Math.min(this.#end, start + length);
    this.#next = end;
    const space = new Space(() => {
      const free = this.#free.pop();
      return free !== undefined && free.length >= length ? free : new Uint8Array(length);
    });
    const begin = performance.now();
    const loaded = this.#load(start, end, space, this.#signal).then(() => {
      this.#leastTime = Math.min(this.#leastTime, performance.now() - begin);
      this.#loaded++;
    });
    // it is awaited when its bytes are read, which may be later than it fails
    loaded.catch(() => {});
    this.#ranges.push({ start, end, space, loaded });
  }

  get #depth(): Depth {
    return this.#loaded >= FIRST_ONES && this.#leastTime > FAR_TIME ? FAR : NEAR;
  }
}
