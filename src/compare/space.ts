/** Memory for bytes that come one after the other. */
export class Space {
  #memory: Uint8Array | undefined;
  readonly #make: () => Uint8Array;
  #done = 0;

  /** Memory, or what gives some once something comes. */
  constructor(memory: Uint8Array | (() => Uint8Array)) {
    this.#make = typeof memory === "function" ? memory : () => memory;
  }

  get bytes(): Uint8Array {
    this.#memory ??= this.#make();
    return this.#memory;
  }

  /** How many bytes have come. */
  get done(): number {
    return this.#done;
  }

  /** Where the next ones go. Whoever writes them there by itself says so by {@link filled}. */
  get rest(): Uint8Array {
    return this.bytes.subarray(this.#done);
  }

  filled(count: number): void {
    this.#done += count;
  }

  add(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.bytes.set(chunk, this.#done);
    this.#done += chunk.length;
  }

  /** Gives it other memory, as long as nobody has asked for it. */
  replace(memory: Uint8Array): boolean {
    if (this.#memory !== undefined) return false;
    this.#memory = memory;
    return true;
  }
}
