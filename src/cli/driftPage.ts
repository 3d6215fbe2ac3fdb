// The report of logratio drift with tables as a page.

import type { ColumnDrift } from "../counts/index.js";
import { anchorOf, classesFigure, columnsFigure } from "./driftFigures.js";
import {
  classesTable,
  columnsTable,
  type Drifted,
  intervalText,
  shortName,
  subjectOf,
  warningsOf,
} from "./driftText.js";
import { escapeHtml } from "./markup.js";
import { format, formatCount, formatDigits } from "./numbers.js";
import { figureHtml, listHtml, pageHtml, tableHtml, warningsHtml } from "./page.js";
import { printable } from "./printable.js";

/** Columns that have charts of their own, and rows of their tables. */
const CHARTED = 100;
const CLASSES = 20;

export function pageOf(drifted: Drifted, version: string): string {
  const { before, after, report } = drifted;
  const name = (path: string) => escapeHtml(printable(path));
  const charted = report.columns.slice(0, CHARTED);
  const links = charted.map((_, i) => `#${anchorOf(i)}`);
  const parts = [
    figureHtml(columnsFigure(report)),
    tableHtml(columnsTable(drifted), links),
    ...charted.map((column, i) => columnHtml(drifted, column, i)),
  ];
  return pageHtml(
    printable(`${before}, ${after}`),
    `What has changed from <b>${name(before)}</b> to <b>${name(after)}</b>`,
    listHtml(subjectOf(drifted)),
    warningsHtml(warningsOf(drifted).map(printable)) + parts.join("\n"),
    `logratio ${escapeHtml(version)}: <code>logratio drift</code>. JS and PSI in nats.`,
  );
}

function columnHtml({ report }: Drifted, column: ColumnDrift, i: number): string {
  const { name, js, interval, plugIn, psi, adjustedPValue, missing } = column;
  const share = (rows: number, all: number) => `${format((100 * rows) / all, 2)} %`;
  const cards: [name: string, value: string, note: string][] = [
    ["JS, nats", formatDigits(js, 3), intervalText(interval)],
    ["PSI", formatDigits(psi, 3), "0.1: some, 0.25: a shift"],
    ["p, corrected", formatDigits(adjustedPValue, 2), `for ${formatCount(report.columns.length)} columns`],
    [
      "missing",
      share(missing.current, report.rows.current),
      `before: ${share(missing.reference, report.rows.reference)}`,
    ],
  ];
  const html = cards.map(
    ([title, value, note]) => `<li><span>${title}</span><strong>${value}</strong><span>${escapeHtml(note)}</span></li>`,
  );
  return `<article id="${anchorOf(i)}">
<h2 class="candidate">${escapeHtml(shortName(name, 100))}</h2>
<ul class="key">${html.join("")}</ul>
${figureHtml(classesFigure(column, report.rows))}
${plugIn > 0 ? tableHtml(classesTable(column, report.rows, CLASSES)) : ""}
</article>`;
}
