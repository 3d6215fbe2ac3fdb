// logratio compare: two files in, the report out.

import { type CompareOptions, compareLogits, type LogitSource, openTokens, Summary } from "../compare/index.js";
import type { InputKind } from "../index.js";
import { Charts } from "./charts.js";
import { Checkpoint, identityOf } from "./checkpoint.js";
import type { Comparison } from "./comparison.js";
import { pageOf } from "./html.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { Exit, type Io, say } from "./io.js";
import { checkTemperature, checkTimes, type FileOptions, openOptionsOf } from "./options.js";
import { jsonOf, outputsOf, writeAll } from "./output.js";
import { Progress } from "./progress.js";
import { textOf } from "./report.js";
import { closeAll, openSources } from "./sources.js";
import { warningsOf } from "./tables.js";

export interface CompareCommand extends FileOptions {
  readonly base: string;
  readonly other: string;
  readonly tokens?: string;
  /** Of both, or of base and of other. */
  readonly input?: readonly InputKind[];
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
  const { base, other, tokens, json, html, checkpoint, maxMeanKl } = command;
  const outputs = await outputsOf(
    { base, other, "--tokens": tokens },
    { "--json": json, "--html": html, "--checkpoint": checkpoint },
    io,
  );
  if (outputs["--checkpoint"]?.isFile === false) {
    throw new RangeError(`--checkpoint ${checkpoint} is no regular file; the next run is to read it`);
  }
  const comparison = await run(command, io);
  for (const warning of warningsOf(comparison)) say(io, warning);
  await writeAll(
    io,
    [
      [outputs["--json"], () => jsonOf({ format: "logratio comparison", ...contentOf(comparison) })],
      [outputs["--html"], () => pageOf(comparison, version)],
    ],
    () => textOf(comparison),
  );
  const { mean } = comparison.report.kl;
  if (maxMeanKl !== undefined && !(mean <= maxMeanKl)) {
    say(io, `the mean KL, ${mean}, exceeds --max-mean-kl ${maxMeanKl}`);
    throw new Exit(1);
  }
}

/** As docs/compare.md has it. */
function contentOf({ base, other, tokens, classes, input, start, end, report }: Comparison): object {
  const { version, rows, tokens: observed, ...rest } = report;
  return { version, base, other, tokensFile: tokens, classes, input, start, end, rows, tokens: observed, ...rest };
}

async function run(command: CompareCommand, io: Io): Promise<Comparison> {
  const sources = await openSources([command.base, command.other], command);
  try {
    return await compareSources(command, sources, io);
  } finally {
    await closeAll(sources);
  }
}

async function compareSources(command: CompareCommand, sources: readonly LogitSource[], io: Io): Promise<Comparison> {
  const { base: basePath, other: otherPath, tokens: tokensPath, threads } = command;
  const [base, other] = sources;
  const [baseInput = "logits", otherInput = baseInput] = command.input ?? [];
  const input = [baseInput, otherInput] as const;
  checkTimes("input", command.input, sources);
  checkTemperature(command.temperature, input);
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
    options: { ...openOptions(command), input, start, end, temperature, topK },
  });
  const { summary = new Summary({ temperature, topK }), charts = new Charts() } = checkpoint.progress ?? {};
  let next = checkpoint.progress?.next ?? start;
  if (next < end) {
    const progress = new Progress(io, end - start, next - start);
    const options: CompareOptions = {
      tokens,
      input,
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
      say(io, `interrupted after ${next - start} of ${end - start} rows; ${checkpoint.advice}`);
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
    input,
    start,
    end,
    report: summary.report(),
    charts,
  };
}

const openOptions = (command: CompareCommand) => ({
  base: openOptionsOf(command, 0),
  other: openOptionsOf(command, 1),
});
