// What has changed from one table to another, wherever their rows come from.

import { Drift, type DriftOptions, type Table } from "../counts/index.js";
import type { Drifted } from "./driftText.js";

export interface TableSource {
  /** What the report and errors call it. */
  readonly name: string;
  /** Whether numbers are texts, and no text is no value, as in CSV. */
  readonly isText: boolean;
  /** A part at a time. */
  readonly rows: AsyncIterable<Table>;
}

export async function compareTables(
  before: TableSource,
  after: TableSource,
  { missing = [], ...options }: DriftOptions = {},
): Promise<Drifted> {
  const hasText = before.isText || after.isText;
  const drift = new Drift({
    ...options,
    names: [before.name, after.name],
    parseNumbers: hasText,
    missing: [...(hasText ? [""] : []), ...missing],
  });
  for await (const rows of before.rows) drift.addReference(rows);
  for await (const rows of after.rows) drift.addCurrent(rows);
  return { before: before.name, after: after.name, report: drift.report(), categorical: options.categorical ?? [] };
}
