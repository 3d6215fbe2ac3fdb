// The report of a comparison as one page that needs no network, light or dark as the reader has it.

import type { Candidate, Comparison } from "./comparison.js";
import { alongText, calibration, type Drawn, histogram, notesAlong, notesOfHistogram } from "./figures.js";
import { decimalsFor, format, formatCount } from "./numbers.js";
import { printable } from "./printable.js";
import { escapeHtml, type Frame, frameOf } from "./svg.js";
import { CAUTION, pairsTable, rankingTable, subjectOf, type Table, tablesOf, warningsOf } from "./tables.js";

/** Each chart is drawn for pages and for telephones; the style shows one. */
const WIDE = frameOf(760);
const NARROW = frameOf(344);

const WORST = 20;

export function pageOf(comparison: Comparison, version: string): string {
  const { base, start } = comparison;
  const subject = subjectOf(comparison).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  const warnings = warningsOf(comparison).map(
    (warning) => `<p class="warning">${escapeHtml(printable(warning))}</p>\n`,
  );
  const files = comparison.candidates.filter(({ floor }) => floor === null);
  const isOne = comparison.candidates.length === 1;
  const pairs = pairsTable(comparison);
  const tables = [...(isOne ? [] : [rankingTable(comparison)]), ...(pairs === undefined ? [] : [pairs])];
  const title = isOne
    ? `How far <b>${nameOf(files[0])}</b> is from <b>${nameOf(base)}</b>`
    : `How far ${files.length} models are from <b>${nameOf(base)}</b>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(printable([base, ...files].map(({ path }) => path).join(", ")))}</title>
<style>${STYLE}</style>
<body>
<header>
<h1>${title}</h1>
<dl>${subject.join("")}</dl>
</header>
<main>
${warnings.join("")}${tables.map(tableHtml).join("\n")}
${files.map((candidate) => `${isOne ? "" : `<h1>${nameOf(candidate)}</h1>`}${candidateHtml(candidate, start)}`).join("\n")}
${isOne ? `<p>${CAUTION}</p>` : ""}
</main>
<footer>logratio ${escapeHtml(version)}: <code>logratio compare</code>. KL in nats.</footer>
</body>
</html>
`;
}

function candidateHtml(candidate: Candidate, start: number): string {
  const drawn = { ...candidate, start };
  const figures = [
    figure("KL along the text", notesAlong(candidate), drawn, alongText),
    figure("Tokens by KL", notesOfHistogram(candidate), drawn, histogram),
    figure(
      "Δp by probability",
      "The observed token's probability in other less that in base, for tokens as probable in base: mean and standard deviation. A dot off the dashed line is a bias.",
      drawn,
      calibration,
    ),
  ];
  return `<ul class="key">${keyFigures(candidate.report).join("")}</ul>
${figures.join("\n")}
${tablesOf(candidate, WORST).map(tableHtml).join("\n")}`;
}

const nameOf = ({ label }: Pick<Candidate, "label">): string => escapeHtml(printable(label));

/** Each with its error, or with why it has none. */
function keyFigures({ kl, perplexity, sameTop, deltaP, tokens }: Candidate["report"]): string[] {
  const whyNone = kl.infinite > 0 ? `infinite for ${formatCount(kl.infinite)} of ${formatCount(kl.count)} tokens` : "";
  const shown: [name: string, value: number, error: number, unit?: string, whyNone?: string][] = [
    ["mean KL", kl.mean, kl.standardError, "nats", whyNone],
    ["same top p", 100 * sameTop.value, 100 * sameTop.standardError, "%"],
  ];
  if (tokens > 0) {
    shown.push(["PPL ratio", perplexity.ratio.value, perplexity.ratio.standardError]);
    shown.push(["RMS Δp", 100 * deltaP.rms.value, 100 * deltaP.rms.standardError, "%"]);
  }
  return shown.map(([name, value, error, unit = "", whyNoError = ""]) => {
    const decimals = decimalsFor(value, error);
    const note = Number.isNaN(error) ? whyNoError : `± ${format(error, decimals)}`;
    return `<li><span>${escapeHtml(name)}</span><strong>${escapeHtml(format(value, decimals))} <small>${unit}</small></strong><span>${escapeHtml(note)}</span></li>`;
  });
}

