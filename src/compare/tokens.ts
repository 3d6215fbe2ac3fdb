// Tokens beside rows of logits, from a file of their own.

import type { FileSource } from "./bytes.js";
import { type InputFile, withFile } from "./file.js";
import { shapeText } from "./matrix.js";
import { NPY_MAGIC, readNpyHeader } from "./npy.js";
import { openBytes } from "./openBytes.js";
import { shown } from "./shown.js";
import { readToken } from "./token.js";
import { unpackedName } from "./unpacked.js";

/** How integers are stored in .npy, little-endian. */
const INTEGERS: ReadonlyMap<string, { bytes: number; read(view: DataView, at: number): number | bigint }> = new Map([
  ["<i4", { bytes: 4, read: (view: DataView, at: number) => view.getInt32(at, true) }],
  ["<u4", { bytes: 4, read: (view: DataView, at: number) => view.getUint32(at, true) }],
  ["<u2", { bytes: 2, read: (view: DataView, at: number) => view.getUint16(at, true) }],
  ["<i8", { bytes: 8, read: (view: DataView, at: number) => view.getBigInt64(at, true) }],
]);

/** Tokens are i32. */
const CLASSES = 2 ** 31;

/** Of one read, in bytes; a multiple of each size. */
const PART = 2 ** 20;

/**
 * Reads the tokens of a text from a file.
 *
 * Known are `.npy` of i32, i64, u32 or u16 in any shape, and text: JSON arrays (of arrays), or integers with white space or
 * commas between them. Files are read in parts.
 *
 * @param source - The path of a regular file, or one of `.gz` or `.zst`, "-" for standard input; or what else {@link FileSource} says: a URL, a
 * Blob, a Response.
 * @returns A promise of the tokens in order: from 0 to 2^31 - 1, or -1 for none, which -100 (PyTorch's ignore_index) becomes
 * too.
 * @throws TypeError for what is not an integer, with its place in the file, and for another type of numbers.
 * @throws RangeError for a token below -1 or from 2^31 on, with its place in the file, and for a file without any or that is
 * shorter or longer than it says.
 * @throws Error for a path that cannot be read, with the system's `code`.
 * @example
 * await openTokens("tokens.npy"); // Int32Array [0, 2]
 * @see {@link writeTokens}
 */
export async function openTokens(source: FileSource): Promise<Int32Array> {
  return withFile(openBytes("openTokens", source), async (file) => {
    const start = String.fromCharCode(...(await file.readBytes(0, Math.min(6, file.size))));
    const read =
      start === NPY_MAGIC || unpackedName(file.name).endsWith(".npy") ? await readNpy(file) : await readText(file);
    if (read.length === 0) throw new RangeError(`${file.name}: there are no tokens`);
    await file.checkUnchanged();
    await file.close();
    return read;
  });
}

async function readNpy(file: InputFile): Promise<Int32Array> {
  const { descr, shape, offset, isByColumns } = await readNpyHeader(file);
  if (isByColumns) {
    throw new TypeError(`${file.name}: tokens column by column (fortran_order); np.ascontiguousarray stores rows`);
  }
  const integer = INTEGERS.get(descr);
  if (integer === undefined) {
    throw new TypeError(
      `${file.name}: tokens of type "${shown(descr)}"; i32, i64, u32 and u16, little-endian, are read`,
    );
  }
  const count = shape.reduce((product, length) => product * length, 1);
  const end = offset + count * integer.bytes;
  if (end !== file.size) {
    throw new RangeError(`${file.name}: the shape ${shapeText(shape)} ends at byte ${end}, the file at ${file.size}`);
  }
  const tokens = new Int32Array(count);
  const part = new Uint8Array(Math.min(PART, end - offset));
  const view = new DataView(part.buffer);
  for (let position = offset, i = 0; position < end; position += part.length) {
    const length = Math.min(part.length, end - position);
    await file.read(part.subarray(0, length), position);
    for (let at = 0; at < length; at += integer.bytes, i++) {
      const placeOf = () => `${file.name}: token ${i}, at byte ${position + at},`;
      tokens[i] = readToken(integer.read(view, at), CLASSES, placeOf);
    }
  }
  return tokens;
}

