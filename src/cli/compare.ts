// logratio compare: a base and its candidates in, the report out.

import { type CompareManyOptions, compareLogits, type LogitSource, openTokens, Summary } from "../compare/index.js";
import type { InputKind } from "../index.js";
import { Charts } from "./charts.js";
import { Checkpoint, type Results } from "./checkpoint.js";
import { type Candidate, type Comparison, neighboursOf, type Pair, pairOf, rankingOf } from "./comparison.js";
import { checkGates, failureOf, gateOfMean, resultsOf } from "./comparisonGates.js";
import { floorsOf, roundedSource } from "./floor.js";
import type { Gate } from "./gates.js";
import { readGroups } from "./groups.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { Exit, type Io, say } from "./io.js";
import { contentOf } from "./json.js";
import { jsonOf } from "./jsonText.js";
import { candidateOf, type Model, type ModelOptions, modelsOf } from "./models.js";
import { checkTemperature, checkTimes, type FileOptions, openOptionsOf, valueFor } from "./options.js";
import { outputsOf, type WritePart, writeAll } from "./output.js";
import { Progress } from "./progress.js";
import { csvOf, markdownOf, textOf } from "./report.js";
import { checkRowsOut, RowsOut } from "./rowsOut.js";
import { closeAll, openSources, trimmed } from "./sources.js";
import { warningsOf } from "./tables.js";

export interface CompareCommand extends FileOptions, ModelOptions {
  readonly base: string;
  readonly others: readonly string[];
  readonly tokens?: string;
  readonly groups?: string;
  /** Of all, of base and of all others, or of each. */
  readonly input?: readonly InputKind[];
  readonly classes?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly blockRows?: number;
  readonly acceptance?: boolean;
  readonly noiseFloor?: boolean;
  readonly pair?: readonly (readonly [first: string, second: string])[];
  readonly threads?: number | "auto";
  readonly json?: string;
  readonly html?: string;
  readonly markdown?: string;
  readonly csv?: string;
  readonly rowsOut?: string;
  readonly failIf?: readonly Gate[];
  readonly maxMeanKl?: number;
  readonly checkpoint?: string;
}

/** @throws Exit with 1 where a condition fails it, with 130 where it was interrupted; other errors are of the input. */
export async function compare(command: CompareCommand, version: string, io: Io): Promise<void> {
  const { base, others, tokens, groups, json, html, markdown, csv, rowsOut, checkpoint, maxMeanKl } = command;
  checkRowsOut(rowsOut);
  const fromStandard = [base, ...others, tokens].filter((path) => path === "-").length;
  if (fromStandard > 1) throw new RangeError('"-" is standard input, which can be read once');
  if (fromStandard > 0 && checkpoint !== undefined) {
    throw new RangeError("--checkpoint is of files that stay; standard input is gone when the next run begins");
  }
  if (rowsOut !== undefined && checkpoint !== undefined) {
    throw new RangeError(
      "--rows-out and --checkpoint do not go together: rows that were done before do not come again",
    );
  }
  const candidates = others.map((path, i): [string, string] => [
    others.length === 1 ? "other" : `other ${i + 1}`,
    path,
  ]);
  const outputs = await outputsOf(
    { base, ...Object.fromEntries(candidates), "--tokens": tokens, "--groups": groups },
    {
      ...{ "--json": json, "--html": html, "--markdown": markdown, "--csv": csv },
      ...{ "--rows-out": rowsOut, "--checkpoint": checkpoint },
    },
    io,
  );
  if (outputs["--checkpoint"]?.isFile === false) {
    throw new RangeError(`--checkpoint ${checkpoint} is no regular file; the next run is to read it`);
  }
  const gates = [...(command.failIf ?? []), ...(maxMeanKl === undefined ? [] : [gateOfMean(maxMeanKl)])];
  const models = await modelsOf([base, ...others], command);
  checkGates(gates, models.slice(1), "logits");
  const rows = outputs["--rows-out"];
  const run = (write?: WritePart) => compareFiles(command, models, io, write);
  const comparison = rows === undefined ? await run() : await rows.writeParts(run);
  for (const warning of warningsOf(comparison)) say(io, warning);
  const results = resultsOf(gates, comparison.candidates);
  // charts are drawn by a library that no other output needs
  const { pageOf } = html === undefined ? {} : await import("./html.js");
  await writeAll(
    io,
    [
      [outputs["--json"], () => jsonOf(contentOf(comparison, results))],
      [outputs["--html"], () => pageOf?.(comparison, version) ?? ""],
      [outputs["--markdown"], () => markdownOf(comparison)],
      [outputs["--csv"], () => csvOf(comparison)],
    ],
    () => textOf(comparison),
  );
  const failed = results.filter(({ isFailed }) => isFailed);
  for (const result of failed) say(io, failureOf(result));
  if (failed.length > 0) throw new Exit(1);
}

