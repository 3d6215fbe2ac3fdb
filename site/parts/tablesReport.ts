// What `logratio drift` does with two files of CSV, for those that a page has been given.

import { compareTables } from "../../src/cli/compareTables.js";
import { readCsv } from "../../src/cli/csv.js";
import { contentOf } from "../../src/cli/driftContent.js";
import { pageOf } from "../../src/cli/driftPage.js";
import { jsonOf } from "../../src/cli/jsonText.js";

export interface Csv {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const sourceOf = ({ name, chunks }: Csv) => ({ name, isText: true, rows: readCsv(chunks, name) });

export async function compareCsv(before: Csv, after: Csv, version: string): Promise<[page: string, json: string]> {
  const drifted = await compareTables(sourceOf(before), sourceOf(after));
  return [pageOf(drifted, version), jsonOf(contentOf(drifted, []))];
}
