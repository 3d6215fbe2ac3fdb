// The report of a comparison, as text.

import type { Comparison } from "./comparison.js";
import { formatCount, formatDigits } from "./numbers.js";
import { printable } from "./printable.js";
import { subjectOf, tablesOf, warningsOf } from "./tables.js";
import { bar, COLUMNS, tableText, wrap } from "./text.js";

const BINS = 20;
const WORST = 10;

export function textOf(comparison: Comparison): string {
  const subject = subjectOf(comparison).map(([name, value]) => `${name.padEnd(12)}${value}`);
  const tables = tablesOf(comparison, WORST).map(tableText);
  const worst = tables.pop();
  const warnings = warningsOf(comparison).map((warning) => wrap(printable(warning)).join("\n"));
  return `${[subject.join("\n"), ...warnings, ...tables, histogramText(comparison), worst].join("\n\n")}\n`;
}

function histogramText({ charts, report }: Comparison): string {
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