async function compareFiles(
  command: CompareCommand,
  models: readonly Model[],
  io: Io,
  write: WritePart | undefined,
): Promise<Comparison> {
  const sources = await openSources([command.base, ...command.others], command);
  try {
    const { sources: whole, notes } = trimmed(sources);
    for (const note of notes) say(io, note);
    return await compareSources(command, models, whole, io, write);
  } finally {
    await closeAll(sources);
  }
}

async function compareSources(
  command: CompareCommand,
  models: readonly Model[],
  sources: readonly LogitSource[],
  io: Io,
  write: WritePart | undefined,
): Promise<Comparison> {
  const { base: basePath, tokens: tokensPath, groups: groupsPath, threads, temperature = 1, topK = 10 } = command;
  const [base, ...others] = sources;
  const classes = classesOf(command.classes, sources);
  checkTimes("input", command.input, sources);
  const floors = command.noiseFloor ? floorsOf(base) : [];
  const given = sources.map((_, side) => valueFor(command.input, side) ?? "logits");
  const input = [...given, ...floors.map(() => given[0])];
  checkTemperature(command.temperature, input);
  const all = base.rows as number;
  const allTokens = tokensPath === undefined ? undefined : await openTokens(tokensPath);
  const allGroups = groupsPath === undefined ? undefined : await readGroups(groupsPath);
  // of rows that are not there any more, tokens and groups are left out
  const isCut = sources.some(({ saidRows }) => saidRows !== undefined);
  for (const [path, what, list] of [
    [tokensPath, "tokens", allTokens],
    [groupsPath, "groups", allGroups],
  ] as const) {
    if (list !== undefined && list.length !== all && !(isCut && list.length > all)) {
      throw new RangeError(`${path} has ${list.length} ${what}, ${basePath} ${all} rows`);
    }
  }
  const [tokens, groups] = [allTokens?.subarray(0, all), allGroups?.slice(0, all)];
  const { start = 0, end = all } = command.rows ?? {};
  if (start >= end) throw new RangeError(`--rows begins at ${start}, ${basePath} ends after ${all} rows`);
  const blockRows = command.blockRows ?? base.blockRows ?? 0;
  const candidates = [
    ...models.slice(1).map((model) => ({ ...model, floor: null })),
    ...floors.map(floorOf(models[0])),
  ];
  checkPairs(command, candidates);
  const paths = command.others.map((path, i): [string, string] => [
    command.others.length === 1 ? "other" : `other ${i + 1}`,
    path,
  ]);
  const checkpoint = await Checkpoint.open(command.checkpoint, {
    files: { base: basePath, ...Object.fromEntries(paths), tokens: tokensPath, groups: groupsPath },
    options: {
      ...openOptions(command, sources),
      ...{ input, classes: command.classes, start, end, temperature, topK, blockRows, floors },
      acceptance: command.acceptance === true,
    },
  });
  const fresh = (): Results => ({ summary: new Summary({ temperature, topK, blockRows }), charts: new Charts() });
  const results = checkpoint.progress?.results ?? candidates.map(fresh);
  let next = checkpoint.progress?.next ?? start;
  if (next < end) {
    const rowsOut =
      write &&
      new RowsOut(
        command.rowsOut as string,
        candidates.map(({ label }) => label),
        end - start,
        write,
      );
    const progress = new Progress(io, end - start, next - start);
    const options: CompareManyOptions = {
      ...{ tokens, groups, input, classes, temperature, topK, blockRows, threads, acceptance: command.acceptance },
      start: next,
      // a range that is not asked for is checked to be all there is
      ...(command.rows?.end !== undefined && { end }),
      summary: results.map(({ summary }) => summary),
      onRows(first, rows) {
        next = first + rows[0].count;
        for (const [i, own] of rows.entries()) results[i].charts.add(first, own);
        rowsOut?.add(first, rows);
        progress.update(next - start);
        checkpoint.offer(() => ({ next, results }));
      },
    };
    const rounded = floors.map((format) => roundedSource(base, format));
    try {
      await interruptible((signal) => compareLogits(base, [...others, ...rounded], { ...options, signal }));
      await rowsOut?.end();
    } catch (error) {
      progress.stop();
      if (!(error instanceof Interrupted)) throw error;
      await checkpoint.write({ next, results });
      say(io, `interrupted after ${next - start} of ${end - start} rows; ${checkpoint.advice}`);
      throw new Exit(error.exitCode);
    } finally {
      progress.stop();
      await checkpoint.settled();
    }
    await checkpoint.write({ next, results });
  }
  const compared = candidates.map(
    (candidate, i): Candidate => ({
      ...candidate,
      input: input[i + 1],
      report: results[i].summary.report(),
      charts: results[i].charts,
    }),
  );
  const ranking = rankingOf(compared);
  return {
    base: { ...models[0], input: input[0] },
    candidates: compared,
    ranking,
    pairs: pairsOf(command, compared, ranking, results),
    tokens: tokensPath ?? null,
    groups: groupsPath ?? null,
    classes,
    start,
    end,
  };
}

