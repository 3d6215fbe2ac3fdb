// logratio drift: two files in, of answers of an API or of the rows of a table; what has changed out.

import { stat } from "node:fs/promises";
import { driftOfLists, type ListsCommand } from "./driftOfLists.js";
import { driftOfTables, type TableCommand } from "./driftOfTables.js";
import { hasLists } from "./hasLists.js";
import type { Io } from "./io.js";
import { optionOf } from "./options.js";
import { printable } from "./printable.js";
import { hasAnswers } from "./records.js";

/** What a file has: answers of an API with log-probabilities, or rows: as JSON objects, or as CSV. */
type FileKind = "lists" | "records" | "csv";

const NAMES: Readonly<Record<FileKind, string>> = {
  lists: "answers with log-probabilities",
  records: "rows of a table",
  csv: "rows of a table",
};

/** Options of one kind of files alone. */
const OF_LISTS = ["prompts", "statistic", "permutations", "alpha", "seed"];
const OF_TABLES = [
  "columns",
  "without",
  "numeric",
  "categorical",
  "missing",
  "delimiter",
  "bins",
  "psiAdd",
  "failIf",
  "html",
  "markdown",
];

async function kindOf(path: string): Promise<FileKind> {
  // of what can be read once, nothing is read before its time
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => true,
  );
  if (!isFile || !(await hasLists(path))) return "csv";
  return (await hasAnswers(path)) ? "lists" : "records";
}

/** Of the command's options, those of either kind. */
export type DriftCommand = Omit<ListsCommand, "prompts"> & Partial<ListsCommand> & TableCommand;

export async function drift(command: DriftCommand, version: string, io: Io): Promise<void> {
  const { before, after } = command;
  const kinds = [await kindOf(before), await kindOf(after)] as const;
  const tables = kinds.filter((kind) => kind !== "lists");
  const areTables = tables.length === kinds.length;
  const what = (i: number) => `${printable([before, after][i])} has ${NAMES[kinds[i]]}`;
  if (tables.length === 1) throw new RangeError(`${what(0)}, ${what(1)}; both must have the same`);
  const wrong = (areTables ? OF_LISTS : OF_TABLES).find((key) => command[key as keyof DriftCommand] !== undefined);
  if (wrong !== undefined) {
    throw new RangeError(`${optionOf(wrong)} is for ${areTables ? NAMES.lists : NAMES.csv}; ${what(0)}`);
  }
  if (areTables) return driftOfTables(command, tables, version, io);
  const { prompts } = command;
  if (prompts !== undefined) return driftOfLists({ ...command, prompts }, io);
  throw new RangeError(`${what(0)}: say with --prompts how many prompts are asked in turn`);
}
