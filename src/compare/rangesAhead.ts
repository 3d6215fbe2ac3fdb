// Bytes that are read in order from far away: several ranges are on their way at once.

/** Is given bytes as they come: they are others once it has returned. */
export type Take = (chunk: Uint8Array) => void;

/** Keeps bytes in `memory`, one chunk behind the other. */
export function into(memory: Uint8Array): Take {
  let done = 0;
  return (chunk) => {
    memory.set(chunk, done);
    done += chunk.length;
  };
}

/** Hands over the bytes `start` to `end` - 1 in order. */
export type Load = (start: number, end: number, take: Take, signal: AbortSignal) => Promise<void>;

/** Of a request, and how many are on their way at once. */
export const RANGE_BYTES = 2 ** 22;
const RANGES = 4;

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
    while (this.#ranges.length < RANGES && this.#next < this.#end) {
      const start = this.#next;
      this.#next = Math.min(this.#end, start + RANGE_BYTES);
      const length = this.#next - start;
      const memory = this.#free.pop() ?? new Uint8Array(length);
      const loaded = this.#load(start, this.#next, into(memory), this.#signal);
      // it is awaited when its bytes are read, which may be later than it fails
      loaded.catch(() => {});
      this.#ranges.push({ bytes: memory.subarray(0, length), memory, loaded });
    }
  }
}
