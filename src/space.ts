const PAGE = 65536;

/** A WebAssembly.Memory as one thread sees it. Growth gives a shared memory a new buffer; views on the old ones stay alive. */
export class Space {
  readonly memory: WebAssembly.Memory;
  #buffer: ArrayBuffer;
  readonly #oldBuffers = new Set<ArrayBufferLike>();

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#buffer = memory.buffer;
  }

  get buffer(): ArrayBuffer {
    return this.#buffer;
  }

  holds(buffer: ArrayBufferLike): boolean {
    return buffer === this.#buffer || (this.#oldBuffers.size > 0 && this.#oldBuffers.has(buffer));
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
    this.#oldBuffers.add(this.#buffer);
    this.#buffer = this.memory.buffer;
  }
}
