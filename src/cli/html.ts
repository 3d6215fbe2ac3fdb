// The report of a comparison as one page that needs no network, light or dark as the reader has it.

import type { Estimate } from "../compare/index.js";
import type { Candidate, Comparison } from "./comparison.js";
import {
  alongFigure,
  anchorOf,
  calibrationFigure,
  colourOf,
  distributionFigure,
  type Figure,
  legendOf,
  linkTo,
  rankingFigure,
  rowAnchorOf,
  sizeFigures,
} from "./figures.js";
import { escapeHtml } from "./markup.js";
import { decimalsFor, format, formatCount } from "./numbers.js";
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
  const subject = subjectOf(comparison).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  const warnings = warningsOf(comparison).map(
    (warning) => `<p class="warning">${escapeHtml(printable(warning))}</p>\n`,
  );
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
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(printable([base, ...files].map(({ label }) => label).join(", ")))}</title>
<style>${STYLE}${texts === undefined ? "" : PASSAGE_STYLE}</style>
<body>
<header>
<h1>${title}</h1>
<dl>${subject.join("")}</dl>
</header>
<main>
${warnings.join("")}${parts.join("\n")}
</main>
<footer>logratio ${escapeHtml(version)}: <code>logratio compare</code>. KL in nats.</footer>
</body>
</html>
`;
}

const nameOf = ({ label }: Pick<Candidate, "label">): string => escapeHtml(printable(label));

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
  const heading = isOnly
    ? ""
    : `<h2 class="candidate"><i style="background: ${colourOf(comparison, i)}"></i>${nameOf(candidate)}</h2>\n`;
  return `<article id="${anchorOf(i)}">
${heading}<ul class="key">${keyFigures(candidate.report).join("")}</ul>
${figures.map((figure) => figureHtml(figure)).join("\n")}
${tables.map((table) => tableHtml(table)).join("\n")}
${tableHtml(worst, [], anchors)}
${contextsHtml(comparison, i)}
</article>`;
}

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
    return `<li><span>${escapeHtml(name)}</span><strong>${escapeHtml(format(value, decimals))}</strong><span>${escapeHtml(note)}</span></li>`;
  });
}

const linked = (html: string, link: string | undefined): string =>
  link === undefined ? html : `<a href="${link}">${html}</a>`;

const legendHtml = (comparison: Comparison): string =>
  `<ul class="legend">${legendOf(comparison)
    .map(
      ({ i, label, colour }) =>
        `<li><i style="background: ${colour}"></i>${linked(escapeHtml(label), linkTo(comparison, i))}</li>`,
    )
    .join("")}</ul>`;

const figureHtml = ({ title, caption, chart = "" }: Figure, legend = ""): string =>
  `<figure><h3>${escapeHtml(title)}</h3><figcaption>${escapeHtml(caption)}</figcaption>${chart === "" ? "" : legend}${chart}</figure>`;

/** Columns from which on a narrow page shows each row as a list. */
const MANY = 8;

/** Rows may have links from their names, and anchors. */
function tableHtml(
  { title, head, rows, note, isOfModels = false }: Table,
  links: readonly (string | undefined)[] = [],
  anchors: readonly string[] = [],
): string {
  const isWide = isOfModels || head.length >= MANY;
  const cells = (row: readonly string[], r: number) =>
    row
      .map((cell, i) => {
        const text = escapeHtml(cell);
        if (i > 0) return `<td${isWide ? ` data-label="${escapeHtml(head[i])}"` : ""}>${text}</td>`;
        return `<th scope="row">${linked(text, links[r])}</th>`;
      })
      .join("");
  const body = rows
    .map((row, r) => `<tr${anchors[r] === undefined ? "" : ` id="${escapeHtml(anchors[r])}"`}>${cells(row, r)}</tr>`)
    .join("\n");
  const header = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join("");
  return `<section><h3>${escapeHtml(title)}</h3>
