// logratio drift with tables: two files of rows in, which columns have changed, and what drives it, out.

import type { DriftOptions } from "../counts/index.js";
import { fileChunks } from "../sparse/fileChunks.js";
import { compareTables, type TableSource } from "./compareTables.js";
import { readCsv } from "./csv.js";
import { contentOf } from "./driftContent.js";
import { driftGates } from "./driftGates.js";
import { type Drifted, markdownOf, textOf, warningsOf } from "./driftText.js";
import type { Gate } from "./gates.js";
import { Exit, type Io, say } from "./io.js";
import { jsonOf } from "./jsonText.js";
import { outputsOf, writeAll } from "./output.js";
import { readRecords } from "./records.js";

export interface TableCommand
  extends Pick<DriftOptions, "columns" | "without" | "numeric" | "categorical" | "missing"> {
  readonly before: string;
  readonly after: string;
  readonly delimiter?: string;
  readonly bins?: number;
  /** What is added to every count for the population stability index; 0 leaves Infinity. */
  readonly psiAdd?: number;
  readonly failIf?: readonly Gate[];
  readonly json?: string;
  readonly html?: string;
  readonly markdown?: string;
}

/** What rows are read from. */
type TableKind = "records" | "csv";

/** @throws Exit with 1 where a condition fails; other errors are of the input. */
export async function driftOfTables(
  command: TableCommand,
  kinds: readonly TableKind[],
  version: string,
  io: Io,
): Promise<void> {
  const { before, after, failIf = [], html } = command;
  const outputs = await outputsOf(
    { before, after },
    { "--json": command.json, "--html": html, "--markdown": command.markdown },
    io,
  );
  const drifted = await compareFiles(command, kinds);
  const gates = driftGates(failIf, drifted.report);
  for (const warning of warningsOf(drifted)) say(io, warning);
  // charts are drawn by a library that no other output needs
  const { pageOf } = html === undefined ? {} : await import("./driftPage.js");
  await writeAll(
    io,
    [
      [outputs["--json"], () => jsonOf(contentOf(drifted, gates))],
      [outputs["--html"], () => pageOf?.(drifted, version) ?? ""],
      [outputs["--markdown"], () => markdownOf(drifted)],
    ],
    () => textOf(drifted),
  );
  const failed = gates.filter(({ isFailed }) => isFailed);
  for (const { condition, column, value } of failed) say(io, `${column} fails: ${condition}; it is ${value}`);
  if (failed.length > 0) throw new Exit(1);
}

async function compareFiles(command: TableCommand, kinds: readonly TableKind[]): Promise<Drifted> {
  const { before, after, columns, without, delimiter, bins, psiAdd } = command;
  const { numeric, categorical, missing } = command;
  const isWanted = (name: string) => !without?.includes(name) && (columns?.includes(name) ?? true);
  const sourceOf = (path: string, kind: TableKind): TableSource => ({
    name: path,
    isText: kind === "csv",
    rows: kind === "csv" ? readCsv(fileChunks(path), path, delimiter) : readRecords(path, isWanted),
  });
  return compareTables(sourceOf(before, kinds[0]), sourceOf(after, kinds[1]), {
    ...{ columns, without, numeric, categorical, missing, count: bins },
    zeros: psiAdd === undefined ? undefined : psiAdd === 0 ? "infinite" : { method: "addConstant", constant: psiAdd },
  });
}
