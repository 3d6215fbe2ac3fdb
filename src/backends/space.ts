const PAGE = 65536;

/**
 * A WebAssembly.Memory as one thread sees it. Growth gives a shared memory a new buffer, and views on the old ones stay alive; so
 * do those that come from another thread, whose buffer is another object too.
 */
export class Space {
  readonly memory: WebAssembly.Memory;
  /** A word that is this thread's own. */
  readonly #probe: number;
  #buffer: ArrayBuffer;
  /** Other objects for the same bytes, and for other bytes. */
  readonly #same = new Set<ArrayBufferLike>();
  readonly #other = new WeakSet<ArrayBufferLike>();

  constructor(memory: WebAssembly.Memory, probe: number) {
    this.memory = memory;
    this.#probe = probe;
    this.#buffer = memory.buffer;
  }

  get buffer(): ArrayBuffer {
    return this.#buffer;
  }

  holds(buffer: ArrayBufferLike): boolean {
    if (buffer === this.#buffer || (this.#same.size > 0 && this.#same.has(buffer))) return true;
    return mayBeOne(buffer, this.#buffer) && !this.#other.has(buffer) && this.#isSame(buffer);
  }

  /** No question tells whether two objects stand for the same bytes: what is written to one must be read from the other. */
  #isSame(buffer: ArrayBufferLike): boolean {
    if (buffer.byteLength >= this.#probe + 4) {
      const [here, there] = [this.#buffer, buffer].map((each) => new Int32Array(each, this.#probe, 1));
      const reads = (word: number) => Atomics.store(here, 0, word) === Atomics.load(there, 0);
      // numbers that it does not hold by chance: what changes here must change there
      const word = Atomics.load(there, 0);
      if (reads((word + 1) | 0) && reads((word + 2) | 0)) {
        this.reach(buffer.byteLength);
        this.#same.add(buffer);
        return true;
      }
    }
    this.#other.add(buffer);
    return false;
  }

  /** Makes the memory at least `bytes` long. Throws where the platform refuses. */
  grow(bytes: number): void {
    const missing = bytes - this.#buffer.byteLength;
    if (missing > 0) this.#growBy(Math.ceil(missing / PAGE));
  }

  /** Sees the memory `bytes` long, which another thread has made it. */
  reach(bytes: number): void {
    if (bytes > this.#buffer.byteLength) this.#growBy(0);
  }

  #growBy(pages: number): void {
    this.memory.grow(pages);
    this.#same.add(this.#buffer);
    this.#buffer = this.memory.buffer;
  }
}

const isShared = (buffer: ArrayBufferLike): boolean => buffer[Symbol.toStringTag] === "SharedArrayBuffer";

/** Whether two buffers may stand for the same bytes: of shared ones, the objects do not tell. */
export const mayBeOne = (a: ArrayBufferLike, b: ArrayBufferLike): boolean => a === b || (isShared(a) && isShared(b));
