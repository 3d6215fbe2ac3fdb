// logratio entropy: a file of distributions in, a summary of their entropies out.

import { widen } from "../compare/half.js";
import type { LogitSource, Statistics } from "../compare/index.js";
import { Moments } from "../compare/moments.js";
import { looksLikeProbabilities, problemOf, wordsOf } from "../compare/rowChecks.js";
import { createEngine, entropy as entropyOf, type InputKind } from "../index.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { Exit, type Io, say } from "./io.js";
import { jsonOf } from "./jsonText.js";
import { formatCount } from "./numbers.js";
import { checkTemperature, type FileOptions } from "./options.js";
import { outputsOf, writeAll } from "./output.js";
import { printable } from "./printable.js";
import { Progress } from "./progress.js";
import { closeAll, openSources, trimmed } from "./sources.js";
import { statisticsTable, warningOf } from "./tables.js";
import { tableText, wrap } from "./text.js";

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
  const { file, input, temperature, base = Math.E, rows } = command;
  const { "--json": json } = await outputsOf({ file }, { "--json": command.json }, io);
  checkTemperature(temperature, [input]);
  const sources = await openSources([file], command);
  try {
    const [source] = sources;
    for (const note of trimmed(sources).notes) say(io, note);
    if (input === "probabilities" && source.input === "logProbabilities") {
      throw new RangeError(`--input is probabilities, but ${file} has log-probabilities`);
    }
    const all = source.rows as number;
    const { start = 0, end = all } = rows ?? {};
    if (start >= end) throw new RangeError(`--rows begins at ${start}, ${file} ends after ${all} rows`);
    const found = await summarise(source, { start, end, input, temperature, base }, io);
    const { statistics, probabilityRows } = found;
    const warning = probabilityRows === 0 ? undefined : warningOf(probabilityRows, file);
    if (warning !== undefined) say(io, warning);
    const content = { format: "logratio entropies", version: 1, file, classes: source.classes, start, end, input };
    await writeAll(
      io,
      [[json, () => jsonOf({ ...content, temperature: temperature ?? 1, base, probabilityRows, entropy: statistics })]],
      () => textOf(command, source.classes, start, end, statistics, warning),
    );
  } finally {
    await closeAll(sources);
  }
}

interface Settings {
  readonly start: number;
  readonly end: number;
  readonly input: InputKind;
  readonly temperature?: number;
  readonly base: number;
}

async function summarise(
  source: LogitSource,
  settings: Settings,
  io: Io,
): Promise<{ statistics: Statistics; probabilityRows: number }> {
  const { start, end, input, base, temperature } = settings;
  const { classes } = source;
  const options = { input, base, ...(temperature !== undefined && { temperature }), rowLength: classes };
  const engine = await createEngine({ threads: "auto" });
  const moments = new Moments(VALUES);
  const progress = new Progress(io, end - start, 0);
  let row = start;
  let probabilityRows = 0;
  try {
    await interruptible(async (signal) => {
      for await (const batch of source.read({ start, end })) {
        const numbers = widen(batch);
        const entropies = await entropyOf.rows.async(numbers, { ...options, engine, signal }).catch((error) => {
          signal.throwIfAborted();
          throw placed(error, source, row, numbers, input);
        });
        for (const [r, value] of entropies.entries()) {
          moments.add(value);
          if (input === "logits" && looksLikeProbabilities(numbers, r * classes, classes)) probabilityRows++;
        }
        row += entropies.length;
        progress.update(row - start);
      }
    });
  } catch (error) {
    progress.stop();
    if (!(error instanceof Interrupted)) throw error;
    say(io, `interrupted after ${row - start} of ${end - start} rows`);
    throw new Exit(error.exitCode);
  } finally {
    progress.stop();
    engine.dispose();
  }
  return { statistics: moments.statistics, probabilityRows };
}

/** An error of a batch whose first row is `first`, with the place in the file. */
function placed(error: Error, source: LogitSource, first: number, numbers: ArrayLike<number>, kind: InputKind): Error {
  const { name, classes } = source;
  for (let row = first, at = 0; at < numbers.length; row++, at += classes) {
    const problem = problemOf(kind, numbers, at, classes);
    if (problem === undefined) continue;
    const place = source.placeOf(row, problem.column);
    return new RangeError(wordsOf(problem, kind, name, row, place), { cause: error });
  }
  return error;
}

function textOf(
  { file, base }: EntropyCommand,
  classes: number,
  start: number,
  end: number,
  entropy: Statistics,
  warning: string | undefined,
): string {
  const unit = base === undefined ? "nats" : base === 2 ? "bits" : `units of ln ${base} nats`;
  const rows = `${formatCount(start)} to ${formatCount(end - 1)}: ${formatCount(entropy.count)} of ${formatCount(classes)} classes`;
  const subject = `${"file".padEnd(12)}${printable(file)}\n${"rows".padEnd(12)}${rows}`;
  const table = tableText(statisticsTable(`Entropy, ${unit} a row`, [["H", entropy]]));
  return `${[subject, ...(warning === undefined ? [] : [wrap(printable(warning)).join("\n")]), table].join("\n\n")}\n`;
}
