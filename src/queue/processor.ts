// The program of a worker's thread: it computes a shard, or merges the parts of all of them.

import { COMPARISON, filesOf } from "../shards/comparison.js";
import { compareShard, type PartJson, type Shard } from "../shards/index.js";
import { shardFrom } from "../shards/library.js";
import { Merge } from "../shards/merge.js";
import { PartReader, partJson } from "../shards/part.js";
import { checkInside, isOfVersion, type ShardProgress } from "./jobs.js";

/** What BullMQ gives, as far as it is used. */
interface SandboxedJob {
  readonly name: string;
  readonly data: unknown;
  updateProgress(progress: ShardProgress): Promise<void>;
  getChildrenValues(): Promise<Record<string, PartJson>>;
}

/** Between two reports of progress, in ms. */
const INTERVAL = 500;

export default async function run(job: SandboxedJob): Promise<PartJson> {
  try {
    if (job.name === "merge") return await mergeParts(job);
    if (job.name === "shard") return await computeShard(job);
    throw new TypeError("this is no job of logratio");
  } catch (error) {
    const isOfInput = error instanceof TypeError || error instanceof RangeError;
    if (!isOfInput || isOfVersion(error)) throw error;
    // another attempt would find the same; the queue knows such errors by their name
    throw Object.assign(new Error(error.message), { name: "UnrecoverableError" });
  }
}

async function computeShard(job: SandboxedJob): Promise<PartJson> {
  const shard: Shard = shardFrom(job.data);
  const { LOGRATIO_ROOTS = '["."]', LOGRATIO_THREADS: threads = "auto" } = process.env;
  const { base, others, tokens, groups } = filesOf(shard.inputs);
  const roots: readonly string[] = JSON.parse(LOGRATIO_ROOTS);
  for (const path of [base, ...others, tokens, groups]) if (path !== undefined) await checkInside(roots, path);
  let due = 0;
  return compareShard(shard, {
    threads: threads === "auto" ? threads : Number(threads),
    onProgress(done) {
      const now = performance.now();
      if (now < due) return;
      due = now + INTERVAL;
      // what is not told now is told by the next
      job.updateProgress({ done }).catch(() => {});
    },
  });
}

async function mergeParts(job: SandboxedJob): Promise<PartJson> {
  const merge = new Merge(COMPARISON);
  for (const [name, part] of Object.entries(await job.getChildrenValues())) {
    merge.add(name, new PartReader(name, part, "cancel the comparison, and start it again"));
  }
  const { subject, results } = merge.end();
  const { start, end } = subject.options;
  return partJson({ subject, range: { start, end }, next: end, results });
}
