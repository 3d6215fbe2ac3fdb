// NumPy's .npy: a magic, a version, the header's length, a header that is a Python dictionary, then the numbers.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import type { ElementType } from "./elements.js";
import type { InputFile } from "./file.js";

export const NPY_MAGIC = "\x93NUMPY";

/** NumPy's own limit is 10,000; a header of a few hundred bytes describes any array. */
const LARGEST_HEADER = 2 ** 20;

export interface NpyHeader {
  /** As NumPy writes it: "<f4" is a little-endian f32. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Of the first number, in bytes. */
  readonly offset: number;
}

/** Versions 1, 2 and 3, in C order. Throws a TypeError for what is not that. */
export async function readNpyHeader(file: InputFile): Promise<NpyHeader> {
  const start = await file.readBytes(0, 10);
  const version = start[6];
  if (String.fromCharCode(...start.subarray(0, 6)) !== NPY_MAGIC) {
    throw new TypeError(`${file.name}: no .npy file: it does not begin, at byte 0, with "\\x93NUMPY"`);
  }
  if (version < 1 || version > 3) {
    throw new TypeError(`${file.name}: version ${version}.${start[7]} of .npy, at byte 6; known are 1, 2 and 3`);
  }
  // two bytes of length in version 1, four in the others; version 3 is in UTF-8, the others in Latin-1
  const at = version === 1 ? 10 : 12;
  const bytes = await file.readBytes(8, at - 8);
  const length = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  if (length > LARGEST_HEADER || at + length > file.size) {
    throw new RangeError(`${file.name}: a header of ${length} bytes, at byte 8, in a file of ${file.size}`);
  }
  const encoding = version === 3 ? "utf-8" : "latin1";
  const header = new TextDecoder(encoding).decode(await file.readBytes(at, length));
  return { ...parseHeader(file.name, header, at), offset: at + length };
}

function parseHeader(name: string, header: string, at: number): Omit<NpyHeader, "offset"> {
  const entry = (key: string, value: RegExp): string => {
    const found = new RegExp(`['"]${key}['"]\\s*:\\s*(${value.source})`).exec(header);
    if (found === null) throw new TypeError(`${name}: the header, at byte ${at}, has no ${key}: ${header.trim()}`);
    return found[1];
  };
  // a list is a structured type, which is refused by its name
  const descr = entry("descr", /'[^']*'|"[^"]*"|\[.*\]/).replace(/^['"]|['"]$/g, "");
  if (entry("fortran_order", /True|False/) === "True") {
    throw new TypeError(
      `${name}: stored column by column (fortran_order, at byte ${at}); np.ascontiguousarray stores rows`,
    );
  }
  const shape = entry("shape", /\([\d\sL,]*\)/).match(/\d+/g) ?? [];
  return { descr, shape: shape.map(Number) };
}

const ELEMENT_TYPES: Record<string, ElementType> = { "<f2": "f16", "<f4": "f32", "<f8": "f64" };

/** How ml_dtypes' bfloat16 and a view of it as integers are stored. */
const BFLOAT16 = ["<u2", "<V2", "|V2"];

/** What the numbers are. `bfloat16` says that 16-bit integers are those. */
export function elementTypeOf(name: string, descr: string, bfloat16: boolean): ElementType {
  const type = bfloat16 && BFLOAT16.includes(descr) ? "bf16" : ELEMENT_TYPES[descr];
  if (type !== undefined) return type;
  const hint = descr.startsWith(">")
    ? "big-endian numbers are not read; array.astype(array.dtype.newbyteorder('<')) turns them"
    : BFLOAT16.includes(descr)
      ? "if these are bfloat16, say so with the option bfloat16"
      : "f16, f32, f64, and bfloat16 stored as u16, are read";
  throw new TypeError(`${name}: numbers of type "${descr}": ${hint}`);
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
