// logratio compare with lists: files of an API's answers in, the intervals of all divergences out.

import { shown } from "../compare/shown.js";
import { compareLists, readPositions } from "../sparse/index.js";
import { checkGates, failureOf, gateOfMean, listResultsOf } from "./comparisonGates.js";
import type { Gate } from "./gates.js";
import { Exit, type Io, say } from "./io.js";
import { jsonOf } from "./jsonText.js";
import { ListCharts } from "./listCharts.js";
import { type ListCandidate, type ListComparison, type ListPosition, rankingOf } from "./listComparison.js";
import { checkListRowsOut, ListRowsOut } from "./listRowsOut.js";
import { csvOf, markdownOf, textOf } from "./listTables.js";
import { type Model, type ModelOptions, modelsOf } from "./models.js";
import { optionOf } from "./options.js";
import { outputsOf, type WritePart, writeAll } from "./output.js";
import { checkRowsOut } from "./rowsOut.js";

export interface ListsCommand extends ModelOptions {
  readonly base: string;
  readonly others: readonly string[];
  readonly json?: string;
  readonly html?: string;
  readonly markdown?: string;
  readonly csv?: string;
  readonly rowsOut?: string;
  readonly failIf?: readonly Gate[];
  readonly maxMeanKl?: number;
}

/** Options that lists have a use for. */
const KNOWN = [
  ...["base", "others", "label", "size", "model", "bits"],
  ...["json", "html", "markdown", "csv", "rowsOut", "failIf", "maxMeanKl"],
];

/** Of logits, whose rows can be split: lists are compared by one process, from their first record to the last. */
const OF_PARTS = ["shard", "shards", "redis", "checkpoint"];

/** How many positions are shown of those that are farthest apart. */
const FARTHEST = 10;

/** @throws Exit with 1 where a condition certainly fails it; other errors are of the input. */
export async function compareListFiles(
  command: ListsCommand & Readonly<Record<string, unknown>>,
  version: string,
  io: Io,
): Promise<void> {
  const { base, others, json, html, markdown, csv, rowsOut, maxMeanKl } = command;
  for (const key of Object.keys(command)) {
    if (KNOWN.includes(key) || command[key] === undefined) continue;
    const has = `${shown(base, Infinity)} has lists of log-probabilities`;
    if (!OF_PARTS.includes(key)) throw new RangeError(`${optionOf(key)} is for logits; ${has}`);
    throw new RangeError(
      `${optionOf(key)} splits rows of logits; ${has}, which one process compares as a whole: leave it out`,
    );
  }
  checkRowsOut(rowsOut);
  const names = Object.fromEntries(others.map((other, i) => [others.length === 1 ? "other" : `other ${i + 1}`, other]));
  const outputs = await outputsOf(
    { base, ...names },
    { "--json": json, "--html": html, "--markdown": markdown, "--csv": csv, "--rows-out": rowsOut },
    io,
  );
  const gates = [...(command.failIf ?? []), ...(maxMeanKl === undefined ? [] : [gateOfMean(maxMeanKl)])];
  const models = await modelsOf([base, ...others], command);
  checkGates(gates, models.slice(1), "lists");
  const rows = outputs["--rows-out"];
  if (rows !== undefined) checkListRowsOut(rowsOut as string, rows);
  const comparison =
    rows === undefined
      ? await compareModels(models)
      : await rows.writeParts((write) => compareModels(models, { path: rowsOut as string, write }));
  const results = listResultsOf(gates, comparison.candidates);
  // charts are drawn by a library that no other output needs
  const { pageOf } = html === undefined ? {} : await import("./listHtml.js");
  await writeAll(
    io,
    [
      [outputs["--json"], () => jsonOf({ ...contentOf(comparison), gates: results })],
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

async function compareModels(
  [base, ...others]: readonly Model[],
  rows?: { readonly path: string; readonly write: WritePart },
): Promise<ListComparison> {
  const rowsOut = rows && new ListRowsOut(rows.path, rows.write);
  await rowsOut?.start();
  const candidates: ListCandidate[] = [];
  for (const [i, model] of others.entries()) {
    const farthest: ListPosition[] = [];
    const charts = new ListCharts();
    const report = await compareLists(readPositions(base.path), readPositions(model.path), {
      onPosition({ record, index, token, distribution }, other, bounds) {
        const position = { record, index, token, base: distribution, other: other.distribution, bounds };
        keepFarthest(farthest, position);
        charts.add(bounds);
        return rowsOut?.add(i, model.label, position);
      },
    });
    candidates.push({ ...model, floor: null, report, charts, farthest });
  }
  await rowsOut?.end();
  return { base, candidates, ranking: rankingOf(candidates) };
}

function keepFarthest(farthest: ListPosition[], position: ListPosition): void {
  const isBefore = (it: ListPosition) => it.bounds.js.lower < position.bounds.js.lower;
  const place = farthest.findIndex(isBefore);
  farthest.splice(place < 0 ? farthest.length : place, 0, position);
  farthest.length = Math.min(farthest.length, FARTHEST);
}

/** The report as data: docs/sparse.md describes it. */
const contentOf = ({ base, candidates, ranking }: ListComparison): object => ({
  format: "logratio comparison of lists",
  version: 1,
  base: base.path,
  candidates: candidates.map(({ path, label, size, bitsPerWeight, report, farthest }) => ({
    ...{ other: path, label, size, bitsPerWeight, ...report },
    farthest: farthest.map(({ bounds, base: p, other: q, ...place }) => ({ ...place, base: p, other: q, ...bounds })),
  })),
  ranking: ranking.map((i) => candidates[i].label),
});
