// logratio top: a file of logits in, a list of the likeliest of each row out.

import { widen } from "../compare/half.js";
import { type LogitSource, openTokens } from "../compare/index.js";
import { writeWhole } from "../compare/outputFile.js";
import { topK } from "../sparse/index.js";
import { type Io, say } from "./io.js";
import { formatCount } from "./numbers.js";
import type { FileOptions } from "./options.js";
import { outputsOf } from "./output.js";
import { Progress } from "./progress.js";
import { closeAll, openSources } from "./sources.js";

export interface TopCommand extends FileOptions {
  readonly file: string;
  readonly topLogprobs: number;
  readonly out: string;
  readonly tokens?: string;
  readonly temperature?: number;
}

export async function top(command: TopCommand, io: Io): Promise<void> {
  const { file, out, tokens: tokensPath, topLogprobs, rows } = command;
  const { "--out": output } = await outputsOf({ file, "--tokens": tokensPath }, { "--out": out }, io);
  const sources = await openSources([file], command);
  try {
    const [source] = sources;
    const all = source.rows as number;
    const { start = 0, end = all } = rows ?? {};
    if (start >= end) throw new RangeError(`--rows begins at ${start}, ${file} ends after ${all} rows`);
    if (topLogprobs > source.classes) {
      throw new RangeError(`--top-logprobs is ${topLogprobs}, ${file} has ${source.classes} classes`);
    }
    const tokens = tokensPath === undefined ? undefined : await openTokens(tokensPath);
    if (tokens !== undefined && tokens.length !== all) {
      throw new RangeError(`${tokensPath} has ${tokens.length} tokens, ${file} ${all} rows`);
    }
    const lines = linesOf(source, { ...command, start, end, tokens }, io);
    if (output?.isFile) {
      await writeWhole(out, async (to) => {
        for await (const text of lines) await to.write(text);
      });
    } else for await (const text of lines) await output?.write(text);
    if (!output?.isStandard) say(io, `${formatCount(end - start)} lists are in ${out}`);
  } finally {
    await closeAll(sources);
  }
}

interface Settings {
  readonly topLogprobs: number;
  readonly temperature?: number;
  readonly start: number;
  readonly end: number;
  readonly tokens: Int32Array | undefined;
}

/** The lines of a batch of rows at a time. */
async function* linesOf(
  source: LogitSource,
  { topLogprobs, temperature = 1, start, end, tokens }: Settings,
  io: Io,
): AsyncGenerator<string> {
  const { classes } = source;
  const progress = await Progress.start(io, end - start, 0);
  let row = start;
  try {
    for await (const batch of source.read({ start, end })) {
      const numbers = widen(batch);
      let text = "";
      for (let at = 0; at < numbers.length; at += classes, row++) {
        const list = topOf(numbers.subarray(at, at + classes), source, row, topLogprobs, temperature);
        const token = tokens === undefined || tokens[row] < 0 ? {} : { token: tokens[row] };
        text += `${JSON.stringify({ record: 0, ...token, ...list.toJSON() })}\n`;
      }
      progress.update(row - start);
      yield text;
    }
  } finally {
    progress.stop();
  }
}

function topOf(row: Float32Array | Float64Array, source: LogitSource, index: number, k: number, temperature: number) {
  try {
    return topK(row, k, { temperature });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const column = Number(/logits\[(\d+)\]/.exec(error.message)?.[1] ?? 0);
    throw new RangeError(`${source.name}: ${source.placeOf(index, column)}: ${error.message.replace(/^topK: /, "")}`);
  }
}
