// Tokens beside rows of logits, from a file of their own.

import { constants } from "node:buffer";
import { type InputFile, withFile } from "./file.js";
import { NPY_MAGIC, readNpyHeader } from "./npy.js";

/** How integers are stored in .npy, little-endian. */
const INTEGERS: Record<string, { bytes: number; read(view: DataView, at: number): number }> = {
  "<i4": { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  "<u4": { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  "<u2": { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  // those past 2^53 are wrong anyway
  "<i8": { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/** Of one read, in bytes; a multiple of each size. */
const PART = 2 ** 20;

/**
 * Reads the tokens of a text from a file.
 *
 * Known are `.npy` of i32, i64, u32 or u16 in any shape, and text: JSON arrays (of arrays), or integers with white space or
 * commas between them.
 *
 * @param path - Of a regular file.
 * @returns A promise of the tokens in order: from 0 to 2^31 - 1, or -1 for none, which -100 (PyTorch's ignore_index) becomes
 * too.
 * @throws TypeError for what is not an integer, with its place in the file, and for another type of numbers.
 * @throws RangeError for a token below -1 or from 2^31 on, with its place in the file, and for a file without any or that is
 * shorter or longer than it says.
 * @throws Error, the system's own, for a path that cannot be read.
 * @example
 * await openTokens("tokens.npy"); // Int32Array [0, 2]
 * @see {@link writeTokens}
 */
export async function openTokens(path: string): Promise<Int32Array> {
  const tokens = await withFile(path, async (file) => {
    const start = String.fromCharCode(...(await file.readBytes(0, Math.min(6, file.size))));
    const read = start === NPY_MAGIC || path.endsWith(".npy") ? await readNpy(file) : await readText(file);
    await file.checkUnchanged();
    await file.close();
    return read;
  });
  if (tokens.length === 0) throw new RangeError(`${path}: there are no tokens`);
  return tokens;
}

function checkToken(token: number, placeOf: () => string): number {
  if (token === -100) return -1;
  if (token >= -1 && token < 2 ** 31) return token;
  throw new RangeError(`${placeOf()} is ${token}; tokens are from 0 to 2^31 - 1, or -1 for none`);
}

async function readNpy(file: InputFile): Promise<Int32Array> {
  const { descr, shape, offset } = await readNpyHeader(file);
  const integer = INTEGERS[descr];
  if (integer === undefined) {
    throw new TypeError(`${file.name}: tokens of type "${descr}"; i32, i64, u32 and u16, little-endian, are read`);
  }
  const count = shape.reduce((product, length) => product * length, 1);
  const end = offset + count * integer.bytes;
  if (end !== file.size) {
    throw new RangeError(`${file.name}: the shape (${shape.join(", ")}) ends at byte ${end}, the file at ${file.size}`);
  }
  const tokens = new Int32Array(count);
  const part = new Uint8Array(Math.min(PART, end - offset));
  const view = new DataView(part.buffer);
  for (let position = offset, i = 0; position < end; position += part.length) {
    const length = Math.min(part.length, end - position);
    await file.read(part.subarray(0, length), position);
    for (let at = 0; at < length; at += integer.bytes, i++) {
      tokens[i] = checkToken(integer.read(view, at), () => `${file.name}: token ${i}, at byte ${position + at},`);
    }
  }
  return tokens;
}

async function readText(file: InputFile): Promise<Int32Array> {
  if (file.size > constants.MAX_STRING_LENGTH) {
    throw new RangeError(
      `${file.name} has ${file.size} bytes; of text, ${constants.MAX_STRING_LENGTH} are read at most: save the tokens as .npy`,
    );
  }
  const text = Buffer.from((await file.readBytes(0, file.size)).buffer).toString("latin1");
  const isJson = /^\s*\[/.test(text);
  if (isJson) checkJson(file.name, text);
  const tokens: number[] = [];
  for (const { 0: word, index } of text.matchAll(isJson ? /[^\s,[\]]+/g : /[^\s,]+/g)) {
    const placeOf = () => `${file.name}: token ${tokens.length}, at byte ${index},`;
    if (!/^[+-]?\d+$/.test(word)) throw new TypeError(`${placeOf()} is "${word}"; it must be an integer`);
    tokens.push(checkToken(Number(word), placeOf));
  }
  return Int32Array.from(tokens);
}

/** Throws for what would pass as tokens between brackets, but ends early. */
function checkJson(name: string, text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`${name} begins like JSON, but is not: ${(cause as Error).message}`, { cause });
  }
}