/** How many of each row are compared: of files whose rows differ, the option says. */
function classesOf(classes: number | undefined, sources: readonly LogitSource[]): number {
  const least = Math.min(...sources.map((source) => source.classes));
  const [shortest, longer] = [
    sources.find((source) => source.classes === least),
    sources.find((source) => source.classes > least),
  ];
  if (classes !== undefined && classes > least) {
    throw new RangeError(`--classes is ${classes}, but rows of ${shortest?.name} have ${least} numbers`);
  }
  if (classes === undefined && longer !== undefined) {
    throw new RangeError(
      `${longer.name} has ${longer.classes} classes, ${shortest?.name} ${least}; ` +
        `for the first ${least} of each row, if the others are padding, add --classes ${least}`,
    );
  }
  return classes ?? least;
}

/** Base beside itself, as a candidate. */
const floorOf = (base: Model) => (floor: "bf16" | "f16") => ({
  ...{ path: base.path, name: `base-${floor}`, label: `base as ${floor}` },
  ...{ size: null, bitsPerWeight: null, floor },
});

const openOptions = (command: CompareCommand, sources: readonly LogitSource[]) =>
  Object.fromEntries(sources.map((_, side) => [side === 0 ? "base" : `other ${side}`, openOptionsOf(command, side)]));

function checkPairs({ pair = [] }: CompareCommand, candidates: readonly Model[]): void {
  for (const names of pair) for (const name of names) candidateOf("--pair", name, candidates);
}

/** Neighbours in the ranking, then those that were asked for. */
function pairsOf(
  { pair = [] }: CompareCommand,
  candidates: readonly Candidate[],
  ranking: readonly number[],
  results: readonly Results[],
): Pair[] {
  const asked = pair.map((names) => names.map((name) => candidateOf("--pair", name, candidates)));
  return [...neighboursOf(ranking), ...asked].map(([first, second]) => pairOf(first, second, candidates, results));
}
