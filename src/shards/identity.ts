// What tells a file from another of the same name: its size, and a hash of its header and of blocks that are spread over it.

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { withFile } from "../compare/file.js";
import type { JsonValue } from "../compare/json.js";
import { openStored } from "../compare/openBytes.js";
import { shardsOf } from "../compare/shards.js";
import { isUrl, shownPlace } from "../compare/urlRequest.js";

interface FileIdentity {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Of the whole file up to a MiB; of a larger one, of its start, its end and blocks in between. */
  readonly sha256: string;
}

/** What is read: a file, or all those of one matrix. */
export interface InputIdentity {
  /** As it was given; a URL is without what may be secret. */
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

async function fileIdentityOf(place: string): Promise<FileIdentity> {
  return withFile(openStored(place), async (file) => {
    const { size } = file;
    const hash = createHash("sha256");
    const readings = samplesOf(size).map(([position, length]) => file.readBytes(position, length));
    for (const bytes of await Promise.all(readings)) hash.update(bytes);
    await file.close();
    return { name: basename(shownPlace(place)), size, sha256: hash.digest("hex") };
  });
}

export async function identityOf(path: string, shape: InputIdentity["shape"]): Promise<InputIdentity> {
  const paths = isUrl(path) ? [path] : await shardsOf(path);
  return { path: shownPlace(path), files: await Promise.all(paths.map(fileIdentityOf)), shape };
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
