// A comparison by the workers of a queue, and such a worker.

import { COMPARISON, type ComparisonOptions, type ComparisonResults } from "../shards/comparison.js";
import type { Subject } from "../shards/kind.js";
import { shardsOf } from "../shards/library.js";
import { PartReader } from "../shards/part.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { Exit, type Io, say } from "./io.js";
import { optionOf } from "./options.js";
import { Progress } from "./progress.js";

/** Shards, where nothing is asked for: fewer than there are rows. */
const SHARDS = 16;

/** Throws for options that a queue has no use for. */
export function checkQueued(command: object): void {
  const without = ["shard", "checkpoint", "rowsOut", "threads"];
  const given = without.find((key) => (command as Record<string, unknown>)[key] !== undefined);
  if (given !== undefined) throw new RangeError(`${optionOf(given)} and --redis do not go together: workers compute`);
}

/** What all workers together find. */
export async function compareQueued(
  subject: Subject<ComparisonOptions>,
  redis: string,
  count: number | undefined,
  io: Io,
): Promise<ComparisonResults> {
  const { compareByQueue } = await import("../queue/index.js");
  const rows = subject.options.end - subject.options.start;
  const shards = shardsOf(subject, Math.min(rows, count ?? SHARDS));
  const progress = await Progress.start(io, rows, 0);
  try {
    const part = await interruptible((signal) =>
      compareByQueue(shards, { redis, signal, onProgress: (done) => progress.update(done) }),
    );
    return new PartReader("the part in Redis", part, "start the comparison again").read(COMPARISON).results;
  } catch (error) {
    progress.stop();
    if (!(error instanceof Interrupted)) throw error;
    say(io, "interrupted; what had not begun was taken from the queue");
    throw new Exit(error.exitCode);
  } finally {
    progress.stop();
  }
}

interface WorkerCommand {
  readonly redis: string;
  readonly root?: readonly string[];
  readonly concurrency?: number;
  readonly threads?: number | "auto";
  readonly takeover?: number;
}

/** Until it is interrupted, or refused. */
export async function work(command: WorkerCommand, io: Io): Promise<void> {
  const { startWorker } = await import("../queue/index.js");
  await interruptible(async (signal) => {
    const worker = await startWorker({
      ...command,
      onJob: (name, error) => say(io, error === undefined ? `${name}: done` : `${name}: ${error.message}`),
    });
    say(io, "waits for comparisons; Ctrl-C ends it");
    let isAsked = false;
    const end = () => {
      if (isAsked) return;
      isAsked = true;
      say(io, "ends after the part that it works on");
      worker.close().catch(() => {});
    };
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
    await worker.ended;
  });
}
