// What is in the queue: jobs of shards, and one that merges what they have found. Redis may be anyone's: data is checked where it is read.

import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { sep } from "node:path";
import { shardsOf } from "../compare/shards.js";
import { shown } from "../compare/shown.js";
import type { Shard } from "../shards/index.js";

/** Both kinds of jobs are in one queue, so that every worker does what comes next. */
export const QUEUE = "logratio";

/** Of the job that merges, and of those of the shards before their numbers: the same for the same files, options and shards. */
export const jobIdOf = (shards: readonly Shard[]): string =>
  createHash("sha256").update(JSON.stringify(shards)).digest("hex").slice(0, 32);

/** Whether an error says that a job is of another version of the package: other workers may be of that one. */
export const isOfVersion = ({ message }: Error): boolean => /is of logratio .*, and this is /.test(message);

/** How far a shard is. */
export interface ShardProgress {
  readonly done: number;
}

/** Throws for a path that leads out of the folder, through whatever links. */
export async function checkInside(root: string, path: string): Promise<void> {
  const folder = await realpath(root);
  for (const file of [path, ...(await shardsOf(path))]) {
    // what is not there is told by what reads it, but where it would be is not told to those outside
    const place = await realpath(file).catch(() => undefined);
    if (place !== undefined && (place === folder || place.startsWith(folder.endsWith(sep) ? folder : folder + sep))) {
      continue;
    }
    throw new RangeError(
      `${shown(path, Infinity)} is not in ${shown(root, Infinity)}, which this worker reads (--root)`,
    );
  }
}
