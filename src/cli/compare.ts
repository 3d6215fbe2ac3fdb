// logratio compare: a base and its candidates in, the report out; or of a shard, its part.

import type { InputKind } from "../index.js";
import { COMPARISON, compareRange, namedFiles, type Prepared, prepare, subjectOf } from "../shards/comparison.js";
import { PartFile } from "../shards/partFile.js";
import { type Comparison, candidatesOf, comparisonOf } from "./comparison.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { Exit, type Io, print, say } from "./io.js";
import { type Model, modelsOf } from "./models.js";
import { checkTemperature, checkTimes, type FileOptions, openOptionsOf, optionOf, valueFor } from "./options.js";
import { outputsOf, type WritePart } from "./output.js";
import { Progress } from "./progress.js";
import { checkQueued, compareQueued } from "./queue.js";
import { gatesOf, type ReportsOptions, reportPaths, writeReports } from "./reports.js";
import { checkRowsOut, RowsOut } from "./rowsOut.js";
import { type ShardOption, type ShardTask, shardTask } from "./shard.js";
import { closeAll, openSources } from "./sources.js";

export interface CompareCommand extends FileOptions, ReportsOptions {
  readonly base: string;
  readonly others: readonly string[];
  readonly tokens?: string;
  readonly groups?: string;
  readonly vocabulary?: string;
  /** Of all, of base and of all others, or of each. */
  readonly input?: readonly InputKind[];
  readonly temperature?: number;
  readonly topK?: number;
  /** The first so many of each row. */
  readonly classes?: number;
  readonly blockRows?: number;
  readonly acceptance?: boolean;
  readonly noiseFloor?: boolean;
  readonly threads?: number | "auto";
  readonly rowsOut?: string;
  readonly checkpoint?: string;
  readonly shard?: ShardOption;
  readonly redis?: string;
  readonly shards?: number;
}

/** Options of a report, which a shard has none of. */
const OF_REPORTS = [
  ...(["json", "html", "markdown", "csv", "failIf", "maxMeanKl"] as const),
  ...(["label", "size", "model", "bits", "pair"] as const),
];

/** @throws Exit with 1 where a condition fails it, with 130 where it was interrupted; other errors are of the input. */
export async function compare(command: CompareCommand, version: string, io: Io): Promise<void> {
  const { base, others, tokens, rowsOut } = command;
  checkRowsOut(rowsOut);
  const task = command.shard && (await shardTask(command.shard, command.checkpoint));
  const partPath = task?.path ?? command.checkpoint;
  const partOption = task === undefined ? "--checkpoint" : "--shard";
  if (command.shards !== undefined && command.redis === undefined) {
    throw new RangeError("--shards is of a queue (--redis); a part of the rows is --shard 1/8");
  }
  if (command.redis !== undefined) checkQueued(command);
  const fromStandard = [base, ...others, tokens].filter((path) => path === "-").length;
  if (fromStandard > 1) throw new RangeError('"-" is standard input, which can be read once');
  if (fromStandard > 0 && (partPath ?? command.redis) !== undefined) {
    throw new RangeError(
      `${command.redis === undefined ? partOption : "--redis"} is of files that stay; standard input is gone when the next run begins`,
    );
  }
  if (rowsOut !== undefined && partPath !== undefined) {
    throw new RangeError(
      `--rows-out and ${partOption} do not go together: rows that were done before do not come again`,
    );
  }
  if (task !== undefined) checkShardOptions(command, OF_REPORTS);
  if (command.vocabulary !== undefined && (task !== undefined || command.redis !== undefined)) {
    const option = task === undefined ? "--redis" : "--shard";
    throw new RangeError(`--vocabulary tells the text of one run; with ${option}, leave it out`);
  }
  const outputs = await outputsOf(
    namedPaths(command),
    { ...reportPaths(command), "--rows-out": rowsOut, "--checkpoint": partPath },
    io,
  );
  if (outputs["--checkpoint"]?.isFile === false) {
    throw new RangeError(`--checkpoint ${partPath} is no regular file; the next run is to read it`);
  }
  const models = await modelsOf([base, ...others], command);
  const gates = gatesOf(command, models, "logits");
  const rows = outputs["--rows-out"];
  const run = (write?: WritePart) => compareFiles(command, models, task, io, write);
  const comparison = rows === undefined ? await run() : await rows.writeParts(run);
  if (comparison !== undefined) await writeReports(comparison, gates, outputs, version, io);
}

