// The reports of a comparison of logits or of lists, where options ask for them, and the conditions that may fail it.

import type { Comparison, ReportOptions } from "./comparison.js";
import { checkGates, failureOf, type GateResult, gateOfMean, resultsOf } from "./comparisonGates.js";
import type { Gate } from "./gates.js";
import { Exit, type Io, say } from "./io.js";
import { jsonOf } from "./jsonText.js";
import type { Model } from "./models.js";
import { type Output, writeAll } from "./output.js";

/** What is written of a comparison, and what fails it. */
export interface WrittenOptions {
  readonly json?: string;
  readonly html?: string;
  readonly markdown?: string;
  readonly csv?: string;
  readonly failIf?: readonly Gate[];
  readonly maxMeanKl?: number;
}

export interface ReportsOptions extends ReportOptions, WrittenOptions {}

/** Those that are files to write. */
export const reportPaths = ({ json, html, markdown, csv }: WrittenOptions) => ({
  ...{ "--json": json, "--html": html, "--markdown": markdown, "--csv": csv },
});

export type ReportOutputs = Readonly<Partial<Record<keyof ReturnType<typeof reportPaths>, Output>>>;

/** All conditions. Throws for one of a candidate that there is not. */
export function gatesOf(
  { failIf = [], maxMeanKl }: WrittenOptions,
  models: readonly Model[],
  files: "logits" | "lists",
): Gate[] {
  const gates = [...failIf, ...(maxMeanKl === undefined ? [] : [gateOfMean(maxMeanKl)])];
  checkGates(gates, models.slice(1), files);
  return gates;
}

/** The texts of a comparison, each made where it is written. */
interface Texts {
  readonly json: () => object;
  readonly html: () => string;
  readonly markdown: () => string;
  readonly csv: () => string;
  /** For the terminal. */
  readonly text: () => string;
}

/** @throws Exit with 1 where a condition has failed. */
export async function writeTexts(
  io: Io,
  outputs: ReportOutputs,
  { json, html, markdown, csv, text }: Texts,
  results: readonly GateResult<Parameters<typeof failureOf>[0]["value"]>[],
): Promise<void> {
  await writeAll(
    io,
    [
      [outputs["--json"], () => jsonOf(json())],
      [outputs["--html"], html],
      [outputs["--markdown"], markdown],
      [outputs["--csv"], csv],
    ],
    text,
  );
  const failed = results.filter(({ isFailed }) => isFailed);
  for (const result of failed) say(io, failureOf(result));
  if (failed.length > 0) throw new Exit(1);
}

/** @throws Exit with 1 where a condition fails. */
export async function writeReports(
  comparison: Comparison,
  gates: readonly Gate[],
  outputs: ReportOutputs,
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
  const texts: Texts = {
    json: () => contentOf(comparison, results),
    html: () => pageOf?.(comparison, version) ?? "",
    markdown: () => markdownOf(comparison),
    csv: () => csvOf(comparison),
    text: () => textOf(comparison),
  };
  await writeTexts(io, outputs, texts, results);
}
