// The text of a comparison on a page, coloured by KL; and each candidate's worst tokens in it.

import { exp } from "../numbers/scalar.js";
import { type Likely, TOP } from "../shards/passage.js";
import type { Comparison } from "./comparison.js";
import { rowAnchorOf } from "./figures.js";
import { escapeHtml } from "./markup.js";
import { decadeOf, formatCount, formatDigits } from "./numbers.js";
import { PASSAGE_SCRIPT } from "./passageScript.js";
import { tidy } from "./plots.js";
import { printable, printableLines } from "./printable.js";
import { shortLabel } from "./tables.js";
import { onLine, quoted, type Texts } from "./texts.js";

/** Steps of colour: half decades of KL up to the largest. */
const LEVELS = 6;

/** The least KL of each step, from the smallest to the largest. */
function thresholdsOf(largest: number): number[] {
  const steps: number[] = [];
  const most = largest > 0 ? largest : 1;
  for (let power = decadeOf(most) + 1; steps.length < LEVELS; power--) {
    for (const step of [Number(`3e${power}`), Number(`1e${power}`)]) if (step <= most) steps.push(step);
  }
  return steps.slice(0, LEVELS).reverse();
}

/** Where a token ends within a character, that is shown with the token that ends it. */
const PART = "·";
const UNKNOWN = "…";

/** Of the rows that are kept the texts, as they are shown; undefined before a row whose text does not go on from the last one. */
function shownTexts(texts: Texts): { text: string; isJoined: boolean }[] {
  const { passage, vocabulary } = texts;
  let decoder = new TextDecoder();
  return Array.from({ length: passage.kept }, (_, i) => {
    const row = passage.start + i;
    const isJoined = i === 0 || texts.isJoined(row);
    const token = passage.tokenOf(row);
    if (!isJoined || token < 0) decoder = new TextDecoder();
    if (token < 0) return { text: UNKNOWN, isJoined };
    const content = vocabulary.contentOf(token);
    const decoded = content === undefined ? `#${token}` : decoder.decode(content.bytes, { stream: true });
    return { text: printableLines(decoded.replaceAll("\n", "↵\n")) || PART, isJoined };
  });
}

/** Numbers of a page: probabilities as hundredths of percents. */
class PassageData {
  readonly #strings = new Map<string, number>();

  likely(texts: Texts, tokens: readonly Likely[]): number[] {
    return tokens.flatMap(({ token, logProbability }) => [
      this.#placeOf(quoted(texts.textOf(token), 40)),
      Math.round(1e4 * exp(logProbability)),
    ]);
  }

  #placeOf(text: string): number {
    const place = this.#strings.get(text) ?? this.#strings.size;
    this.#strings.set(text, place);
    return place;
  }

  get strings(): string[] {
    return [...this.#strings.keys()];
  }
}

/** Digits of a KL, as few as a reader needs. */
const rounded = (kl: number): number => Number(kl.toPrecision(3));

/** JSON within a page, which no text in it can end. */
const jsonInPage = (value: object): string => JSON.stringify(value).replaceAll("<", "\\u003c");

