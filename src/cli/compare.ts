// logratio compare: two files in, the report out.

import { type CompareOptions, compareLogits, openLogits, openTokens, Summary } from "../compare/index.js";
import { Charts } from "./charts.js";
import { Checkpoint, identityOf } from "./checkpoint.js";
import type { Comparison } from "./comparison.js";
import { pageOf } from "./html.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { Exit, type Io } from "./io.js";
import { type FileOptions, openOptionsOf } from "./options.js";
import { checkWritable, jsonOf, writeText } from "./output.js";
import { Progress } from "./progress.js";
import { textOf } from "./report.js";

export interface CompareCommand extends FileOptions {
  readonly base: string;
  readonly other: string;
  readonly tokens?: string;
  readonly temperature?: number;
  readonly topK?: number;
  readonly threads?: number | "auto";
  readonly json?: string;
  readonly html?: string;
  readonly maxMeanKl?: number;
  readonly checkpoint?: string;
}

/** @throws Exit with 1 where the mean KL exceeds what it may be, with 130 where it was interrupted; other errors are of the input. */
export async function compare(command: CompareCommand, version: string, io: Io): Promise<void> {
  const { json, html, maxMeanKl, checkpoint } = command;
  for (const path of [json, html, checkpoint]) if (path !== undefined) await checkWritable(path);
  const comparison = await run(command, io);
  const { kl } = comparison.report;
  const text = jsonOf({ format: "logratio comparison", ...contentOf(comparison) });
  if (json !== undefined && json !== "-") await writeText(json, text);
  if (html !== undefined) await writeText(html, pageOf(comparison, version));
  io.stdout.write(json === "-" ? text : textOf(comparison));
  if (maxMeanKl !== undefined && !(kl.mean <= maxMeanKl)) {
    io.stderr.write(`logratio: the mean KL, ${kl.mean}, exceeds --max-mean-kl ${maxMeanKl}\n`);
    throw new Exit(1);
  }
}

/** As docs/compare.md has it. */
function contentOf({ base, other, tokens, classes, start, end, report }: Comparison): object {
  const { version, rows, tokens: observed, ...rest } = report;
  return { version, base, other, tokensFile: tokens, classes, start, end, rows, tokens: observed, ...rest };
}

async function run(command: CompareCommand, io: Io): Promise<Comparison> {
  const { base: basePath, other: otherPath, tokens: tokensPath, threads } = command;
  const base = await openLogits(basePath, openOptionsOf(command, 0));
  const other = await openLogits(otherPath, openOptionsOf(command, 1)).catch(async (error) => {
    await base.close();
    throw error;
  });
  try {
    const all = base.rows as number;
    const tokens = tokensPath === undefined ? undefined : await openTokens(tokensPath);
    if (tokens !== undefined && tokens.length !== all) {
      throw new RangeError(`${tokensPath} has ${tokens.length} tokens, ${basePath} ${all} rows`);
    }
    const { start = 0, end = all } = command.rows ?? {};
    if (start >= end) throw new RangeError(`--rows begins at ${start}, ${basePath} ends after ${all} rows`);
    const { temperature = 1, topK = 10 } = command;
    const checkpoint = await Checkpoint.open(command.checkpoint, {
      inputs: await identityOf({ base: basePath, other: otherPath, tokens: tokensPath }),
      options: { ...openOptions(command), start, end, temperature, topK },
    });
    const { summary = new Summary({ temperature, topK }), charts = new Charts() } = checkpoint.progress ?? {};
    let next = checkpoint.progress?.next ?? start;
    if (next < end) {
      const progress = new Progress(io, end - start, next - start);
      const options: CompareOptions = {
        tokens,
        temperature,
        topK,
        threads,
        start: next,
        // a range that is not asked for is checked to be all there is
        ...(command.rows?.end !== undefined && { end }),
        summary,
        onRows(first, rows) {
          next = first + rows.count;
          charts.add(first, rows);
          progress.update(next - start);
          checkpoint.offer(() => ({ next, summary, charts }));
        },
      };
      try {
        await interruptible((signal) => compareLogits(base, other, { ...options, signal }));
      } catch (error) {
        progress.stop();
        if (!(error instanceof Interrupted)) throw error;
        await checkpoint.write({ next, summary, charts });
        io.stderr.write(`logratio: interrupted after ${next - start} of ${end - start} rows; ${checkpoint.advice}\n`);
        throw new Exit(error.exitCode);
      } finally {
        progress.stop();
        await checkpoint.settled();
      }
      await checkpoint.write({ next, summary, charts });
    }
    return {
      base: basePath,
      other: otherPath,
      tokens: tokensPath ?? null,
      classes: base.classes,
      start,
      end,
      report: summary.report(),
      charts,
    };
  } finally {
    await Promise.all([base.close(), other.close()]);
  }
}

const openOptions = (command: CompareCommand) => ({
  base: openOptionsOf(command, 0),
  other: openOptionsOf(command, 1),
});
