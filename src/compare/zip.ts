// What is in a .zip, by the directory at its end: how .npz keeps arrays.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, whose section each structure names

import type { InputFile } from "./file.js";
import { shown } from "./shown.js";

export interface ZipEntry {
  readonly name: string;
  /** 0 for numbers as they are, 8 for deflated ones. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Of what is in it. */
  readonly crc: number;
  readonly size: number;
  readonly packedSize: number;
  /** Of its header, in the file. */
  readonly at: number;
}

const Signature = { header: 0x04034b50, entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 };

/** Of the end of the directory without its comment, which has as many as 65,535 bytes more. */
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;

/** Of a directory, in bytes: of 100,000 arrays. */
const LARGEST_DIRECTORY = 2 ** 24;

/** Where 16 or 32 bits have no room for a number, which is in a field of 64 then. */
const MANY = 0xffff;
const LARGE = 0xffffffff;

class Reader {
  readonly #view: DataView;
  readonly #file: InputFile;
  readonly #at: number;

  private constructor(file: InputFile, at: number, bytes: Uint8Array<ArrayBuffer>) {
    this.#view = new DataView(bytes.buffer);
    this.#file = file;
    this.#at = at;
  }

  static async at(file: InputFile, at: number, length: number): Promise<Reader> {
    if (!(at >= 0 && at + length <= file.size)) {
      throw new RangeError(`${file.name}: bytes ${at} to ${at + length} of a .zip, in a file of ${file.size}`);
    }
    return new Reader(file, at, await file.readBytes(at, length));
  }

  get length(): number {
    return this.#view.byteLength;
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  u64(at: number): number {
    const value = this.#view.getBigUint64(at, true);
    return value < Number.MAX_SAFE_INTEGER ? Number(value) : this.fail(at, `is a length of ${value}`);
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, at, length));
  }

  expect(at: number, signature: number, what: string): void {
    if (this.u32(at) !== signature) this.fail(at, `is not where ${what} begins`);
  }

  fail(at: number, what: string): never {
    throw new RangeError(`${this.#file.name}: byte ${this.#at + at} of the .zip ${what}`);
  }
}

/** Everything in the archive, in the order of its directory. */
export async function zipEntries(file: InputFile): Promise<ZipEntry[]> {
  const { count, size, at } = await directoryOf(file);
  if (size > LARGEST_DIRECTORY) throw new RangeError(`${file.name}: a directory of ${size} bytes, at byte ${at}`);
  const directory = await Reader.at(file, at, size);
  const entries: ZipEntry[] = [];
  let from = 0;
  for (let i = 0; i < count; i++) {
    if (from + ENTRY_BYTES > directory.length)
      directory.fail(from, `is the end of the directory, of ${i} of ${count} files`);
    directory.expect(from, Signature.entry, "an entry of the directory");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => directory.u16(from + offset));
    const after = from + ENTRY_BYTES + nameLength + extraLength + commentLength;
    if (after > directory.length) directory.fail(from, "is an entry that goes on after the directory");
    entries.push(entryAt(directory, from));
    from = after;
  }
  if (from !== directory.length) directory.fail(from, `is no end of the directory, though it has ${count} files`);
  return entries;
}

/** 4.3.16, 4.3.15 and 4.3.14: the end of the directory, and what it has in 64 bits. */
async function directoryOf(file: InputFile): Promise<{ count: number; size: number; at: number }> {
  const most = Math.min(file.size, END_BYTES + MANY);
  const start = file.size - most;
  const tail = await Reader.at(file, start, most);
  let from = most - END_BYTES;
  while (from >= 0 && !(tail.u32(from) === Signature.end && from + END_BYTES + tail.u16(from + 20) === most)) from--;
  if (from < 0) throw new RangeError(`${file.name}: no .zip: the end of its directory is missing; it may be truncated`);
  const [count, size, at] = [tail.u16(from + 10), tail.u32(from + 12), tail.u32(from + 16)];
  if (count !== MANY && size !== LARGE && at !== LARGE) return { count, size, at };
  const locator = await Reader.at(file, start + from - LOCATOR_BYTES, LOCATOR_BYTES);
  locator.expect(0, Signature.locator, "the place of the directory's end");
  const end = await Reader.at(file, locator.u64(8), END64_BYTES);
  end.expect(0, Signature.end64, "the end of the directory");
  return { count: end.u64(32), size: end.u64(40), at: end.u64(48) };
}

/** 4.3.12, and 4.5.3 for what needs 64 bits. */
function entryAt(directory: Reader, from: number): ZipEntry {
  const nameLength = directory.u16(from + 28);
  const extra = from + ENTRY_BYTES + nameLength;
  const end = extra + directory.u16(from + 30);
  const numbers = {
    size: directory.u32(from + 24),
    packedSize: directory.u32(from + 20),
    at: directory.u32(from + 42),
  };
  for (let at = extra; at + 4 <= end; at += 4 + directory.u16(at + 2)) {
    if (directory.u16(at) !== 1) continue;
    let next = at + 4;
    const last = Math.min(end, next + directory.u16(at + 2));
    for (const key of ["size", "packedSize", "at"] as const) {
      if (numbers[key] !== LARGE) continue;
      if (next + 8 > last) directory.fail(at, "is a field of 64 bits that is too short");
      numbers[key] = directory.u64(next);
      next += 8;
    }
  }
  return {
    name: directory.text(from + ENTRY_BYTES, nameLength),
    method: directory.u16(from + 10),
    isEncrypted: (directory.u16(from + 8) & 1) === 1,
    crc: directory.u32(from + 16),
    ...numbers,
  };
}

/** 4.3.7: where the numbers of an entry begin, after a header of its own. */
export async function dataOf(file: InputFile, { name, at, packedSize }: ZipEntry): Promise<number> {
  const header = await Reader.at(file, at, HEADER_BYTES);
  header.expect(0, Signature.header, `"${shown(name)}"`);
  const data = at + HEADER_BYTES + header.u16(26) + header.u16(28);
  if (data + packedSize > file.size) header.fail(0, `begins "${shown(name)}", which ends after the file: truncated`);
  return data;
}
