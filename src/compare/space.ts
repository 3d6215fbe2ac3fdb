/** Memory for bytes that come one after the other. */
export class Space {
  readonly #memory: Uint8Array;
  #done = 0;

  constructor(memory: Uint8Array) {
    this.#memory = memory;
  }

  /** How many bytes have come. */
  get done(): number {
    return this.#done;
  }

  /** Where the next ones go. Whoever writes them there by itself says so by {@link filled}. */
  get rest(): Uint8Array {
    return this.#memory.subarray(this.#done);
  }

  filled(count: number): void {
    this.#done += count;
  }

  add(chunk: Uint8Array): void {
    this.#memory.set(chunk, this.#done);
    this.#done += chunk.length;
  }
}
