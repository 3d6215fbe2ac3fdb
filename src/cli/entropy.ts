// logratio entropy: a file of distributions in, a summary of their entropies out.

import { widen } from "../compare/half.js";
import { type LogitSource, openLogits, type Statistics } from "../compare/index.js";
import { Moments } from "../compare/moments.js";
import { createEngine, entropy as entropyOf, type InputKind } from "../index.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { Exit, type Io } from "./io.js";
import { formatCount } from "./numbers.js";
import { type FileOptions, openOptionsOf } from "./options.js";
import { checkWritable, jsonOf, writeText } from "./output.js";
import { Progress } from "./progress.js";
import { statisticsTable } from "./tables.js";
import { tableText } from "./text.js";

export interface EntropyCommand extends FileOptions {
  readonly file: string;
  readonly input: InputKind;
  readonly temperature?: number;
  readonly base?: number;
  readonly json?: string;
}

/** Entropies that are kept for exact quantiles. */
const VALUES = 2 ** 18;

export async function entropy(command: EntropyCommand, io: Io): Promise<void> {
  const { file, input, temperature, base = Math.E, json, rows } = command;
  if (json !== undefined) await checkWritable(json);
  const source = await openLogits(file, openOptionsOf(command, 0));
  try {
    const all = source.rows as number;
    const { start = 0, end = all } = rows ?? {};
    if (start >= end) throw new RangeError(`--rows begins at ${start}, ${file} ends after ${all} rows`);
    const statistics = await summarise(source, { start, end, input, temperature, base }, io);
    const content = { format: "logratio entropies", version: 1, file, classes: source.classes, start, end, input };
    const text = jsonOf({ ...content, temperature: temperature ?? 1, base, entropy: statistics });
    if (json !== undefined && json !== "-") await writeText(json, text);
    io.stdout.write(json === "-" ? text : textOf(command, source.classes, start, end, statistics));
  } finally {
    await source.close();
  }
}

interface Settings {
  readonly start: number;
  readonly end: number;
  readonly input: InputKind;
  readonly temperature?: number;
  readonly base: number;
}

async function summarise(source: LogitSource, settings: Settings, io: Io): Promise<Statistics> {
  const { start, end, input, base, temperature } = settings;
  const options = { input, base, ...(temperature !== undefined && { temperature }) };
  const engine = await createEngine({ threads: "auto" });
  const moments = new Moments(VALUES);
  const progress = new Progress(io, end - start, 0);
  let row = start;
  try {
    await interruptible(async (signal) => {
      for await (const batch of source.read({ start, end })) {
        const numbers = widen(batch);
        const rowOptions = { ...options, rowLength: source.classes };
        const entropies = await entropyOf.rows.async(numbers, { ...rowOptions, engine, signal }).catch((error) => {
          signal.throwIfAborted();
          throw placed(error, source, row, (r) => {
            entropyOf.rows(numbers.subarray(r * source.classes, (r + 1) * source.classes), rowOptions);
          });
        });
        for (const value of entropies) moments.add(value);
        row += entropies.length;
        progress.update(row - start);
      }
    });
  } catch (error) {
    progress.stop();
    if (!(error instanceof Interrupted)) throw error;
    io.stderr.write(`logratio: interrupted after ${row - start} of ${end - start} rows\n`);
    throw new Exit(error.exitCode);
  } finally {
    progress.stop();
    engine.dispose();
  }
  return moments.statistics;
}

/** An error of a batch whose first row is `first`, with the place in the file: of the first row that `again` fails on. */
function placed(error: Error, source: LogitSource, first: number, again: (r: number) => void): Error {
  for (let r = 0; first + r < (source.rows as number); r++) {
    try {
      again(r);
    } catch (cause) {
      const { message } = cause as Error;
      const column = message.match(/\[(\d+)\]/)?.[1];
      const place = column === undefined ? `row ${first + r}` : source.placeOf(first + r, Number(column));
      return new RangeError(`${source.name}: ${place}: ${message}`, { cause });
    }
  }
  return error;
}

function textOf({ file, base }: EntropyCommand, classes: number, start: number, end: number, entropy: Statistics) {
  const unit = base === undefined ? "nats" : base === 2 ? "bits" : `units of ln ${base} nats`;
  const rows = `${formatCount(start)} to ${formatCount(end - 1)}: ${formatCount(entropy.count)} of ${formatCount(classes)} classes`;
  const table = statisticsTable(`Entropy, ${unit} a row`, [["H", entropy]]);
  return `${"file".padEnd(12)}${file}\n${"rows".padEnd(12)}${rows}\n\n${tableText(table)}\n`;
}
