// What tells a file from another of the same name: its size, and a hash of its header and of blocks that are spread over it.

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { JsonValue } from "../compare/json.js";
import { shardsOf } from "../compare/shards.js";
import { explaining } from "../compare/systemError.js";

interface FileIdentity {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Of the whole file up to a MiB; of a larger one, of its start, its end and blocks in between. */
  readonly sha256: string;
}

/** What is read: a file, or all those of one matrix. */
export interface InputIdentity {
  /** As it was given. */
  readonly path: string;
  /** The files that it consists of: one, or those of a folder. */
  readonly files: readonly FileIdentity[];
  /** Rows and classes; null for what is no matrix. */
  readonly shape: readonly [rows: number, classes: number] | null;
}

/** Up to here a file is hashed as a whole. */
const SMALL = 2 ** 20;
const HEADER = 2 ** 16;
const BLOCK = 2 ** 12;
const BLOCKS = 16;

/** First byte and length of what is hashed. */
function samplesOf(size: number): readonly (readonly [position: number, length: number])[] {
  if (size <= SMALL) return [[0, size]];
  const step = (size - HEADER - BLOCK) / (BLOCKS - 1);
  const blocks = Array.from({ length: BLOCKS }, (_, i) => [HEADER + Math.floor(i * step), BLOCK] as const);
  return [[0, HEADER], ...blocks];
}

async function fileIdentityOf(path: string): Promise<FileIdentity> {
  const file = await explaining(open(path), path, "read");
  try {
    const { size } = await file.stat();
    const hash = createHash("sha256");
    const readings = samplesOf(size).map(([position, length]) =>
      explaining(file.read({ buffer: new Uint8Array(length), position }), path, "read"),
    );
    for (const { buffer, bytesRead } of await Promise.all(readings)) hash.update(buffer.subarray(0, bytesRead));
    return { name: basename(path), size, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}

export async function identityOf(path: string, shape: InputIdentity["shape"]): Promise<InputIdentity> {
  return { path, files: await Promise.all((await shardsOf(path)).map(fileIdentityOf)), shape };
}

export function identityFrom(json: JsonValue): InputIdentity {
  const { path, files, shape } = json.entries(["path", "files", "shape"]);
  const read = files.list().map((file): FileIdentity => {
    const { name, size, sha256 } = file.entries(["name", "size", "sha256"]);
    if (!/^[0-9a-f]{64}$/.test(sha256.text())) sha256.fail("64 hexadecimal digits");
    return { name: name.text(), size: size.integer(), sha256: sha256.text() };
  });
  if (shape.value === null) return { path: path.text(), files: read, shape: null };
  const [rows, classes] = shape.list(2).map((length) => length.integer(1));
  return { path: path.text(), files: read, shape: [rows, classes] };
}
