// Which shard this process is: as the option says, or the scheduler that has started it.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import type { RowRange } from "../shards/kind.js";
import { shardRange } from "../shards/plan.js";
import { formatCount } from "./numbers.js";
import { printableLines } from "./printable.js";

/** Counted from 1. */
interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What follows --shard: the index may be that of the scheduler, and so may the count. */
export type ShardOption = Shard | { readonly index: "auto"; readonly count: number | undefined };

/** A reader of the option. */
export function readShard(text: string): ShardOption {
  const [, auto, index, count] = /^(?:(auto)|(\d+))(?:\/(\d+))?$/.exec(text) ?? [];
  const [i, n] = [index, count].map((digits) => (digits === undefined ? undefined : Number(digits)));
  if (auto !== undefined && (n === undefined || n >= 1)) return { index: "auto", count: n };
  if (i === undefined || n === undefined) {
    throw new InvalidArgumentError("It must be like 1/8, auto, or auto/8.");
  }
  if (i < 1 || i > n || !Number.isSafeInteger(n)) {
    throw new InvalidArgumentError(`Shards are counted from 1: the first of ${n} is 1/${n}, the last is ${n}/${n}.`);
  }
  return { index: i, count: n };
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Scheduler {
  readonly name: string;
  /** The variable that has the task's index. */
  readonly index: string;
  /** That of the first task: a number, or the variable that has it. */
  readonly first: number | string;
  readonly step?: string;
  /** Variables of how many tasks there are, or of the last one's index. */
  readonly count?: string;
  readonly last?: string;
}

const SCHEDULERS: readonly Scheduler[] = [
  {
    ...{ name: "Slurm", index: "SLURM_ARRAY_TASK_ID", first: "SLURM_ARRAY_TASK_MIN" },
    ...{ step: "SLURM_ARRAY_TASK_STEP", count: "SLURM_ARRAY_TASK_COUNT", last: "SLURM_ARRAY_TASK_MAX" },
  },
  { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", first: 0 },
  { name: "AWS Batch", index: "AWS_BATCH_JOB_ARRAY_INDEX", first: 0, count: "AWS_BATCH_JOB_ARRAY_SIZE" },
  // arrays may begin with any index, and tasks are not told with which: from 1, as in its manual
  { name: "PBS", index: "PBS_ARRAY_INDEX", first: 1 },
  {
    ...{ name: "Grid Engine", index: "SGE_TASK_ID", first: "SGE_TASK_FIRST" },
    ...{ step: "SGE_TASK_STEPSIZE", last: "SGE_TASK_LAST" },
  },
  { name: "GNU parallel", index: "PARALLEL_SEQ", first: 1 },
];

/** The shard that an option means. Grid Engine sets "undefined" where there is no array. */
export function shardOf(option: ShardOption, environment: Environment = process.env): Shard {
  if (option.index !== "auto") return option;
  const found = SCHEDULERS.filter(({ index }) => (environment[index] ?? "undefined") !== "undefined");
  if (found.length !== 1) {
    const known = SCHEDULERS.map(({ name, index }) => `${index} (${name})`).join(", ");
    throw new RangeError(
      found.length === 0
        ? `--shard auto: no scheduler has said which task this is; known are ${known}. Give --shard 1/8`
        : `--shard auto: ${found.map(({ index }) => index).join(" and ")} are both set; give --shard 1/8`,
    );
  }
  const [{ name, index, first, step, count, last }] = found;
  const numberOf = (variable: string | undefined): number | undefined => {
    const text = variable === undefined ? undefined : environment[variable];
    if (text === undefined) return undefined;
    if (/^\d+$/.test(text)) return Number(text);
    throw new RangeError(`--shard auto: ${variable} is "${text}"; it must be an integer >= 0`);
  };
  const task = numberOf(index) as number;
  const from = typeof first === "number" ? first : (numberOf(first) ?? 1);
  const stride = numberOf(step) ?? 1;
  const end = numberOf(last);
  const spanned = end === undefined ? undefined : Math.floor((end - from) / stride) + 1;
  const said = numberOf(count) ?? spanned;
  const fail = (what: string): never => {
    throw new RangeError(`--shard auto: ${what}`);
  };
  if (said !== undefined && spanned !== undefined && said !== spanned) {
    fail(`the tasks of the array are not evenly spaced (${said} from ${from} to ${end}); give --shard 1/${said}`);
  }
  if (said !== undefined && option.count !== undefined && said !== option.count) {
    fail(
      `the array has ${said} tasks, not ${option.count}; for one task alone, give its shard, --shard 1/${option.count}`,
    );
  }
  const total = option.count ?? said ?? fail(`${name} does not tell how many tasks there are; give --shard auto/8`);
  const place = (task - from) / stride;
  if (!Number.isInteger(place) || place < 0 || place >= total) {
    const range = `${from} to ${from + (total - 1) * stride}`;
    fail(`${index} is ${task}; with ${total} shards it must be from ${range}: number the tasks of the array so`);
  }
  return { index: place + 1, count: total };
}

/** The rows of a shard, and where its part is written. */
export interface ShardTask extends Shard {
  readonly path: string;
  rangeOf(all: RowRange): RowRange;
  /** What there is to say when the part is written. */
  doneText(range: RowRange): string;
}

/** With the part where --checkpoint says: in a folder, or in the working directory, by its own name. */
export async function shardTask(option: ShardOption, checkpoint: string | undefined): Promise<ShardTask> {
  const { index, count } = shardOf(option);
  const name = `part-${String(index).padStart(String(count).length, "0")}-of-${count}.json`;
  const isFolder = checkpoint !== undefined && (await stat(checkpoint).catch(() => undefined))?.isDirectory();
  const path = isFolder ? join(checkpoint, name) : (checkpoint ?? name);
  const rowsText = ({ start, end }: RowRange) =>
    start < end
      ? `rows ${formatCount(start)} to ${formatCount(end - 1)}`
      : "no rows, for there are more shards than rows";
  return {
    ...{ index, count, path },
    doneText: (range) =>
      printableLines(
        `${path} has shard ${index} of ${count}: ${rowsText(range)}\nlogratio merge makes the report of all\n`,
      ),
    rangeOf: (all) => shardRange(all, index - 1, count),
  };
}