function figure(
  title: string,
  note: string,
  candidate: Drawn,
  draw: (candidate: Drawn, frame: Frame) => string | undefined,
): string {
  const [wide, narrow] = [draw(candidate, WIDE), draw(candidate, NARROW)];
  if (wide === undefined || narrow === undefined) return "";
  const caption = note === "" ? "" : `<figcaption>${escapeHtml(note)}</figcaption>`;
  return `<figure><h2>${escapeHtml(title)}</h2>${caption}<div class="wide">${wide}</div><div class="narrow">${narrow}</div></figure>`;
}

function tableHtml({ title, head, rows, note }: Table): string {
  const cells = (row: readonly string[], tag: string) =>
    row
      .map((cell, i) => (i === 0 ? `<th scope="row">${escapeHtml(cell)}</th>` : `<${tag}>${escapeHtml(cell)}</${tag}>`))
      .join("");
  const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
  return `<section><h2>${escapeHtml(title)}</h2>
<div class="scroll"><table><thead><tr>${cells(head, "th")}</tr></thead><tbody>
${body}
</tbody></table></div>${note === undefined ? "" : `<p>${escapeHtml(note)}</p>`}</section>`;
}

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfaf8; --ink: #1d2327; --soft: #667078; --faint: #e4e2dd; --line: #1f6feb; --pale: #9dc1f5; --mark: #d1491c }
@media (prefers-color-scheme: dark) { :root { --ground: #15191d; --ink: #e6e8ea; --soft: #98a2ab; --faint: #2c333a; --line: #6aa5ff; --pale: #2f5285; --mark: #ff8a5c } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 820px; padding: 24px 30px 40px; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
h1 { margin: 0 0 12px; font-size: 24px; font-weight: 400; line-height: 1.25; overflow-wrap: anywhere }
h2 { margin: 0 0 4px; font-size: 16px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; color: var(--soft) }
dd { margin: 0; color: var(--ink); overflow-wrap: anywhere }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 24px 0; padding: 0; list-style: none }
.key li { display: grid; padding: 12px 14px; border: 1px solid var(--faint); border-radius: 6px }
.key strong { font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums }
.key small { font-size: 14px; font-weight: 400 }
.key span, figcaption, p, footer { color: var(--soft); font-size: 13px }
figure, section { margin: 32px 0 }
figcaption, p { margin: 2px 0 8px } .warning { padding: 8px 12px; border-left: 4px solid var(--mark); color: var(--ink) }
svg { display: block; max-width: 100%; font: 12px system-ui, sans-serif; fill: var(--soft); overflow: visible }
.narrow { display: none }
.grid { stroke: var(--faint) } .axis, .tick { stroke: var(--soft) } .label { fill: var(--ink) }
.line, .largest { fill: none; stroke: var(--line); stroke-width: 1.2; stroke-linejoin: round } .largest { stroke: var(--pale) }
.bar, .dot { fill: var(--line) } .spread { stroke: var(--pale); stroke-width: 5 }
.mark { fill: var(--mark); stroke: var(--ground); stroke-width: 1.5 } .mean { stroke: var(--mark); stroke-width: 1.5; stroke-dasharray: 4 3 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }
th, td { padding: 3px 14px 3px 0; text-align: right; font-weight: 400; border-bottom: 1px solid var(--faint) }
thead th { color: var(--soft); font-size: 13px } th:first-child { text-align: left }
@media (max-width: 640px) { body { padding: 16px 12px 32px } .wide { display: none } .narrow { display: block } th, td { font-size: 13px; padding-right: 10px } }
`;
