// logratio entropy: a file of distributions in, a summary of their entropies out; or of a shard, its part.

import type { Statistics } from "../compare/index.js";
import { shownPlace } from "../compare/urlRequest.js";
import type { InputKind } from "../index.js";
import { addEntropies, ENTROPIES, type EntropyOptions, type EntropyResults } from "../shards/entropies.js";
import { identityOf } from "../shards/identity.js";
import type { Inputs, Subject } from "../shards/kind.js";
import { PartFile } from "../shards/partFile.js";
import { trimmed } from "../shards/trimmed.js";
import { VERSION } from "../shards/version.js";
import { checkShardOptions } from "./compare.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { Exit, type Io, print, say } from "./io.js";
import { jsonOf } from "./jsonText.js";
import { formatCount } from "./numbers.js";
import { checkTemperature, type FileOptions, openOptionsOf } from "./options.js";
import { type Output, outputsOf, writeAll } from "./output.js";
import { printable } from "./printable.js";
import { Progress } from "./progress.js";
import { type ShardOption, shardTask } from "./shard.js";
import { closeAll, openSources } from "./sources.js";
import { statisticsTable, warningOf } from "./tables.js";
import { tableText, wrap } from "./text.js";

export interface EntropyCommand extends FileOptions {
  readonly file: string;
  readonly input: InputKind;
  readonly temperature?: number;
  readonly base?: number;
  readonly json?: string;
  readonly checkpoint?: string;
  readonly shard?: ShardOption;
}

export async function entropy(command: EntropyCommand, io: Io): Promise<void> {
  const { file, input, temperature, base = Math.E, rows } = command;
  const name = shownPlace(file);
  const task = command.shard && (await shardTask(command.shard, command.checkpoint));
  const path = task?.path ?? command.checkpoint;
  if (file === "-" && path !== undefined) {
    throw new RangeError("a part is of files that stay; standard input is gone when the next run begins");
  }
  if (task !== undefined) checkShardOptions(command, ["json"]);
  const outputs = await outputsOf({ file }, { "--json": command.json, "--checkpoint": path }, io);
  if (outputs["--checkpoint"]?.isFile === false) {
    throw new RangeError(`--checkpoint ${path} is no regular file; the next run is to read it`);
  }
  checkTemperature(temperature, [input]);
  const sources = await openSources([file], command);
  try {
    const [source] = sources;
    for (const note of trimmed(sources).notes) say(io, note);
    if (input === "probabilities" && source.input === "logProbabilities") {
      throw new RangeError(`--input is probabilities, but ${name} has log-probabilities`);
    }
    const all = source.rows as number;
    const { start = 0, end = all } = rows ?? {};
    if (start >= end) throw new RangeError(`--rows begins at ${start}, ${name} ends after ${all} rows`);
    const open = openOptionsOf(command, 0);
    const options: EntropyOptions = { open, input, start, end, temperature: temperature ?? 1, base };
    const inputs: Inputs = path === undefined ? {} : { file: await identityOf(file, [all, source.classes]) };
    const subject: Subject<EntropyOptions> = { command: ENTROPIES.name, logratio: VERSION, inputs, options };
    const range = task?.rangeOf(options) ?? options;
    const part = await PartFile.open(path, ENTROPIES, subject, range);
    const results = part.progress?.results ?? ENTROPIES.empty(options);
    let next = part.progress?.next ?? range.start;
    const progress = await Progress.start(io, range.end - range.start, next - range.start);
    try {
      await interruptible((signal) =>
        addEntropies(source, { start: next, end: range.end }, options, results, {
          signal,
          onRows(row) {
            next = row;
            progress.update(next - range.start);
            part.offer(() => ({ next, results }));
          },
        }),
      );
    } catch (error) {
      progress.stop();
      if (!(error instanceof Interrupted)) throw error;
      await part.write({ next, results });
      const advice = path === undefined ? "" : `; ${part.advice}`;
      say(io, `interrupted after ${next - range.start} of ${range.end - range.start} rows${advice}`);
      throw new Exit(error.exitCode);
    } finally {
      progress.stop();
      await part.settled();
    }
    await part.write({ next, results });
    if (task !== undefined) await print(io, task.doneText(range));
    else await writeEntropies(name, source.classes, options, results, outputs["--json"], io);
  } finally {
    await closeAll(sources);
  }
}

/** The report of all rows. */
export async function writeEntropies(
  file: string,
  classes: number,
  { start, end, input, temperature, base }: EntropyOptions,
  { moments, probabilityRows }: EntropyResults,
  json: Output | undefined,
  io: Io,
): Promise<void> {
  const { statistics } = moments;
  const warning = probabilityRows === 0 ? undefined : warningOf(probabilityRows, file);
  if (warning !== undefined) say(io, warning);
  const content = { format: "logratio entropies", version: 1, file, classes, start, end, input };
  await writeAll(
    io,
    [[json, () => jsonOf({ ...content, temperature, base, probabilityRows, entropy: statistics })]],
    () => textOf(file, base, classes, start, end, statistics, warning),
  );
}

function textOf(
  file: string,
  base: number,
  classes: number,
  start: number,
  end: number,
  entropy: Statistics,
  warning: string | undefined,
): string {
  const unit = base === Math.E ? "nats" : base === 2 ? "bits" : `units of ln ${base} nats`;
  const rows = `${formatCount(start)} to ${formatCount(end - 1)}: ${formatCount(entropy.count)} of ${formatCount(classes)} classes`;
  const subject = `${"file".padEnd(12)}${printable(file)}\n${"rows".padEnd(12)}${rows}`;
  const table = tableText(statisticsTable(`Entropy, ${unit} a row`, [["H", entropy]]));
  return `${[subject, ...(warning === undefined ? [] : [wrap(printable(warning)).join("\n")]), table].join("\n\n")}\n`;
}
