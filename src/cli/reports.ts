// The reports of a comparison, where options ask for them, and the conditions that may fail it.

import type { Comparison, ReportOptions } from "./comparison.js";
import { checkGates, failureOf, gateOfMean, resultsOf } from "./comparisonGates.js";
import type { Gate } from "./gates.js";
import { Exit, type Io, say } from "./io.js";
import { jsonOf } from "./jsonText.js";
import type { Model } from "./models.js";
import { type Output, writeAll } from "./output.js";

export interface ReportsOptions extends ReportOptions {
  readonly json?: string;
  readonly html?: string;
  readonly markdown?: string;
  readonly csv?: string;
  readonly failIf?: readonly Gate[];
  readonly maxMeanKl?: number;
}

/** Those that are files to write. */
export const reportPaths = ({ json, html, markdown, csv }: ReportsOptions) => ({
  ...{ "--json": json, "--html": html, "--markdown": markdown, "--csv": csv },
});

/** All conditions. Throws for one of a candidate that there is not. */
export function gatesOf({ failIf = [], maxMeanKl }: ReportsOptions, models: readonly Model[]): Gate[] {
  const gates = [...failIf, ...(maxMeanKl === undefined ? [] : [gateOfMean(maxMeanKl)])];
  checkGates(gates, models.slice(1), "logits");
  return gates;
}

/** @throws Exit with 1 where a condition fails. */
export async function writeReports(
  comparison: Comparison,
  gates: readonly Gate[],
  outputs: Readonly<Partial<Record<keyof ReturnType<typeof reportPaths>, Output>>>,
  version: string,
  io: Io,
): Promise<void> {
  // which a shard does not need
  const [{ warningsOf }, { csvOf, markdownOf, textOf }, { contentOf }] = await Promise.all([
    import("./tables.js"),
    import("./report.js"),
    import("./json.js"),
  ]);
  for (const warning of warningsOf(comparison)) say(io, warning);
  const results = resultsOf(gates, comparison.candidates);
  // charts are drawn by a library that no other output needs
  const { pageOf } = outputs["--html"] === undefined ? {} : await import("./html.js");
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
