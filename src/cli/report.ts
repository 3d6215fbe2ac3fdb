// The report of a comparison, as text.

import type { Candidate, Comparison } from "./comparison.js";
import { formatCount, formatDigits } from "./numbers.js";
import { printable } from "./printable.js";
import {
  CAUTION,
  pairsTable,
  rankingNumbers,
  rankingTable,
  shortLabel,
  subjectOf,
  tablesOf,
  warningsOf,
} from "./tables.js";
import { bar, COLUMNS, csvLine, headingText, tableMarkdown, tableText, wrap } from "./text.js";
import { onLine, type Texts } from "./texts.js";

const BINS = 20;
const WORST = 10;

/** Columns of the text before a token. */
const BEFORE = 40;

export function textOf(comparison: Comparison): string {
  const subject = subjectOf(comparison).map(([name, value]) => `${name.padEnd(12)}${value}`);
  const warnings = warningsOf(comparison).map((warning) => wrap(printable(warning)).join("\n"));
  const files = comparison.candidates.filter(({ floor }) => floor === null);
  const isOne = comparison.candidates.length === 1;
  const pairs = pairsTable(comparison);
  const parts = [
    subject.join("\n"),
    ...warnings,
    ...(isOne ? [] : [tableText(rankingTable(comparison))]),
    ...(pairs === undefined ? [] : [tableText(pairs)]),
    ...files.flatMap((candidate) => [
      ...(isOne ? [] : [headingText(shortLabel(candidate.label))]),
      ...partsOf(candidate, comparison.texts),
    ]),
    ...(isOne ? [wrap(CAUTION).join("\n")] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The tables that people publish. */
export function markdownOf(comparison: Comparison): string {
  const tables = [rankingTable(comparison), pairsTable(comparison)].filter((table) => table !== undefined);
  return `${tables.map(tableMarkdown).join("\n\n")}\n`;
}

export const csvOf = (comparison: Comparison): string => rankingNumbers(comparison).map(csvLine).join("");

function partsOf(candidate: Candidate, texts: Texts | undefined): string[] {
  const tables = tablesOf(candidate, texts, WORST).map(tableText);
  const worst = tables.pop() as string;
  const contexts = texts === undefined || candidate.report.tokens === 0 ? [] : [contextsText(candidate, texts)];
  return [...tables, histogramText(candidate), worst, ...contexts];
}

/** The worst tokens, each between the text before it and after it, on a line. */
function contextsText({ report }: Candidate, texts: Texts): string {
  const shown = report.worst.slice(0, WORST).map(({ row }) => ({ row: formatCount(row), ...texts.contextOf(row) }));
  const rowWidth = Math.max(...shown.map(({ row }) => row.length));
  const width = COLUMNS - rowWidth - 4;
  const lines = shown.map(({ row, before, token, after }) => {
    const marked = `⟦${onLine(token)}⟧`;
    const own = Array.from(onLine(before))
      .slice(-Math.max(0, Math.min(BEFORE, width - marked.length)))
      .join("");
    const line = Array.from(`${own.padStart(BEFORE)}${marked}${onLine(after)}`)
      .slice(0, width)
      .join("");
    return `  ${row.padStart(rowWidth)}  ${line}`.trimEnd();
  });
  return ["Worst tokens in their text, marked by ⟦⟧", ...lines].join("\n");
}

function histogramText({ charts, report }: Candidate): string {
  const { below, bins, above } = charts.histogram(BINS);
  const { infinite } = report.kl;
  const lines: (readonly [label: string, count: number])[] = [
    ...(below > 0 ? [["under 1e-12", below] as const] : []),
    ...bins.map(({ from, to, count }) => [`${formatDigits(from, 2)} to ${formatDigits(to, 2)}`, count] as const),
    ...(above > infinite ? [["1000 and more", above - infinite] as const] : []),
    ...(infinite > 0 ? [["infinite", infinite] as const] : []),
  ];
  const labelWidth = Math.max(...lines.map(([label]) => label.length));
  const countWidth = Math.max(...lines.map(([, count]) => formatCount(count).length));
  const most = Math.max(...lines.map(([, count]) => count));
  const width = COLUMNS - 2 - labelWidth - 2 - countWidth - 2;
  const shown = lines.map(([label, count]) =>
    `  ${label.padStart(labelWidth)}  ${formatCount(count).padStart(countWidth)}  ${bar((width * count) / most)}`.trimEnd(),
  );
  return ["Tokens by KL(base‖other), nats", ...shown].join("\n");
}
