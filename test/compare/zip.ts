// Archives for tests, by the description of the format.

import { crc32, deflateRawSync } from "node:zlib";

interface Part {
  readonly name?: string;
  readonly method?: number;
  readonly flags?: number;
  /** What the directory says, in place of what is right. */
  readonly size?: number;
  readonly packedSize?: number;
  readonly crc?: number;
  readonly at?: number;
}

/** An archive of one or more files with the same contents. */
export function zip(contents: Uint8Array, parts: readonly Part[] = [{}], comment = ""): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let length = 0;
  for (const part of parts) {
    const { name = "logits.npy", method = 0, flags = 0 } = part;
    const packed = method === 8 ? deflateRawSync(contents) : Buffer.from(contents);
    const numbers = {
      ...{ crc: crc32(contents), packedSize: packed.length, size: contents.length, at: length },
      ...part,
    };
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(method, 8);
    header.writeUInt16LE(name.length, 26);
    const file = Buffer.concat([header, Buffer.from(name), packed]);
    files.push(file);
    length += file.length;
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(numbers.crc, 16);
    entry.writeUInt32LE(numbers.packedSize, 20);
    entry.writeUInt32LE(numbers.size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(numbers.at, 42);
    directory.push(entry, Buffer.from(name));
  }
  const all = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...files, all, end, Buffer.from(comment)]);
}

/** The same, with the directory's numbers in fields of 64 bits. */
export function zip64(contents: Uint8Array): Buffer {
  const plain = zip(contents);
  const end = plain.subarray(-22);
  const [size, place] = [end.readUInt32LE(12), end.readUInt32LE(16)];
  const entry = Buffer.from(plain.subarray(place, place + size));
  const extra = Buffer.alloc(4 + 24);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [i, field] of [24, 20, 42].entries()) {
    extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(field)), 4 + 8 * i);
    entry.writeUInt32LE(0xffffffff, field);
  }
  entry.writeUInt16LE(extra.length, 30);
  const directory = Buffer.concat([entry, extra]);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  for (const [field, value] of [
    [4, 44],
    [24, 1],
    [32, 1],
    [40, directory.length],
    [48, place],
  ]) {
    end64.writeBigUInt64LE(BigInt(value), field);
  }
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(place + directory.length), 8);
  const last = Buffer.from(end);
  last.fill(0xff, 8, 20);
  return Buffer.concat([plain.subarray(0, place), directory, end64, locator, last]);
}
