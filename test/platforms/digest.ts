// All bits of results as one number: 64-bit FNV-1a, of 32-bit words instead of bytes. Both of its steps can be undone, so
// that no change of a single word goes unnoticed.

const PRIME_LOW = 0x1b3;

export class Digest {
  /** How many results there have been: numbers, and the messages of errors. */
  cases = 0;
  #high = 0xcbf29ce4 | 0;
  #low = 0x84222325 | 0;
  readonly #number = new Float64Array(1);
  readonly #words = new Uint32Array(this.#number.buffer);

  /** A result of any kind: a number, an array, an object of results, the message of an error. */
  add(result: unknown): void {
    if (typeof result === "number") {
      this.cases++;
      this.#addNumber(result);
    } else if (typeof result === "string") {
      this.cases++;
      this.#addText(result);
    } else if (result instanceof Float32Array || result instanceof Float64Array) {
      this.cases += result.length;
      this.#addText(result instanceof Float32Array ? "f32" : "f64");
      this.#addWord(result.length);
      for (let i = 0; i < result.length; i++) this.#addNumber(result[i]);
    } else if (typeof result === "object" && result !== null) {
      for (const [name, part] of Object.entries(result)) {
        this.#addText(name);
        this.add(part);
      }
    } else {
      throw new TypeError(`a result is ${String(result)}`);
    }
  }

  toString(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #addNumber(x: number): void {
    // a NaN's payload is not portable; that it is one is
    if (Number.isNaN(x)) {
      this.#addText("NaN");
      return;
    }
    this.#number[0] = x;
    this.#addWord(this.#words[0]);
    this.#addWord(this.#words[1]);
  }

  #addText(text: string): void {
    this.#addWord(text.length);
    for (let i = 0; i < text.length; i++) this.#addWord(text.charCodeAt(i));
  }

  /** Times 2^40 + 0x1b3, modulo 2^64, in pieces of 16 bits. */
  #addWord(word: number): void {
    const low = this.#low ^ word;
    const first = (low & 0xffff) * PRIME_LOW;
    const second = (low >>> 16) * PRIME_LOW + (first >>> 16);
    this.#low = (second << 16) | (first & 0xffff);
    this.#high = (Math.imul(this.#high, PRIME_LOW) + (second >>> 16) + (low << 8)) | 0;
  }
}
