// The same for programs: shards are planned by one, computed by any, merged by one, and are plain JSON on the way.

import { checkInteger, checkType } from "../compare/checks.js";
import { type OpenLogitsOptions, openLogits, type Summary } from "../compare/index.js";
import { JsonValue } from "../compare/json.js";
import { shown, shownValue } from "../compare/shown.js";
import { checkOptions } from "../engine/checks.js";
import type { InputKind } from "../index.js";
import {
  COMPARISON,
  type ComparisonFiles,
  type ComparisonOptions,
  compareRange,
  filesOf,
  type Prepared,
  prepare,
  type RunOptions,
  subjectOf,
} from "./comparison.js";
import type { RowRange, Subject } from "./kind.js";
import { Merge } from "./merge.js";
import { checkVersion, type PartJson, PartReader, partJson, rangeFrom, subjectFrom } from "./part.js";
import { PartFile } from "./partFile.js";
import { shardRange } from "./plan.js";

/** The options of {@link planShards}: those of {@link compare!compareLogits} that change results, and how many shards there are. */
export interface PlanShardsOptions {
  /** How many. */
  shards: number;
  /** How the files are opened: all alike; or a list, of base and of each other. */
  open?: OpenLogitsOptions | readonly OpenLogitsOptions[];
  /** What the numbers are, of all; or a list, of base and of each other. "logits" by default. */
  input?: InputKind | readonly InputKind[];
  /** The first so many of each row, where some rows are longer, of padding: at most as many as the shortest has. */
  classes?: number;
  /** Divides the logits; 1 by default. */
  temperature?: number;
  /** How many of the likeliest tokens are compared; 10 by default. */
  topK?: number;
  /** Computes the acceptance rate too; false by default. */
  acceptance?: boolean;
  /** Neighbouring rows that belong together. */
  blockRows?: number;
  /** Adds base, rounded to bf16 and to f16, as candidates; false by default. */
  noiseFloor?: boolean;
  /** The first row of the first shard; 0 by default. */
  start?: number;
  /** The row after the last one of the last shard; all rows by default. */
  end?: number;
}

/** The options of {@link compareShard}. They change no result. */
export interface CompareShardOptions {
  /** Threads that compute; `"auto"` by default. */
  threads?: number | "auto";
  /** What computes, as in `createEngine`. */
  backend?: RunOptions["backend"];
  /** A file that keeps what is done every few seconds, and from which another call goes on. */
  checkpoint?: string;
  /** Called as rows are done. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the work: the promise is rejected with its reason, and what is done stays in `checkpoint`. */
  signal?: AbortSignal;
}

const FORMAT = "logratio shard";
const FORMAT_VERSION = 1;

/** The rows of a comparison that one worker computes: plain JSON, for queues and arguments of jobs. */
export interface Shard extends Subject<ComparisonOptions>, RowRange {
  /** What this is. */
  readonly format: typeof FORMAT;
  /** Of this layout. */
  readonly version: typeof FORMAT_VERSION;
}

const PLAN_KEYS: readonly (keyof PlanShardsOptions)[] = [
  ...(["shards", "open", "input", "classes", "temperature", "topK", "acceptance"] as const),
  ...(["blockRows", "noiseFloor", "start", "end"] as const),
];
const RUN_KEYS: readonly (keyof CompareShardOptions)[] = ["threads", "backend", "checkpoint", "onProgress", "signal"];
const SHARD_KEYS = [
  ...(["format", "version", "command", "logratio", "inputs", "options", "start", "end"] as const),
] as const;

