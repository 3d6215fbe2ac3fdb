// The report of a comparison of lists as one page that needs no network.

import { anchorOf, linkTo } from "./figures.js";
import { documentOf, headingHtml, legendHtml, nameOf } from "./html.js";
import type { ListCandidate, ListComparison } from "./listComparison.js";
import { alongFigures, distributionFigure, meanFigures } from "./listFigures.js";
import { bothListsTable, farthestTable, meanInterval, rankingTable, subjectOf, tablesOf } from "./listTables.js";
import { format, formatCount, formatDigits } from "./numbers.js";
import { cardHtml, figureHtml, tableHtml } from "./page.js";
import { CAUTION } from "./tables.js";

export function pageOf(comparison: ListComparison, version: string): string {
  const { base, candidates, ranking } = comparison;
  const isOne = candidates.length === 1;
  const parts = isOne
    ? [candidateHtml(comparison, 0), `<p>${CAUTION}</p>`]
    : [
        tableHtml(
          rankingTable(comparison),
          ranking.map((i) => linkTo(comparison, i)),
        ),
        ...meanFigures(comparison).map((figure) => figureHtml(figure)),
        ...alongFigures(comparison, ranking).map((figure) => figureHtml(figure, legendHtml(comparison))),
        figureHtml(distributionFigure(comparison, ranking), legendHtml(comparison)),
        ...ranking.map((i) => candidateHtml(comparison, i)),
      ];
  return documentOf({
    title: [base, ...candidates].map(({ label }) => label).join(", "),
    heading: isOne
      ? `How far <b>${nameOf(candidates[0])}</b> is from <b>${nameOf(base)}</b>, by their lists`
      : `How far ${formatCount(candidates.length)} models are from <b>${nameOf(base)}</b>, by their lists`,
    subject: subjectOf(comparison),
    body: parts.join("\n"),
    version,
  });
}

function candidateHtml(comparison: ListComparison, i: number): string {
  const candidate = comparison.candidates[i];
  const figures = [...alongFigures(comparison, [i]), distributionFigure(comparison, [i])];
  const tables = [...tablesOf(candidate), farthestTable(candidate)];
  const lists = candidate.farthest.map((position) => tableHtml(bothListsTable(position)));
  const isOnly = comparison.candidates.length === 1;
  return `<article id="${anchorOf(i)}">
${isOnly ? "" : headingHtml(comparison, i)}<ul class="key intervals">${cardsOf(candidate).join("")}</ul>
${figures.map((figure) => figureHtml(figure)).join("\n")}
${tables.map((table) => tableHtml(table)).join("\n")}
<details${isOnly ? " open" : ""}><summary>Both lists at each of these positions</summary>
<div class="lists">${lists.join("\n")}</div></details>
</article>`;
}

/** Means with their intervals, and how much of the texts they are of. */
function cardsOf({ report }: ListCandidate): string[] {
  const { positions, leftOut } = report;
  const all = 2 * positions + leftOut.base + leftOut.other;
  return [
    ...(
      [
        ["mean KL, nats", report.kl],
        ["mean JS, nats", report.js],
        ["mean total variation", report.totalVariation],
        ["mean Hellinger", report.hellinger],
      ] as const
    ).map(([name, mean]) => cardHtml(name, meanInterval(mean), `estimate ${formatDigits(mean.estimate.mean, 3)}`)),
    cardHtml("positions compared", formatCount(positions), `${format((200 * positions) / all, 1)} % of both texts`),
  ];
}