/** The text, its first rows if it is long; nothing where no token is known. */
export function passageHtml({ candidates, ranking, texts }: Comparison): string {
  if (texts === undefined || candidates[0].report.tokens === 0) return "";
  const { passage } = texts;
  const rows = Array.from({ length: passage.kept }, (_, i) => passage.start + i);
  const data = new PassageData();
  const ofBase = rows.flatMap((row) => data.likely(texts, passage.rowOf(row, 0).base));
  const own = ranking.map((i) => rows.map((row) => passage.rowOf(row, i)));
  const likely = [ofBase, ...own.map((all) => all.flatMap(({ other }) => data.likely(texts, other)))];
  const kl = own.map((all) => all.map((row) => rounded(row.kl)));
  const thresholds = thresholdsOf(
    kl.flat().reduce((most, x) => (x < Number.POSITIVE_INFINITY ? Math.max(most, x) : most), 0),
  );
  const levelOf = (x: number) => thresholds.filter((least) => x >= least).length;
  const spans = shownTexts(texts).map(
    ({ text, isJoined }, i) =>
      `${isJoined ? "" : "<hr>"}<span class="k${levelOf(kl[0][i])}">${escapeHtml(text)}</span>`,
  );
  const names = ranking.map((i) => escapeHtml(shortLabel(candidates[i].label)));
  const choice =
    names.length === 1
      ? ""
      : `<p><label>coloured by the KL of <select id="passage-choice">${names.map((name, i) => `<option value="${i}">${name}</option>`).join("")}</select></label></p>`;
  const scale = thresholds.map((least, i) => `<li><i class="k${i + 1}"></i>from ${tidy(least)}</li>`);
  const left = passage.rows - passage.kept;
  const leftOut =
    left === 0
      ? ""
      : ` These are the first ${formatCount(passage.kept)} of ${formatCount(passage.rows)} tokens; the other ${formatCount(left)} are left out.`;
  const top = Math.min(TOP, passage.rowOf(rows[0], 0).base.length);
  const json = jsonInPage({ strings: data.strings, top, start: passage.start, thresholds, kl, likely });
  return `<figure id="text"><h3>The text</h3>
<figcaption>Each token has the colour of its KL. Point at one, or use the arrow keys, to see what both models expected there.${leftOut}</figcaption>
${choice}<ul class="legend"><li>KL in nats:</li>${scale.join("")}</ul>
<div id="passage" tabindex="0" role="group" aria-label="The text: arrow keys lead from token to token">${spans.join("")}</div>
<div id="passage-told" data-name="${names[0]}" aria-live="polite"><p>The likeliest tokens of both models come here.</p></div>
<script type="application/json" id="passage-data">${json}</script>
<script type="module">${PASSAGE_SCRIPT}</script></figure>`;
}

/** The worst tokens of a candidate, each between what comes before and after it, with what both models expected. */
export function contextsHtml({ candidates, texts }: Comparison, i: number): string {
  if (texts === undefined) return "";
  const likely = (tokens: readonly Likely[]) =>
    tokens
      .map(({ token, logProbability }) => {
        const percent = 100 * exp(logProbability);
        const shown = percent < 0.01 ? "< 0.01" : percent.toFixed(percent < 10 ? 2 : 1);
        return `<code>${escapeHtml(quoted(texts.textOf(token), 40))}</code> ${escapeHtml(shown)} %`;
      })
      .join(", ");
  const name = escapeHtml(printable(shortLabel(candidates[i].label)));
  const items = texts.passage.worstOf(i).map(({ row, kl, base, other }) => {
    const { before, token, after } = texts.contextOf(row);
    const [start, own, end] = [before, token, after].map((text) => escapeHtml(onLine(text)));
    const context = token === "" ? "" : `<q>${start}<mark>${own}</mark>${end}</q>`;
    return `<li><p><a href="#${rowAnchorOf(i, row)}">row ${formatCount(row)}</a>, KL ${formatDigits(kl, 4)}</p>${context}<p>base: ${likely(base)}</p><p>${name}: ${likely(other)}</p></li>`;
  });
  return `<section><h3>Worst tokens in their text</h3><ol class="contexts">
${items.join("\n")}
</ol></section>`;
}

export const PASSAGE_STYLE = `
#passage { max-height: 60vh; padding: 10px 12px; overflow: auto; border: 1px solid var(--faint); border-radius: 6px; line-height: 1.7; white-space: pre-wrap; overflow-wrap: anywhere }
#passage span { border-radius: 2px } #passage hr { margin: 10px 0; border: 0; border-top: 1px dashed var(--soft) }
#passage .at { outline: 2px solid var(--ink) }
${Array.from({ length: LEVELS }, (_, i) => `.k${i + 1} { background: color-mix(in srgb, var(--mark) ${[8, 16, 27, 38, 50, 62][i]}%, transparent) }`).join(" ")}
#passage-told { display: grid; grid-template-columns: 1fr 1fr; gap: 0 24px; align-content: start; min-height: 150px; margin-top: 8px; font-size: 13px }
#passage-told p { grid-column: 1 / -1; margin: 0 0 4px } #passage-told ol { margin: 0; padding: 0; list-style: none }
code { font: 12px/1.6 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
.contexts { padding: 0; list-style: none } .contexts li { padding: 8px 0; border-bottom: 1px solid var(--faint) } .contexts p { margin: 0 }
q { display: block; white-space: pre-wrap; overflow-wrap: anywhere; quotes: none } mark { padding: 0 2px; border-radius: 2px; background: color-mix(in srgb, var(--mark) 50%, transparent); color: inherit }
@media print { #passage { max-height: none } #passage-told { display: none } [class^=k] { print-color-adjust: exact } }
`;
