// Bytes that are read in order from far away: several ranges are on their way at once.

/** Is given bytes as they come. */
export type Take = (chunk: Uint8Array) => void;

/** Hands over the bytes `start` to `end` - 1 in order. */
export type Load = (start: number, end: number, take: Take, signal: AbortSignal) => Promise<void>;

/** Of a request, and how many are on their way at once. */
export const RANGE_BYTES = 2 ** 22;
const RANGES = 4;

interface Range {
  readonly chunks: Uint8Array[];
  readonly loaded: Promise<void>;
}

/** Bytes in order, of which several ranges are on their way at once. */
export class RangesAhead {
  readonly #load: Load;
  readonly #end: number;
  /** What is asked for next. */
  #next: number;
  readonly #ranges: Range[] = [];
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
    const count = copyInto(bytes, range.chunks);
    if (range.chunks.length === 0) this.#ranges.shift();
    this.#ask();
    return count;
  }

  async close(): Promise<void> {
    this.#controller.abort(new Error("closed"));
    await Promise.allSettled(this.#ranges.map(({ loaded }) => loaded));
  }

  #ask(): void {
    while (this.#ranges.length < RANGES && this.#next < this.#end) {
      const chunks: Uint8Array[] = [];
      const start = this.#next;
      this.#next = Math.min(this.#end, start + RANGE_BYTES);
      const loaded = this.#load(start, this.#next, (chunk) => chunks.push(chunk), this.#signal);
      // it is awaited when its bytes are read, which may be later than it fails
      loaded.catch(() => {});
      this.#ranges.push({ chunks, loaded });
    }
  }
}

/** Takes from chunks what there is room for; returns how many bytes. */
export function copyInto(bytes: Uint8Array, chunks: Uint8Array[]): number {
  let done = 0;
  let whole = 0;
  for (; whole < chunks.length && done + chunks[whole].length <= bytes.length; whole++) {
    bytes.set(chunks[whole], done);
    done += chunks[whole].length;
  }
  chunks.splice(0, whole);
  if (chunks.length > 0 && done < bytes.length) {
    const room = bytes.length - done;
    bytes.set(chunks[0].subarray(0, room), done);
    chunks[0] = chunks[0].subarray(room);
    done = bytes.length;
  }
  return done;
}
