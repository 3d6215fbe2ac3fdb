// The report of a comparison: of files of logits, or of lists of log-probabilities.

import { contentOf } from "../../src/cli/json.js";
import { jsonOf } from "../../src/cli/jsonText.js";
import { areLists, LIST_START } from "../../src/cli/listStart.js";
import { type Chosen, nameOf, type Progress } from "./chosen.js";

const hasLists = async (file: Chosen): Promise<boolean> =>
  typeof file !== "string" && file.size > 0 && areLists(new Uint8Array(await file.slice(0, LIST_START).arrayBuffer()));

/** As a page and as data. What compares and draws is loaded when it is needed. */
export async function reportOf(
  files: readonly Chosen[],
  tokens: File | undefined,
  progress: Progress,
  version: string,
): Promise<[page: string, json: string]> {
  const areOfLists = await Promise.all(files.map(hasLists));
  if (!areOfLists.includes(true)) {
    const { compareChosen } = await import("./comparison.js");
    const comparison = await compareChosen(files, tokens, progress);
    const { pageOf } = await import("../../src/cli/html.js");
    return [pageOf(comparison, version), jsonOf(contentOf(comparison, []))];
  }
  const other = areOfLists.indexOf(false);
  if (other >= 0) {
    const lists = nameOf(files[areOfLists.indexOf(true)]);
    throw new RangeError(
      `${lists} has lists of log-probabilities, ${nameOf(files[other])} has none; remove one of them`,
    );
  }
  if (tokens) throw new RangeError(`${tokens.name}: observed tokens are for logits; lists have theirs, so choose none`);
  const lists = await import("./listComparison.js");
  return lists.reportOf(files as readonly File[], progress, version);
}
