// logratio compare with lists: files of an API's answers in, the intervals of all divergences out.

import { open } from "node:fs/promises";
import { explaining } from "../compare/systemError.js";
import {
  compareLists,
  type DivergenceBounds,
  type ListMean,
  type ListsReport,
  type MeanBounds,
  type Position,
  readPositions,
} from "../sparse/index.js";
import { Exit, type Io, say } from "./io.js";
import { decimalsFor, format, formatCount, formatDigits } from "./numbers.js";
import { optionOf } from "./options.js";
import { jsonOf, outputsOf, writeAll } from "./output.js";
import { printable } from "./printable.js";
import type { Table } from "./tables.js";
import { tableText } from "./text.js";

/** Bytes of a file that tell whether it is text. */
const START = 64;

/** Whether a file has answers of an API: text that begins like JSON, or a server's stream of it. */
export async function hasLists(path: string): Promise<boolean> {
  // what cannot be read is told by what reads it
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { bytesRead, buffer } = await explaining(file.read({ buffer: new Uint8Array(START) }), path, "read");
    const bytes = buffer.subarray(0, bytesRead);
    // text has no byte below that of a tab
    return bytes.every((byte) => byte >= 9) && /^\s*(?:[{[]|data:|event:)/.test(new TextDecoder().decode(bytes));
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

export interface ListsCommand {
  readonly base: string;
  readonly others: readonly string[];
  readonly json?: string;
  readonly maxMeanKl?: number;
}

/** Options that lists have a use for. */
const KNOWN = ["base", "others", "json", "maxMeanKl"];

/** A position that is compared, for the table of those that are farthest apart. */
interface Far {
  readonly record: number;
  readonly index: number;
  readonly token: Position["token"];
  readonly bounds: DivergenceBounds;
}

/** How many of them. */
const FARTHEST = 10;

interface Candidate {
  readonly other: string;
  readonly report: ListsReport;
  readonly farthest: readonly Far[];
}

/** @throws Exit with 1 where the mean KL certainly exceeds what it may be; other errors are of the input. */
export async function compareListFiles(
  command: ListsCommand & Readonly<Record<string, unknown>>,
  io: Io,
): Promise<void> {
  const { base, others, maxMeanKl } = command;
  for (const key of Object.keys(command)) {
    if (KNOWN.includes(key) || command[key] === undefined) continue;
    throw new RangeError(`${optionOf(key)} is for logits; ${base} has lists of log-probabilities`);
  }
  const names = Object.fromEntries(others.map((other, i) => [others.length === 1 ? "other" : `other ${i + 1}`, other]));
  const { "--json": json } = await outputsOf({ base, ...names }, { "--json": command.json }, io);
  const candidates: Candidate[] = [];
  for (const other of others) {
    const farthest: Far[] = [];
    const report = await compareLists(readPositions(base), readPositions(other), {
      onPosition: ({ record, index, token }, _, bounds) => keepFarthest(farthest, { record, index, token, bounds }),
    });
    candidates.push({ other, report, farthest });
  }
  const content = candidates.map(({ other, report, farthest }) => ({
    ...{ other, ...report },
    farthest: farthest.map(({ bounds, ...place }) => ({ ...place, ...bounds })),
  }));
  await writeAll(
    io,
    [[json, () => jsonOf({ format: "logratio comparison of lists", version: 1, base, candidates: content })]],
    () => candidates.map((candidate) => textOf(base, candidate)).join("\n"),
  );
  if (maxMeanKl === undefined) return;
  const above = candidates.filter(({ report }) => report.kl.lower.mean > maxMeanKl);
  for (const { other, report } of above) {
    say(io, `the mean KL of ${other} is at least ${report.kl.lower.mean}, which exceeds --max-mean-kl ${maxMeanKl}`);
  }
  if (above.length > 0) throw new Exit(1);
}

function keepFarthest(farthest: Far[], position: Far): void {
  const isBefore = (it: Far) => it.bounds.js.lower < position.bounds.js.lower;
  const place = farthest.findIndex(isBefore);
  farthest.splice(place < 0 ? farthest.length : place, 0, position);
  farthest.length = Math.min(farthest.length, FARTHEST);
}

const MEASURES = [
  ["KL(base‖other)", "kl"],
  ["KL(other‖base)", "reverseKl"],
  ["JS", "js"],
  ["total variation", "totalVariation"],
  ["Hellinger", "hellinger"],
  ["entropy of base", "entropyOfP"],
  ["entropy of other", "entropyOfQ"],
] as const;

function shown({ mean, standardError }: ListMean): string {
  const decimals = decimalsFor(mean, standardError);
  return Number.isNaN(standardError)
    ? format(mean, decimals)
    : `${format(mean, decimals)} ± ${format(standardError, decimals)}`;
}

const meansOf = ({ lower, upper, estimate }: MeanBounds) => [lower, upper, estimate].map(shown);

function meansTable(report: ListsReport): Table {
  return {
    title: "Means over the positions, in nats",
    head: ["", "at least", "at most", "estimate"],
    rows: MEASURES.map(([name, key]) => [name, ...meansOf(report[key])]),
    note:
      "The mean of the exact values lies between the first two; ± is the standard error of the sampling. The estimate assumes that " +
      "what a list leaves is spread evenly over the tokens that only the other lists, and all others as one.",
  };
}

function farthestTable(farthest: readonly Far[]): Table {
  const interval = (lower: number, upper: number) => `${formatDigits(lower, 3)} to ${formatDigits(upper, 3)}`;
  return {
    title: "Farthest apart, by what JS is at least",
    head: ["answer, position", "token", "KL at least", "JS", "total variation"],
    rows: farthest.map(({ record, index, token, bounds: { kl, js, totalVariation } }) => [
      `${formatCount(record)}, ${formatCount(index)}`,
      token === undefined ? "" : printable(JSON.stringify(token)).slice(0, 20),
      formatDigits(kl.lower, 3),
      interval(js.lower, js.upper),
      interval(totalVariation.lower, totalVariation.upper),
    ]),
  };
}

function textOf(base: string, { other, report, farthest }: Candidate): string {
  const { records, positions, leftOut, diverging } = report;
  const line = (name: string, text: string) => `${name.padEnd(12)}${text}`;
  const subject = [
    line("base", printable(base)),
    line("other", printable(other)),
    line("compared", `${formatCount(positions)} positions of ${formatCount(records)} answers`),
    line("left out", `${formatCount(leftOut.base)} positions of base, ${formatCount(leftOut.other)} of other`),
    line("", `${formatCount(diverging)} answers differ from some token on`),
  ];
  const tables = [meansTable(report), farthestTable(farthest)].map(tableText);
  return `${[subject.join("\n"), ...tables].join("\n\n")}\n`;
}