/** Throws for what is asked of a shard, and is of all rows. */
export function checkShardOptions<Command extends object>(command: Command, keys: readonly (keyof Command)[]): void {
  const given = keys.find((key) => command[key] !== undefined);
  if (given === undefined) return;
  throw new RangeError(`${optionOf(String(given))} is of all rows, not of a shard; give it to logratio merge`);
}

function namedPaths(command: CompareCommand): Record<string, string | undefined> {
  const { tokens, groups, ...models } = namedFiles(command);
  return { ...models, "--tokens": tokens, "--groups": groups, "--vocabulary": command.vocabulary };
}

async function compareFiles(
  command: CompareCommand,
  models: readonly Model[],
  task: ShardTask | undefined,
  io: Io,
  write: WritePart | undefined,
): Promise<Comparison | undefined> {
  const sources = await openSources([command.base, ...command.others], command);
  try {
    checkTimes("input", command.input, sources);
    const input = sources.map((_, side) => valueFor(command.input, side) ?? "logits");
    checkTemperature(command.temperature, input);
    const { start, end } = command.rows ?? {};
    const { classes, temperature, topK, blockRows, acceptance, noiseFloor } = command;
    const settings = {
      open: sources.map((_, side) => openOptionsOf(command, side)),
      ...{ input, classes, start, end, temperature, topK, blockRows, acceptance, noiseFloor },
      texts: command.vocabulary !== undefined,
    };
    const prepared = await prepare(command, sources, settings, (option, value) => `${optionOf(option)} ${value}`);
    for (const note of prepared.notes) say(io, note);
    return await compareRows(command, models, prepared, task, io, write);
  } finally {
    await closeAll(sources);
  }
}

/** The comparison, or nothing where this is a shard, whose part is written. */
async function compareRows(
  command: CompareCommand,
  models: readonly Model[],
  prepared: Prepared,
  task: ShardTask | undefined,
  io: Io,
  write: WritePart | undefined,
): Promise<Comparison | undefined> {
  const { options, files } = prepared;
  const candidates = candidatesOf(models, options.floors, command);
  const { vocabulary: named } = command;
  const vocabulary =
    named === undefined
      ? undefined
      : await import("./vocabulary.js").then(({ readVocabulary }) => readVocabulary(named, options.classes));
  if (command.redis !== undefined) {
    const subject = await subjectOf(prepared, true);
    const results = await compareQueued(subject, command.redis, command.shards, io);
    return comparisonOf(models, files, options, results, command);
  }
  const range = task?.rangeOf(options) ?? options;
  const path = task?.path ?? command.checkpoint;
  const subject = await subjectOf(prepared, path !== undefined);
  const part = await PartFile.open(path, COMPARISON, subject, range);
  const { start, end } = range;
  const results = part.progress?.results ?? COMPARISON.empty(options);
  let next = part.progress?.next ?? start;
  if (next < end || part.progress === undefined) {
    const labels = candidates.map(({ label }) => label);
    const rowsOut = write && new RowsOut(command.rowsOut as string, labels, end - start, write);
    const progress = await Progress.start(io, end - start, next - start);
    try {
      await interruptible((signal) =>
        compareRange(prepared, { start: next, end }, results, {
          ...{ threads: command.threads, signal },
          onRows(first, rows) {
            next = first + rows[0].count;
            rowsOut?.add(first, rows);
            progress.update(next - start);
            part.offer(() => ({ next, results }));
          },
        }),
      );
      await rowsOut?.end();
    } catch (error) {
      progress.stop();
      if (!(error instanceof Interrupted)) throw error;
      await part.write({ next, results });
      say(io, `interrupted after ${next - start} of ${end - start} rows; ${part.advice}`);
      throw new Exit(error.exitCode);
    } finally {
      progress.stop();
      await part.settled();
    }
    await part.write({ next, results });
  }
  if (task === undefined) return comparisonOf(models, files, options, results, command, vocabulary);
  await print(io, task.doneText(range));
  return undefined;
}
