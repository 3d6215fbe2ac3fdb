/**
 * A comparison by workers on any number of machines, through BullMQ over Redis; docs/scaling.md shows how. Requires `bullmq` and
 * `ioredis`, which are not installed with this package.
 *
 * @module
 */

export { type CompareByQueueOptions, compareByQueue } from "./producer.js";
export { type RunningWorker, startWorker, type WorkerOptions } from "./worker.js";