/** With the files open, while `use` has a use for them. */
async function withFiles<Result>(
  files: ComparisonFiles,
  open: readonly OpenLogitsOptions[],
  use: (sources: Awaited<ReturnType<typeof openLogits>>[]) => Promise<Result>,
): Promise<Result> {
  const sources: Awaited<ReturnType<typeof openLogits>>[] = [];
  try {
    for (const [side, path] of [files.base, ...files.others].entries()) {
      sources.push(await openLogits(path, open[side]));
    }
    return await use(sources);
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

/**
 * Splits a comparison into shards of whole rows, as many in each as in the others or one more.
 *
 * A shard is plain JSON. It tells the files apart from others of the same paths, by their sizes, and by a hash of their headers and of
 * blocks that are spread over them.
 *
 * @param files - Paths of logits, as {@link compare!openLogits} reads them, and if known of tokens and of groups. Workers open the same paths.
 * @param options - Those that change results, and `shards`.
 * @returns A promise of the shards, in order. Some have no rows, where there are fewer rows than shards.
 * @throws TypeError for an option that is unknown or of the wrong kind, and what {@link compare!openLogits} throws.
 * @throws RangeError for an option out of range, and for files that do not have the same rows.
 * @example
 * const shards = await planShards({ base: "base.npy", others: ["other.npy"] }, { shards: 2 });
 * shards.map(({ start, end }) => [start, end]); // [[0, 1], [1, 2]]
 * @see {@link compareShard}
 */
export async function planShards(files: ComparisonFiles, options: PlanShardsOptions): Promise<Shard[]> {
  checkOptions("planShards", options, PLAN_KEYS);
  checkFiles(files);
  const { shards, open = {}, input = "logits", classes, start, end } = options;
  checkInteger("planShards", "shards", shards, 1, 2 ** 20);
  if (classes !== undefined) checkInteger("planShards", "classes", classes, 1);
  if (start !== undefined) checkInteger("planShards", "start", start, 0);
  if (end !== undefined) checkInteger("planShards", "end", end, 1);
  for (const key of ["acceptance", "noiseFloor"] as const) checkType("planShards", key, options[key], "boolean");
  const models = [files.base, ...files.others];
  const opened = perModel("open", open, models);
  const kinds = perModel("input", input, models);
  return withFiles(files, opened, async (sources) => {
    const { shards: _, open: __, input: ___, ...rest } = options;
    const prepared = await prepare(files, sources, { ...rest, open: opened, input: kinds });
    // as JSON has it, and checked as strictly as where it is read
    const subject = JSON.parse(JSON.stringify(await subjectOf(prepared, true)));
    const at = new JsonValue("planShards", subject).entries(["command", "logratio", "inputs", "options"]);
    return shardsOf(subjectFrom(COMPARISON, at), shards);
  });
}

/** So many of a comparison. */
export const shardsOf = (subject: Subject<ComparisonOptions>, count: number): Shard[] =>
  Array.from({ length: count }, (_, i) => ({
    ...({ format: FORMAT, version: FORMAT_VERSION } as const),
    ...subject,
    ...shardRange(subject.options, i, count),
  }));

function checkFiles(files: ComparisonFiles): void {
  checkOptions("planShards", files, ["base", "others", "tokens", "groups"]);
  const { base, others, tokens, groups } = files;
  if (!Array.isArray(others) || others.length === 0) {
    throw new TypeError(`planShards: others is ${shownValue(others)}; it must be a list of paths`);
  }
  const all = { base, ...Object.fromEntries(others.map((path, i) => [`others[${i}]`, path])), tokens, groups };
  for (const [name, path] of Object.entries(all)) {
    if (path === undefined && (name === "tokens" || name === "groups")) continue;
    if (typeof path === "string" && path !== "" && path !== "-") continue;
    throw new TypeError(`planShards: ${name} is ${shownValue(path)}; it must be the path of a file`);
  }
}

/** One value for each model, of one for all, or of a list. */
function perModel<Value>(name: string, given: Value | readonly Value[], models: readonly string[]): readonly Value[] {
  if (!Array.isArray(given)) return models.map(() => given as Value);
  if (given.length === models.length) return given;
  throw new RangeError(`planShards: ${name} has ${given.length} values; there must be one, or ${models.length}`);
}

/** A shard from JSON of anyone's. */
export function shardFrom(json: unknown): Shard {
  const reader = "compareShard: shard";
  const entries = new JsonValue(reader, json).entries(SHARD_KEYS);
  entries.format.equals(FORMAT, "planShards gives it");
  entries.version.equals(FORMAT_VERSION, "planShards of this version gives it");
  checkVersion(reader, entries.logratio);
  const subject = subjectFrom(COMPARISON, entries);
  return {
    ...({ format: FORMAT, version: FORMAT_VERSION } as const),
    ...subject,
    ...rangeFrom(entries.start, entries.end, subject.options),
  };
}

/**
 * Compares the rows of one shard.
 *
 * @param shard - One of those that {@link planShards} gave, also by way of JSON.
 * @returns A promise of the part, plain JSON: what {@link mergeSummaries} and `logratio merge` take.
 * @throws TypeError for an option that is unknown or of the wrong kind.
 * @throws RangeError for what is no shard of this version of the package, and for files that are not what they were when the shard was
 * planned; and as {@link compare!compareLogits} does.
 * @throws The reason of `signal`.
 * @example
 * const [first] = await planShards({ base: "base.npy", others: ["other.npy"] }, { shards: 2 });
 * const part = await compareShard(first);
 * [part.start, part.next]; // [0, 1]
 * @see {@link mergeSummaries}
 */
export async function compareShard(shard: Shard, options: CompareShardOptions = {}): Promise<PartJson> {
  checkOptions("compareShard", options, RUN_KEYS);
  checkType("compareShard", "checkpoint", options.checkpoint, "string");
  checkType("compareShard", "onProgress", options.onProgress, "function");
  const planned = shardFrom(shard);
  const files = filesOf(planned.inputs);
  const { open, input, floors, ...settings } = planned.options;
  options.signal?.throwIfAborted();
  return withFiles(files, open, async (sources) => {
    const asked = { ...settings, open, input: input.slice(0, open.length), noiseFloor: floors.length > 0 };
    const prepared = await prepare(files, sources, asked);
    const subject = await subjectOf(prepared, true);
    checkPlanned(planned, subject);
    return runShard(prepared, planned, subject, options);
  });
}

/** Throws where a file is not what it was when the work was planned. */
function checkPlanned({ inputs }: Shard, now: Subject): void {
  for (const [name, input] of Object.entries(inputs)) {
    if (JSON.stringify(input) === JSON.stringify(now.inputs[name])) continue;
    const path = shown(input?.path ?? name, Infinity);
    throw new RangeError(`compareShard: ${path} is not the file that the shard was planned for: plan again`);
  }
}

async function runShard(
  prepared: Prepared,
  { start, end }: Shard,
  subject: Subject<ComparisonOptions>,
  { checkpoint, onProgress, threads, backend, signal }: CompareShardOptions,
): Promise<PartJson> {
  const range = { start, end };
  const file = await PartFile.open(checkpoint, COMPARISON, subject, range);
  const results = file.progress?.results ?? COMPARISON.empty(subject.options);
  let next = file.progress?.next ?? start;
  const run: RunOptions = {
    ...{ threads, backend, signal },
    onRows(first, rows) {
      next = first + rows[0].count;
      file.offer(() => ({ next, results }));
      onProgress?.(next - start, end - start);
    },
  };
  try {
    await compareRange(prepared, { start: next, end }, results, run);
  } finally {
    await file.write({ next, results });
  }
  return partJson({ subject, range, next, results });
}

/**
 * Merges the parts of all shards. The bits are those of one run over all rows, whatever the parts and their order.
 *
 * @param parts - Those of all shards, as {@link compareShard} gave them, also by way of JSON: any iterable, of which one part after the
 * other is taken, so that they need not be in memory together.
 * @returns A promise of a {@link Summary} for each candidate, in the order of `others`, then for each noise floor.
 * @throws RangeError for what is no part, or is damaged; for parts of other inputs, options or versions; and for rows that are missing or
 * there twice. The message names them.
 * @example
 * const shards = await planShards({ base: "base.npy", others: ["other.npy"] }, { shards: 2 });
 * const parts = await Promise.all(shards.map((shard) => compareShard(shard, { threads: 1 })));
 * const [summary] = await mergeSummaries(parts);
 * summary.report().kl.mean; // 0.011470671723253972
 * @see {@link compare!compareLogits}
 */
export async function mergeSummaries(parts: Iterable<PartJson> | AsyncIterable<PartJson>): Promise<Summary[]> {
  const { [Symbol.iterator]: all, [Symbol.asyncIterator]: later } = Object(parts);
  if (typeof parts === "string" || (typeof all !== "function" && typeof later !== "function")) {
    throw new TypeError(`mergeSummaries: parts is ${shownValue(parts)}; it must be an iterable of parts`);
  }
  const merge = new Merge(COMPARISON);
  let index = 0;
  for await (const part of parts) {
    const name = `mergeSummaries: parts[${index++}]`;
    merge.add(name, new PartReader(name, part, "compute it again"));
  }
  return merge.end().results.candidates.map(({ summary }) => summary);
}
