// What the pages of reports have in common: how they look, tables, figures.

import type { Figure } from "./figures.js";
import { escapeHtml } from "./markup.js";
import type { Table } from "./tables.js";

/** A page that needs no network, light or dark as the reader has it. `heading`, `header`, `main` and `footer` are HTML. */
export const pageHtml = (
  title: string,
  heading: string,
  header: string,
  main: string,
  footer: string,
  style = "",
): string =>
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
<body>
<header>
<h1>${heading}</h1>
${header}
</header>
<main>
${main}
</main>
<footer>${footer}</footer>
</body>
</html>
`;

/** Names and values, as HTML has them. */
export const listHtml = (pairs: readonly (readonly [name: string, value: string])[]): string =>
  `<dl>${pairs.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join("")}</dl>`;

export const warningsHtml = (warnings: readonly string[]): string =>
  warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}</p>\n`).join("");

/** A figure with its name and a note. */
export const cardHtml = (name: string, value: string, note: string): string =>
  `<li><span>${escapeHtml(name)}</span><strong>${escapeHtml(value)}</strong><span>${escapeHtml(note)}</span></li>`;

export const linked = (html: string, link: string | undefined): string =>
  link === undefined ? html : `<a href="${link}">${html}</a>`;

export const figureHtml = ({ title, caption, chart = "" }: Figure, legend = ""): string =>
  `<figure><h3>${escapeHtml(title)}</h3><figcaption>${escapeHtml(caption)}</figcaption>${chart === "" ? "" : legend}${chart}</figure>`;

/** Columns from which on a narrow page shows each row as a list. */
const MANY = 8;

/** Rows may have links from their names, and anchors. */
export function tableHtml(
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
.intervals strong { font-size: 16px }
.lists { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 0 24px } .lists section { margin: 16px 0 }
.lists h3 { font-size: 14px; overflow-wrap: anywhere } summary { cursor: pointer }
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
