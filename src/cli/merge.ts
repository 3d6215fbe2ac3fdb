// logratio merge: the parts of a comparison, or of entropies, in; the report of one run out.

import { shown } from "../compare/shown.js";
import { COMPARISON, filesOf } from "../shards/comparison.js";
import { ENTROPIES } from "../shards/entropies.js";
import { type Kind, matrixOf, type Options, type Tally } from "../shards/kind.js";
import { Merge } from "../shards/merge.js";
import { PartReader } from "../shards/part.js";
import { readPartText } from "../shards/partFile.js";
import { comparisonOf } from "./comparison.js";
import { writeEntropies } from "./entropy.js";
import type { Io } from "./io.js";
import { modelsOf } from "./models.js";
import { optionOf } from "./options.js";
import { outputsOf } from "./output.js";
import { gatesOf, type ReportOutputs, type ReportsOptions, reportPaths, writeReports } from "./reports.js";

export interface MergeCommand extends ReportsOptions {
  readonly parts: readonly string[];
}

/** Options that entropies have a use for. */
const OF_ENTROPIES = ["parts", "json"];

/** @throws Exit with 1 where a condition fails; other errors are of the parts. */
export async function merge(command: MergeCommand, version: string, io: Io): Promise<void> {
  const { parts } = command;
  const outputs = await outputsOf({ part: parts }, reportPaths(command), io);
  const first = readerOf(parts[0]);
  return first.command === ENTROPIES.name
    ? mergeEntropies(command, outputs, io)
    : mergeComparisons(command, outputs, version, io);
}

const readerOf = (path: string): PartReader =>
  PartReader.ofText(shown(path, Infinity), readPartText(path, "part"), "compute it again");

/** One part after the other is in memory. */
function merged<OfKind extends Options, Results extends Tally<Results>>(
  kind: Kind<OfKind, Results>,
  parts: readonly string[],
): ReturnType<Merge<OfKind, Results>["end"]> {
  const all = new Merge(kind);
  for (const path of parts) all.add(shown(path, Infinity), readerOf(path));
  return all.end();
}

async function mergeComparisons(command: MergeCommand, outputs: ReportOutputs, version: string, io: Io): Promise<void> {
  const { subject, results } = merged(COMPARISON, command.parts);
  const { inputs, options } = subject;
  const files = filesOf(inputs);
  const models = await modelsOf([files.base, ...files.others], command);
  const gates = gatesOf(command, models, "logits");
  const comparison = comparisonOf(models, files, options, results, command);
  await writeReports(comparison, gates, outputs, version, io);
}

async function mergeEntropies(command: MergeCommand, outputs: ReportOutputs, io: Io): Promise<void> {
  for (const [key, value] of Object.entries(command)) {
    if (OF_ENTROPIES.includes(key) || value === undefined) continue;
    throw new RangeError(`${optionOf(key)} is for comparisons; ${shown(command.parts[0], Infinity)} is of entropies`);
  }
  const { subject, results } = merged(ENTROPIES, command.parts);
  const { path, shape } = matrixOf(subject.inputs, "file");
  await writeEntropies(path, shape[1], subject.options, results, outputs["--json"], io);
}
