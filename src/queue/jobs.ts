// What is in the queue: jobs of shards, and one that merges what they have found. Redis may be anyone's: data is checked where it is read.

import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { sep } from "node:path";
import { shardsOf } from "../compare/shards.js";
import { shown } from "../compare/shown.js";
import { isBelow, isUrl, shownPlace } from "../compare/urlRequest.js";
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

/** Throws for a path that leads out of the folders, through whatever links, and for a URL that is not below one of those among them. */
export async function checkInside(roots: readonly string[], place: string): Promise<void> {
  if (isUrl(place)) {
    if (!roots.some((root) => isUrl(root) && URL.canParse(place) && isBelow(place, root))) refuse(roots, place);
    return;
  }
  const folders = await Promise.all(roots.filter((root) => !isUrl(root)).map((root) => realpath(root)));
  for (const file of [place, ...(await shardsOf(place))]) {
    // what is not there is told by what reads it, but where it would be is not told to those outside
    const path = await realpath(file).catch(() => undefined);
    const isIn = (folder: string) => path === folder || path?.startsWith(folder.endsWith(sep) ? folder : folder + sep);
    if (!folders.some(isIn)) refuse(roots, file);
  }
}

function refuse(roots: readonly string[], place: string): never {
  const allowed = roots.map((root) => shown(shownPlace(root), Infinity)).join(", ");
  throw new RangeError(`${shown(shownPlace(place), Infinity)} is not in ${allowed}, which this worker reads (--root)`);
}