<div class="scroll"><table${isWide ? ' class="many"' : ""}><thead><tr>${header}</tr></thead><tbody>
${body}
</tbody></table></div>${note === undefined ? "" : `<p>${escapeHtml(note)}</p>`}</section>`;
}

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfaf8; --ink: #1d2327; --soft: #667078; --faint: #e4e2dd; --pale: #b9d0f3; --mark: #d1491c;
--c0: #1f6feb; --c1: #d1890a; --c2: #2b9348; --c3: #c2378b; --c4: #7a4fd0; --c5: #0e9aa7; --c6: #b5542f; --c7: #5b7c99; --c8: #8a8d0f; --c9: #e0527a; --c10: #3d5a80; --c11: #9c6b4e }
@media (prefers-color-scheme: dark) { :root { --ground: #15191d; --ink: #e6e8ea; --soft: #98a2ab; --faint: #2c333a; --pale: #34527f; --mark: #ff8a5c;
--c0: #6aa5ff; --c1: #f2b84b; --c2: #62c97f; --c3: #f07cc0; --c4: #b394ff; --c5: #4fd0dc; --c6: #e98f6b; --c7: #9db8d1; --c8: #cfd24f; --c9: #ff8fab; --c10: #8fb0dd; --c11: #cf9f80 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 920px; padding: 24px 30px 40px; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
h1 { margin: 0 0 12px; font-size: 24px; font-weight: 400; line-height: 1.25; overflow-wrap: anywhere }
h2 { margin: 0; font-size: 20px; overflow-wrap: anywhere } h3 { margin: 0 0 4px; font-size: 16px }
a { color: inherit; text-decoration-color: var(--soft) }
article { margin-top: 40px } .candidate { padding-top: 16px; border-top: 1px solid var(--faint) }
header dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; color: var(--soft) }
dd { margin: 0; color: var(--ink); overflow-wrap: anywhere }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 12px; margin: 20px 0; padding: 0; list-style: none }
.key li { display: grid; align-content: start; padding: 10px 12px; border: 1px solid var(--faint); border-radius: 6px }
.key strong { font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap }
.key span, figcaption, p, footer { color: var(--soft); font-size: 13px }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 0; padding: 0; list-style: none; font-size: 13px }
i { display: inline-block; width: 11px; height: 11px; margin-right: 6px; border-radius: 3px }
figure, section { margin: 32px 0 }
figcaption, p { margin: 2px 0 8px } .warning { padding: 8px 12px; border-left: 4px solid var(--mark); color: var(--ink) }
svg { --plot-background: var(--ground); color: var(--ink); overflow: visible }
.narrow { display: none }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: 3px 0 3px 14px; text-align: right; font-weight: 400; border-bottom: 1px solid var(--faint); white-space: nowrap }
thead th { color: var(--soft); font-size: 13px; vertical-align: bottom } th:first-child { padding-left: 0; text-align: left }
.many { font-size: 12px } .many th, .many td { padding-left: 9px } .many th:first-child { padding-left: 0 } .many th[scope=row] { min-width: 168px; white-space: normal; overflow-wrap: anywhere } .many thead th { font-size: 12px; white-space: normal }
@media (min-width: 980px) { section:has(.many) { width: min(1240px, calc(100vw - 48px)); margin-left: calc(430px - min(1240px, calc(100vw - 48px)) / 2) } }
tr:target { background: var(--pale) }
@media (max-width: 700px) {
body { padding: 16px 12px 32px } .wide { display: none } .narrow { display: block }
th, td { padding-left: 4px; font-size: 11.5px } th[scope=row] { white-space: normal } thead th { white-space: normal; font-size: 11px; overflow-wrap: anywhere } .key { grid-template-columns: repeat(2, 1fr) }
.many, .many tbody, .many tr { display: block } .many thead { display: none }
.many tr { padding: 8px 0; border-bottom: 1px solid var(--faint) }
.many th[scope=row] { display: block; border: 0; font-size: 14px; font-weight: 600; white-space: normal }
.many td { display: flex; justify-content: space-between; gap: 6px; padding: 1px 0; border: 0 } .many td:empty { display: none } .many td::before { content: attr(data-label); color: var(--soft) }
}
@media print { body { max-width: none; padding: 0 } figure, tr { break-inside: avoid } :root { color-scheme: light } }
`;
