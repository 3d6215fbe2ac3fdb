// How far apart two samples of counts are: what a page shows of it.

import { klDivergence } from "logratio";
import {
  align,
  type Contributions,
  type CountComparison,
  compareCounts,
  contributions,
  type DriftClass,
  smooth,
} from "logratio/counts";
import { classesFigure } from "../../src/cli/driftFigures.js";
import { classesTable, intervalText } from "../../src/cli/driftText.js";
import { escapeHtml } from "../../src/cli/markup.js";
import { formatCount, formatDigits } from "../../src/cli/numbers.js";
import { cardHtml, figureHtml, listHtml, pageHtml, tableHtml } from "../../src/cli/page.js";
import { printable } from "../../src/cli/printable.js";
import type { WordCounts } from "./wordCounts.js";

/** What is added to each count before KL, which is infinite where a word is missing. */
export const SMOOTHING: readonly (readonly [name: string, constant: number])[] = [
  ["½ added to each count", 0.5],
  ["1 added to each count", 1],
  ["no smoothing", 0],
];

export interface Sample {
  readonly name: string;
  readonly counts: WordCounts;
}

export interface ComparedCounts {
  readonly before: string;
  readonly after: string;
  readonly js: CountComparison<string>;
  readonly totalVariation: CountComparison<string>;
  readonly smoothing: string;
  /** KL(before‖after) and KL(after‖before) of the smoothed counts, in nats. */
  readonly kl: readonly [forward: number, backward: number];
  /** What each word adds to the JS divergence of the samples. */
  readonly contributions: Contributions<string>;
}

export function compareSamples(before: Sample, after: Sample, smoothing: number): ComparedCounts {
  for (const { name, counts } of [before, after]) {
    if (counts.size === 0) throw new RangeError(`${name}: there are no words`);
  }
  const js = compareCounts(before.counts, after.counts);
  const totalVariation = compareCounts(before.counts, after.counts, { measure: "totalVariation", permutations: 0 });
  const [name, constant] = SMOOTHING[smoothing];
  const [p, q] = align(before.counts, after.counts).counts.map(
    (counts) => smooth(counts, { method: "addConstant", constant }).probabilities,
  );
  return {
    ...{ before: before.name, after: after.name, js, totalVariation },
    ...{ smoothing: name, kl: [klDivergence(p, q), klDivergence(q, p)] },
    contributions: contributions(before.counts, after.counts),
  };
}

/** Rows of the table. */
const SHOWN = 20;
/** Of the report as data. */
const MOST = 1000;

export const contentOf = ({ js, totalVariation, contributions, ...compared }: ComparedCounts): object => ({
  format: "logratio comparison of counts",
  version: 1,
  ...compared,
  js: { ...js, keys: undefined },
  totalVariation: { ...totalVariation, keys: undefined },
  contributions: { ...contributions, terms: contributions.terms.slice(0, MOST) },
});

export function pageOf(compared: ComparedCounts, version: string): string {
  const { before, after, js, totalVariation, smoothing, kl, contributions } = compared;
  const [a, b] = js.sizes;
  const words = {
    ...{ name: "Words", kind: "categorical" as const, plugIn: contributions.value },
    classes: contributions.terms.map(
      ({ key, a, b, term }): DriftClass => ({
        ...{ kind: "category", name: key, reference: a, current: b },
        contribution: term,
      }),
    ),
  };
  const rows = { reference: a, current: b };
  const cards = [
    cardHtml("JS, nats", formatDigits(js.value, 3), `95%: ${intervalText(js.interval)}`),
    cardHtml("p", formatDigits(js.pValue, 3), `of ${formatCount(js.permutations)} permutations`),
    cardHtml("total variation", formatDigits(totalVariation.value, 3), `95%: ${intervalText(totalVariation.interval)}`),
    cardHtml("KL(before‖after), nats", formatDigits(kl[0], 3), smoothing),
    cardHtml("KL(after‖before), nats", formatDigits(kl[1], 3), smoothing),
  ];
  const subject = (name: string, count: number) => `${printable(name)}: ${formatCount(count)} counted`;
  const html = (name: string) => escapeHtml(printable(name));
  return pageHtml(
    printable(`${before}, ${after}`),
    `What has changed from <b>${html(before)}</b> to <b>${html(after)}</b>`,
    listHtml([
      ["before", subject(before, a)],
      ["after", subject(after, b)],
      ["words", formatCount(js.classes)],
    ]),
    `<ul class="key">${cards.join("")}</ul>
<p>JS and total variation are estimates without what chance alone adds: JS is from 0 to ln 2 = 0.693 nats, total variation from 0 to 1.
p is how often samples of one distribution are as far apart. KL is of the smoothed counts, and depends on the smoothing.</p>
${contributions.value > 0 ? figureHtml(classesFigure(words, rows)) + tableHtml(classesTable(words, rows, SHOWN)) : "<p>Both have the same shares.</p>"}`,
    `logratio ${escapeHtml(version)}: <code>logratio/counts</code>. JS and KL in nats.`,
  );
}
