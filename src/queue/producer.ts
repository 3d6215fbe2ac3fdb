// The producer: puts a comparison into the queue, and waits for what its workers find.

import type { FlowProducer, Job, Queue } from "bullmq";
import { checkType } from "../compare/checks.js";
import { paused } from "../compare/retry.js";
import { shown, shownValue } from "../compare/shown.js";
import { checkOptions } from "../engine/checks.js";
import type { PartJson, Shard } from "../shards/index.js";
import { shardFrom } from "../shards/library.js";
import { PartReader } from "../shards/part.js";
import { jobIdOf, QUEUE } from "./jobs.js";
import { connect, loadBullMq } from "./redis.js";

/** The options of {@link compareByQueue}. */
export interface CompareByQueueOptions {
  /** The URL of Redis: `redis://host:6379`. */
  redis: string;
  /** Called as rows are done, by all workers together. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the wait, and takes from the queue what has not begun. */
  signal?: AbortSignal;
}

/** Tries of a shard; and in ms, the first pause between two, which doubles. */
const ATTEMPTS = 6;
const PAUSE = 500;

/** In ms, between two looks: a twentieth of the time so far, so that little is waited for, within these. */
const LEAST_INTERVAL = 10;
const MOST_INTERVAL = 300;

const isEnded = (state: string): boolean => state === "completed" || state === "failed";

/**
 * Computes a comparison by the workers of a queue ({@link startWorker}), which open the same paths.
 *
 * What has been found stays in Redis. The same shards are the same job: whoever asks for them again, after a crash or from another machine,
 * gets what is there, or waits for the rest.
 *
 * Requires `bullmq` and `ioredis`.
 *
 * @param shards - All that {@link shards!planShards} gave.
 * @returns A promise of the part of all rows, which {@link shards!mergeSummaries} and `logratio merge` take. Its bits are those of one run.
 * @throws RangeError for what are no shards of one plan.
 * @throws Error where Redis cannot be reached, and where a shard has failed in every attempt, with its message.
 * @throws The reason of `signal`.
 * @example
 * // without what planShards gave
 * await compareByQueue([], { redis: "redis://127.0.0.1:6379" }).catch(({ message }) => message.slice(0, 22)); // "compareByQueue: shards"
 */
export async function compareByQueue(shards: readonly Shard[], options: CompareByQueueOptions): Promise<PartJson> {
  checkOptions("compareByQueue", options, ["redis", "onProgress", "signal"]);
  const { redis, onProgress, signal } = options;
  checkType("compareByQueue", "redis", redis ?? null, "string");
  checkType("compareByQueue", "onProgress", onProgress, "function");
  if (!Array.isArray(shards) || shards.length === 0) {
    throw new TypeError(`compareByQueue: shards is ${shownValue(shards)}; it must be what planShards gave`);
  }
  const planned = shards.map(shardFrom);
  signal?.throwIfAborted();
  const { FlowProducer, Queue } = loadBullMq();
  const connection = await connect(redis);
  const queue = new Queue(QUEUE, { connection });
  const flow = new FlowProducer({ connection });
  // while Redis is away: commands wait until it is back
  queue.on("error", () => {});
  flow.on("error", () => {});
  try {
    return await new Submission(planned, queue, flow).result(onProgress, signal);
  } finally {
    await Promise.all([queue.close(), flow.close()]);
    connection.disconnect();
  }
}

class Submission {
  readonly #shards: readonly Shard[];
  readonly #queue: Queue;
  readonly #flow: FlowProducer;
  readonly #id: string;

  constructor(shards: readonly Shard[], queue: Queue, flow: FlowProducer) {
    this.#shards = shards;
    this.#queue = queue;
    this.#flow = flow;
    this.#id = jobIdOf(shards);
  }

  get #rows(): number {
    const { start, end } = this.#shards[0].options;
    return end - start;
  }

  async result(onProgress: CompareByQueueOptions["onProgress"], signal: AbortSignal | undefined): Promise<PartJson> {
    // what failed, or was cancelled, is done again
    if ((await this.#state()) === "failed") await this.#remove();
    if ((await this.#state()) === "unknown") await this.#add();
    const start = performance.now();
    let told = Number.NEGATIVE_INFINITY;
    for (;;) {
      const state = await this.#state();
      if (isEnded(state)) break;
      if (signal?.aborted) {
        await this.#cancel();
        throw signal.reason;
      }
      const now = performance.now();
      if (onProgress !== undefined && now - told >= MOST_INTERVAL) {
        told = now;
        onProgress(await this.#done(), this.#rows);
      }
      await paused(Math.max(LEAST_INTERVAL, Math.min(MOST_INTERVAL, (now - start) / 20)), signal);
    }
    const job = (await this.#queue.getJob(this.#id)) as Job;
    if (job.failedReason) throw new Error(await this.#reason(job));
    const part: PartJson = job.returnvalue;
    onProgress?.(this.#rows, this.#rows);
    const reader = new PartReader("the part in Redis", part, "cancel the comparison, and start it again");
    reader.checkSame(this.#shards[0], "is of another comparison", "now");
    return part;
  }

  #state(): Promise<string> {
    return this.#queue.getJobState(this.#id);
  }

  #childId(index: number): string {
    return `${this.#id}-${index + 1}`;
  }

  async #add(): Promise<void> {
    const keep = { removeOnComplete: false, removeOnFail: false };
    await this.#flow.add({
      ...{ name: "merge", queueName: QUEUE },
      data: { shards: this.#shards.length },
      opts: { ...keep, jobId: this.#id, attempts: ATTEMPTS, backoff: { type: "exponential", delay: PAUSE } },
      children: this.#shards.map((shard, i) => ({
        ...{ name: "shard", queueName: QUEUE, data: shard },
        opts: {
          ...{ ...keep, jobId: this.#childId(i), failParentOnFailure: true },
          ...{ attempts: ATTEMPTS, backoff: { type: "exponential", delay: PAUSE } },
        },
      })),
    });
  }

  /** Rows of all shards. */
  async #done(): Promise<number> {
    const jobs = await Promise.all(this.#shards.map((_, i) => this.#queue.getJob(this.#childId(i))));
    return jobs.reduce((done, job, i) => {
      const { start, end } = this.#shards[i];
      if (job?.finishedOn !== undefined && !job.failedReason) return done + end - start;
      const progress = Object(job?.progress).done;
      return done + (Number.isSafeInteger(progress) ? Math.max(0, Math.min(end - start, progress)) : 0);
    }, 0);
  }

  /** The message of the shard that failed. */
  async #reason(merging: Job): Promise<string> {
    for (const [i] of this.#shards.entries()) {
      const job = await this.#queue.getJob(this.#childId(i));
      if (job?.failedReason && (await job.getState()) === "failed") return shown(job.failedReason, 2000);
    }
    return shown(merging.failedReason ?? "", 2000);
  }

  /** Takes away what has not begun; what has, ends for nothing. */
  async #cancel(): Promise<void> {
    const job = await this.#queue.getJob(this.#id);
    await job?.removeUnprocessedChildren().catch(() => {});
    await this.#remove().catch(() => {});
  }

  async #remove(): Promise<void> {
    await this.#queue.remove(this.#id, { removeChildren: true });
    for (const [i] of this.#shards.entries()) await this.#queue.remove(this.#childId(i)).catch(() => {});
  }
}