/** Characters of a number, at most. */
const LONGEST_WORD = 100;

async function readText(file: InputFile): Promise<Int32Array> {
  const text = new TokenText(file.name);
  const decoder = new TextDecoder("latin1"); // a character a byte
  const part = new Uint8Array(Math.min(PART, file.size));
  let rest = "";
  for (let position = await skipMark(file); position < file.size; position += part.length) {
    const bytes = part.subarray(0, Math.min(part.length, file.size - position));
    await file.read(bytes, position);
    const isLast = position + bytes.length === file.size;
    const joined = rest + decoder.decode(bytes);
    // a word that goes on in the next part is read with that
    let end = joined.length;
    while (!isLast && end > 0 && joined.length - end <= LONGEST_WORD && !/[\s,[\]]/.test(joined[end - 1])) end--;
    if (joined.length - end > LONGEST_WORD) end = joined.length;
    text.read(joined.slice(0, end), position - rest.length);
    rest = joined.slice(end);
  }
  return text.end();
}

/** Where the text begins: after the mark of UTF-8 that some editors put first. */
async function skipMark(file: InputFile): Promise<number> {
  const [first, second, third] = await file.readBytes(0, Math.min(3, file.size));
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new TypeError(`${file.name} is text in UTF-16; save it as UTF-8`);
  }
  return first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
}

/** Tokens in a text that comes in parts. */
class TokenText {
  readonly #name: string;
  #tokens = new Int32Array(1024);
  #count = 0;
  #isJson = false;
  /** Brackets that are open. */
  #depth = 0;
  /** A bracket, a comma or a number; nothing at the start. */
  #last: "" | "[" | "]" | "," | "number" = "";

  constructor(name: string) {
    this.#name = name;
  }

  /** Reads whole words; `position` is the place of the first byte in the file. */
  read(text: string, position: number): void {
    for (const { 0: word, index } of text.matchAll(/[[\],]|[^\s,[\]]+/g)) {
      if (word === "[" || word === "]" || word === ",") this.#takeSign(word, position + index);
      else this.#takeNumber(word, position + index);
    }
  }

  end(): Int32Array {
    if (this.#depth > 0) this.#fail("it ends within brackets");
    return this.#tokens.slice(0, this.#count);
  }

  #takeSign(sign: "[" | "]" | ",", byte: number): void {
    const last = this.#last;
    const isAfterValue = last === "number" || last === "]";
    if (last === "") this.#isJson = sign === "[";
    const isPossible =
      sign === "[" ? this.#isJson && !isAfterValue : sign === "]" ? last !== "," && this.#depth > 0 : isAfterValue;
    if (!isPossible || this.#isEnded()) this.#fail(`there is a "${sign}" too many at byte ${byte}`);
    this.#depth += sign === "[" ? 1 : sign === "]" ? -1 : 0;
    this.#last = sign;
  }

  #takeNumber(word: string, byte: number): void {
    const last = this.#last;
    const placeOf = () => `${this.#name}: token ${this.#count}, at byte ${byte},`;
    if (!/^[+-]?\d+$/.test(word) || word.length > LONGEST_WORD) {
      throw new TypeError(`${placeOf()} is "${shown(word)}"; it must be an integer`);
    }
    if (this.#isJson && (last === "number" || last === "]")) this.#fail(`a comma is missing at byte ${byte}`);
    if (this.#count === this.#tokens.length) {
      const larger = new Int32Array(2 * this.#count);
      larger.set(this.#tokens);
      this.#tokens = larger;
    }
    this.#tokens[this.#count] = readToken(Number(word), CLASSES, placeOf);
    this.#count++;
    this.#last = "number";
  }

  #isEnded = (): boolean => this.#isJson && this.#last === "]" && this.#depth === 0;

  #fail(what: string): never {
    throw new TypeError(`${this.#name}${this.#isJson ? " begins like JSON, but is not" : ""}: ${what}`);
  }
}
