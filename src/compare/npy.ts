// NumPy's .npy: a magic, a version, the header's length, a header that is a Python dictionary, then the numbers.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import type { ElementType } from "./elements.js";
import type { InputFile } from "./file.js";
import type { Matrix } from "./matrix.js";
import { shown } from "./shown.js";

export const NPY_MAGIC = "\x93NUMPY";

/** In bytes, as NumPy has it. Two hundred describe a matrix. */
const LARGEST_HEADER = 10_000;

export interface NpyHeader {
  /** As NumPy writes it: "<f4" is a little-endian f32. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Of the first number, in bytes. */
  readonly offset: number;
  /** Fortran order. */
  readonly isByColumns: boolean;
}

/** Versions 1, 2 and 3. Throws a TypeError for what is not that. */
export async function readNpyHeader(file: InputFile): Promise<NpyHeader> {
  const start = await file.readBytes(0, 10);
  const [major, minor] = start.subarray(6);
  if (String.fromCharCode(...start.subarray(0, 6)) !== NPY_MAGIC) {
    throw new TypeError(`${file.name}: no .npy file: it does not begin, at byte 0, with "\\x93NUMPY"`);
  }
  if (major < 1 || major > 3 || minor !== 0) {
    throw new TypeError(`${file.name}: version ${major}.${minor} of .npy, at byte 6; known are 1.0, 2.0 and 3.0`);
  }
  // two bytes of length in version 1, four in the others; version 3 is in UTF-8, the others in Latin-1
  const at = major === 1 ? 10 : 12;
  const bytes = await file.readBytes(8, at - 8);
  const length = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  if (length > LARGEST_HEADER || at + length > file.size) {
    throw new RangeError(`${file.name}: a header of ${length} bytes, at byte 8, in a file of ${file.size}`);
  }
  const encoding = major === 3 ? "utf-8" : "latin1";
  const header = new TextDecoder(encoding).decode(await file.readBytes(at, length));
  const place = `${file.name}: the header, at byte ${at},`;
  return { ...describeArray(place, parseDictionary(place, header)), offset: at + length };
}

/** What a Python literal consists of: texts, numbers and words, signs; with the white space around it. */
const LEXEME = /\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[\w.+-]+|[{}()[\],:])\s*/y;

const CLOSING: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);

/** The entries of a Python dictionary, values as they are written. Reads every character once. */
function parseDictionary(place: string, header: string): ReadonlyMap<string, string> {
  const lexemes = new RegExp(LEXEME);
  let next: string | undefined;
  /** Where `next` begins. */
  let at = 0;
  const advance = (): string => {
    const taken = next ?? "";
    at = lexemes.lastIndex;
    next = lexemes.exec(header)?.[1];
    return taken;
  };
  const fail = (what: string): never => {
    throw new TypeError(`${place} ${what}: ${shown(header.trim(), 300)}`);
  };
  const expect = (sign: string): void => {
    if (advance() !== sign) fail(`is no dictionary: "${sign}" is missing`);
  };
  /** One text, number or word, or everything in one pair of brackets. */
  const takeValue = (): string => {
    const from = at;
    const open: string[] = [];
    do {
      const taken = advance();
      const closing = CLOSING.get(taken);
      const isSeparator = taken === "," || taken === ":";
      if (closing !== undefined) open.push(closing);
      else if (taken === "" || (isSeparator && open.length === 0)) fail("is no dictionary: a value is missing");
      else if (/^[)\]}]$/.test(taken) && open.pop() !== taken) fail("is no dictionary: brackets do not match");
    } while (open.length > 0);
    return header.slice(from, at).trim();
  };

  advance();
  expect("{");
  const entries = new Map<string, string>();
  while (next !== "}") {
    const key = /^(['"])(.*)\1$/s.exec(advance())?.[2] ?? fail("is no dictionary: a key is missing");
    if (entries.has(key)) fail(`has the key "${shown(key)}" twice`);
    expect(":");
    entries.set(key, takeValue());
    if (next !== ",") break;
    advance();
  }
  expect("}");
  if (at !== header.length) fail("goes on after its dictionary");
  return entries;
}

const KEYS = ["descr", "fortran_order", "shape"];

function describeArray(place: string, entries: ReadonlyMap<string, string>): Omit<NpyHeader, "offset"> {
  for (const key of KEYS) if (!entries.has(key)) throw new TypeError(`${place} has no ${key}`);
  for (const key of entries.keys()) {
    if (!KEYS.includes(key)) throw new TypeError(`${place} has an unknown key, "${shown(key)}"`);
  }
  const [descr, order, shape] = KEYS.map((key) => entries.get(key) as string);
  if (order !== "False" && order !== "True") throw new TypeError(`${place} has a fortran_order of ${shown(order)}`);
  // a list is a structured type, which is refused by its name
  return {
    descr: descr.replace(/^(['"])(.*)\1$/s, "$2"),
    shape: readTuple(place, shape),
    isByColumns: order === "True",
  };
}

function readTuple(place: string, tuple: string): number[] {
  const parts = tuple.slice(1, -1).split(",");
  const lengths = parts.map((part) => /^\s*(\d+)L?\s*$/.exec(part)?.[1]);
  // nothing follows the comma of "(5,)"
  const isEnded = parts[parts.length - 1].trim() === "";
  if (isEnded) lengths.pop();
  if (!tuple.startsWith("(") || (parts.length === 1 && !isEnded) || lengths.includes(undefined)) {
    throw new TypeError(`${place} has a shape of ${shown(tuple)}; it must be a tuple of lengths`);
  }
  return lengths.map(Number);
}

const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map([
  ["<f2", "f16"],
  ["<f4", "f32"],
  ["<f8", "f64"],
]);

/** How ml_dtypes' bfloat16 and a view of it as integers are stored. */
const BFLOAT16 = ["<u2", "<V2", "|V2"];

/**
 * What the numbers are. `integers` says what 16-bit integers are; whether they are big-endian must be said, too: one damaged bit of the
 * header would make others of them.
 */
export function elementTypeOf(
  name: string,
  descr: string,
  integers: "bf16" | "f16" | undefined,
  bigEndian: boolean,
): Pick<Matrix, "type" | "encoding"> {
  const isBig = descr.startsWith(">");
  const little = isBig ? `<${descr.slice(1)}` : descr;
  const is16 = BFLOAT16.includes(little);
  const type = integers !== undefined && is16 ? integers : ELEMENT_TYPES.get(little);
  if (type !== undefined && isBig !== bigEndian) {
    const hint = isBig ? "big-endian: if they are, say so with" : "little-endian: leave out";
    throw new TypeError(`${name}: numbers of type "${shown(descr)}" are ${hint} the option bigEndian`);
  }
  if (type !== undefined) return { type, ...(isBig && { encoding: "big-endian" }) };
  const hint = is16
    ? "if these are bfloat16, or f16, say so with the option bfloat16, or float16"
    : "f16, f32, f64, and bfloat16 or f16 stored as u16, are read";
  throw new TypeError(`${name}: numbers of type "${shown(descr)}": ${hint}`);
}

/** A header of 128 bytes (so that the numbers are aligned), whatever the shape. */
export function makeNpyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const header = new Uint8Array(128).fill(0x20);
  header.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 128 - 10, 0]);
  header.set(new TextEncoder().encode(dictionary), 10);
  header[127] = 0x0a;
  return header;
}
