// A worker: takes jobs from the queue for as long as it is wanted.

import { fileURLToPath } from "node:url";
import type { Job } from "bullmq";
import { checkInteger, checkType } from "../compare/checks.js";
import { shownValue } from "../compare/shown.js";
import { checkOptions } from "../engine/checks.js";
import { isOfVersion, QUEUE } from "./jobs.js";
import { connect, loadBullMq } from "./redis.js";

/** The options of {@link startWorker}. */
export interface WorkerOptions {
  /** The URL of Redis: `redis://host:6379`. */
  redis: string;
  /**
   * The folder whose files jobs may name, or the URL below which objects are read, or some of these; the working directory by default, from
   * which relative paths lead.
   */
  root?: string | readonly string[];
  /** Shards that are computed at once; 1 by default. */
  concurrency?: number;
  /** Threads that compute a shard; `"auto"` by default. */
  threads?: number | "auto";
  /** After so many seconds the job of a worker that is gone is taken over by another; 10 by default. */
  takeover?: number;
  /** Called when a job has ended: with its error where it failed. */
  onJob?: (name: string, error: Error | undefined) => void;
}

const KEYS: readonly (keyof WorkerOptions)[] = ["redis", "root", "concurrency", "threads", "takeover", "onJob"];

/** A worker that runs. */
export interface RunningWorker {
  /** Resolves after `close`; rejects where the worker cannot go on, such as for jobs of another version of the package. */
  readonly ended: Promise<void>;
  /** Ends the worker after the job that it works on; with `true` at once: another worker does that job again. */
  close(atOnce?: boolean): Promise<void>;
}

/** So many times a shard may lose its worker. A job that kills each worker is not given to the last one too. */
const MOST_STALLS = 100;

/**
 * Starts a worker of the queue: it computes shards, and merges parts, until it is closed. Jobs run in threads of their own, so that the
 * worker tells Redis in time that it is there.
 *
 * Requires `bullmq` and `ioredis`.
 *
 * @returns A promise of the worker, once it is connected.
 * @throws TypeError for an option that is unknown or of the wrong kind; RangeError for one out of range.
 * @throws Error where Redis cannot be reached, or the libraries are not installed.
 * @example
 * // where nobody answers
 * await startWorker({ redis: "redis://127.0.0.1:1" }).catch(({ message }) => message.slice(0, 39)); // "Redis at 127.0.0.1:1 cannot be reached:"
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  checkOptions("startWorker", options, KEYS);
  const { redis, root = ".", concurrency = 1, threads = "auto", takeover = 10, onJob } = options;
  checkType("startWorker", "redis", redis ?? null, "string");
  const roots = typeof root === "string" ? [root] : root;
  if (!Array.isArray(roots) || roots.length === 0 || !roots.every((one) => typeof one === "string" && one !== "")) {
    throw new TypeError(`startWorker: root is ${shownValue(root)}; it must be a path, a URL, or a list of such`);
  }
  checkType("startWorker", "onJob", onJob, "function");
  checkInteger("startWorker", "concurrency", concurrency, 1, 64);
  checkInteger("startWorker", "takeover", takeover, 1, 3600);
  if (threads !== "auto") checkInteger("startWorker", "threads", threads, 1, 64);
  const { Worker } = loadBullMq();
  const connection = await connect(redis);
  const processor = fileURLToPath(new URL("./processor.js", import.meta.url));
  const worker = new Worker(QUEUE, processor, {
    ...{ connection, concurrency, useWorkerThreads: true },
    workerThreadsOptions: {
      env: { ...process.env, LOGRATIO_ROOTS: JSON.stringify(roots), LOGRATIO_THREADS: String(threads) },
    },
    ...{ lockDuration: 1000 * takeover, stalledInterval: 500 * takeover, maxStalledCount: MOST_STALLS },
  });
  let reject: (error: Error) => void = () => {};
  let resolve: () => void = () => {};
  const ended = new Promise<void>((done, fail) => {
    [resolve, reject] = [done, fail];
  });
  ended.catch(() => {});
  const close = async (atOnce = false) => {
    await worker.close(atOnce);
    connection.disconnect();
    resolve();
  };
  // while Redis is away
  worker.on("error", () => {});
  worker.on("completed", (job: Job) => onJob?.(nameOf(job), undefined));
  worker.on("failed", (job: Job | undefined, error: Error) => {
    if (job !== undefined) onJob?.(nameOf(job), error);
    // by itself, it would take the same job until it has failed for good
    if (!isOfVersion(error)) return;
    reject(new Error(`this worker is refused: ${error.message}`, { cause: error }));
    close().catch(() => {});
  });
  await worker.waitUntilReady();
  return { ended, close };
}

const nameOf = ({ name, data }: Job): string => (name === "shard" ? `rows ${data?.start} to ${data?.end - 1}` : name);
