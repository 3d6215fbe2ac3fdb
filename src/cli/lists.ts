// logratio compare with lists: files of an API's answers in, the intervals of all divergences out.

import { shown } from "../compare/shown.js";
import { readPositions } from "../sparse/index.js";
import { compareListModels } from "./compareListModels.js";
import { listResultsOf } from "./comparisonGates.js";
import type { Io } from "./io.js";
import { contentOf } from "./listContent.js";
import { checkListRowsOut, ListRowsOut } from "./listRowsOut.js";
import { csvOf, markdownOf, textOf } from "./listTables.js";
import { type Model, type ModelOptions, modelsOf } from "./models.js";
import { optionOf } from "./options.js";
import { outputsOf } from "./output.js";
import { gatesOf, reportPaths, type WrittenOptions, writeTexts } from "./reports.js";
import { checkRowsOut } from "./rowsOut.js";

export interface ListsCommand extends ModelOptions, WrittenOptions {
  readonly base: string;
  readonly others: readonly string[];
  readonly rowsOut?: string;
}

/** Options that lists have a use for. */
const KNOWN = [
  ...["base", "others", "label", "size", "model", "bits"],
  ...["json", "html", "markdown", "csv", "rowsOut", "failIf", "maxMeanKl"],
];

/** Of logits, whose rows can be split: lists are compared by one process, from their first record to the last. */
const OF_PARTS = ["shard", "shards", "redis", "checkpoint"];

/** @throws Exit with 1 where a condition certainly fails it; other errors are of the input. */
export async function compareListFiles(
  command: ListsCommand & Readonly<Record<string, unknown>>,
  version: string,
  io: Io,
): Promise<void> {
  const { base, others, rowsOut } = command;
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
  const outputs = await outputsOf({ base, ...names }, { ...reportPaths(command), "--rows-out": rowsOut }, io);
  const models = await modelsOf([base, ...others], command);
  const gates = gatesOf(command, models, "lists");
  const rows = outputs["--rows-out"];
  if (rows !== undefined) checkListRowsOut(rowsOut as string, rows);
  const positionsOf = ({ path }: Model) => readPositions(path);
  const comparison =
    rows === undefined
      ? await compareListModels(models, positionsOf)
      : await rows.writeParts(async (write) => {
          const out = new ListRowsOut(rowsOut as string, write);
          await out.start();
          const compared = await compareListModels(models, positionsOf, (i, { label }, position) =>
            out.add(i, label, position),
          );
          await out.end();
          return compared;
        });
  const results = listResultsOf(gates, comparison.candidates);
  // charts are drawn by a library that no other output needs
  const { pageOf } = outputs["--html"] === undefined ? {} : await import("./listHtml.js");
  const texts = {
    json: () => contentOf(comparison, results),
    html: () => pageOf?.(comparison, version) ?? "",
    markdown: () => markdownOf(comparison),
    csv: () => csvOf(comparison),
    text: () => textOf(comparison),
  };
  await writeTexts(io, outputs, texts, results);
}
