// The report of a comparison as a page.

import type { Estimate } from "../compare/index.js";
import type { Candidate, Comparison } from "./comparison.js";
import {
  alongFigure,
  anchorOf,
  calibrationFigure,
  colourOf,
  distributionFigure,
  legendOf,
  linkTo,
  type Ranked,
  rankingFigure,
  rowAnchorOf,
  sizeFigures,
} from "./figures.js";
import { escapeHtml } from "./markup.js";
import { decimalsFor, format, formatCount } from "./numbers.js";
import { cardHtml, figureHtml, linked, listHtml, pageHtml, tableHtml, warningsHtml } from "./page.js";
import { contextsHtml, PASSAGE_STYLE, passageHtml } from "./passageHtml.js";
import { printable } from "./printable.js";
import { CAUTION, pairsTable, rankingTable, subjectOf, type Table, tablesOf, warningsOf } from "./tables.js";

const WORST = 20;

export function pageOf(comparison: Comparison, version: string): string {
  const { base, candidates, ranking, texts } = comparison;
  const files = candidates.filter(({ floor }) => floor === null);
  const isOne = candidates.length === 1;
  const title = isOne
    ? `How far <b>${nameOf(files[0])}</b> is from <b>${nameOf(base)}</b>`
    : `How far ${formatCount(files.length)} ${files.length === 1 ? "model is" : "models are"} from <b>${nameOf(base)}</b>`;
  const pairs = pairsTable(comparison);
  const parts = isOne
    ? [candidateHtml(comparison, 0, true), passageHtml(comparison), `<p>${CAUTION}</p>`]
    : [
        tableHtml(rankingTable(comparison), [undefined, ...ranking.map((i) => linkTo(comparison, i))]),
        figureHtml(rankingFigure(comparison)),
        ...sizeFigures(comparison).map((figure) => figureHtml(figure)),
        pairs === undefined ? "" : tableHtml(pairs),
        figureHtml(distributionFigure(comparison, ranking), legendHtml(comparison)),
        figureHtml(alongFigure(comparison, ranking), legendHtml(comparison)),
        passageHtml(comparison),
        ...ranking.filter((i) => candidates[i].floor === null).map((i) => candidateHtml(comparison, i, false)),
      ];
  return documentOf({
    title: [base, ...files].map(({ label }) => label).join(", "),
    heading: title,
    subject: subjectOf(comparison),
    body: warningsHtml(warningsOf(comparison).map(printable)) + parts.join("\n"),
    version,
    style: texts === undefined ? "" : PASSAGE_STYLE,
  });
}

interface Page {
  readonly title: string;
  /** HTML, as `body` is. */
  readonly heading: string;
  /** Name, value. */
  readonly subject: readonly (readonly [string, string])[];
  readonly body: string;
  readonly version: string;
  /** Beside that of all pages. */
  readonly style?: string;
}

/** A page of the command `compare`. */
export const documentOf = ({ title, heading, subject, body, version, style }: Page): string =>
  pageHtml(
    printable(title),
    heading,
    listHtml(subject),
    body,
    `logratio ${escapeHtml(version)}: <code>logratio compare</code>. KL in nats.`,
    style,
  );

export const nameOf = ({ label }: Pick<Candidate, "label">): string => escapeHtml(printable(label));

/** Cards, charts and tables of one candidate; where it is not the only one, without the charts that all share. */
function candidateHtml(comparison: Comparison, i: number, isOnly: boolean): string {
  const candidate = comparison.candidates[i];
  const figures = [
    ...(isOnly || comparison.candidates.length > 1
      ? [alongFigure(comparison, [i]), distributionFigure(comparison, [i])]
      : []),
    calibrationFigure(comparison, i),
  ].filter((figure) => figure !== undefined);
  const tables = tablesOf(candidate, comparison.texts, WORST);
  const worst = tables.pop() as Table;
  const shown = candidate.report.worst.slice(0, WORST);
  const anchors = shown.map(({ row }) => rowAnchorOf(i, Number(row)));
  const heading = isOnly ? "" : headingHtml(comparison, i);
  return `<article id="${anchorOf(i)}">
${heading}<ul class="key">${keyFigures(candidate.report).join("")}</ul>
${figures.map((figure) => figureHtml(figure)).join("\n")}
${tables.map((table) => tableHtml(table)).join("\n")}
${tableHtml(worst, [], anchors)}
${contextsHtml(comparison, i)}
</article>`;
}

export const headingHtml = (comparison: Ranked, i: number): string =>
  `<h2 class="candidate"><i style="background: ${colourOf(comparison, i)}"></i>${nameOf(comparison.candidates[i])}</h2>\n`;

/** Each with its error, or with why it has none. */
function keyFigures({ kl, perplexity, sameTop, tokens }: Candidate["report"]): string[] {
  const whyNone = kl.infinite > 0 ? `infinite for ${formatCount(kl.infinite)} of ${formatCount(kl.count)} tokens` : "";
  const none = Number.NaN;
  const share = { value: 100 * sameTop.value, standardError: 100 * sameTop.standardError };
  const shown: [name: string, estimate: Estimate, whyNone?: string][] = [
    ...(tokens > 0
      ? ([
          ["PPL", perplexity.other],
          ["ΔPPL", perplexity.difference],
        ] as [string, Estimate][])
      : []),
    ["mean KL, nats", { value: kl.mean, standardError: kl.standardError }, whyNone],
    ["median KL, nats", { value: kl.median, standardError: none }],
    ["99.9 % KL, nats", { value: kl.quantiles["99.9%"], standardError: none }],
    ["same top p, %", share],
  ];
  return shown.map(([name, { value, standardError }, whyNoError = ""]) => {
    const decimals = decimalsFor(value, standardError);
    const note = Number.isNaN(standardError) ? whyNoError : `± ${format(standardError, decimals)}`;
    return cardHtml(name, format(value, decimals), note);
  });
}

export const legendHtml = (comparison: Ranked): string =>
  `<ul class="legend">${legendOf(comparison)
    .map(
      ({ i, label, colour }) =>
        `<li><i style="background: ${colour}"></i>${linked(escapeHtml(label), linkTo(comparison, i))}</li>`,
    )
    .join("")}</ul>`;
