// The tables of a report of lists, as text and pages show them.

import type { Bounds, ListMean, MeanBounds, TopKDistribution } from "../sparse/index.js";
import { COLUMNS, type ListCandidate, type ListComparison, type ListPosition, MEASURES } from "./listComparison.js";
import { decimalsFor, format, formatCount, formatDigits } from "./numbers.js";
import { printable } from "./printable.js";
import { CAUTION, modelColumns, type Table } from "./tables.js";
import { csvLine, headingText, tableMarkdown, tableText, wrap } from "./text.js";

/** "0.0123 ± 0.0004". */
function shownMean({ mean, standardError }: ListMean): string {
  const decimals = decimalsFor(mean, standardError);
  return Number.isNaN(standardError)
    ? format(mean, decimals)
    : `${format(mean, decimals)} ± ${format(standardError, decimals)}`;
}

/** "0.012 to 0.034". */
const shownInterval = ({ lower, upper }: Pick<Bounds, "lower" | "upper">): string =>
  `${formatDigits(lower, 3)} to ${formatDigits(upper, 3)}`;

export const meanInterval = ({ lower, upper }: MeanBounds): string =>
  shownInterval({ lower: lower.mean, upper: upper.mean });

const tokenText = (token: ListPosition["token"]): string =>
  token === undefined ? "" : printable(JSON.stringify(token));

/** As a position is called: the answer that it is in, and its place there. */
const placeText = ({ record, index }: ListPosition): string => `${formatCount(record)}, ${formatCount(index)}`;

/** All candidates, the closest first. */
export function rankingTable({ base, candidates, ranking }: ListComparison): Table {
  const { head, cellsOf } = modelColumns([base, ...candidates]);
  return {
    title: "Ranking by the estimate of mean KL(base‖candidate), nats per token",
    head: [
      ...[...head, "KL at least", "KL estimate"],
      ...["JS at least", "JS at most", "TV at least", "TV at most", "positions"],
    ],
    rows: ranking.map((i) => {
      const { kl, js, totalVariation, positions } = candidates[i].report;
      const means = [kl.lower, kl.estimate, js.lower, js.upper, totalVariation.lower, totalVariation.upper];
      return [...cellsOf(candidates[i]), ...means.map(({ mean }) => formatDigits(mean, 3)), formatCount(positions)];
    }),
    note: `TV is total variation. Where the intervals of two candidates overlap, the lists do not tell which is closer. ${CAUTION}`,
  };
}

/** What was compared, and what is behind the first token that differs. */
function coverageTable({ report }: ListCandidate): Table {
  const { positions, leftOut, records, diverging } = report;
  const row = (name: string, left: number): string[] => [
    ...[name, formatCount(positions + left), formatCount(positions), formatCount(left)],
    format((100 * positions) / (positions + left), 1),
  ];
  return {
    title: "Positions",
    head: ["", "in all", "compared", "left out", "compared, %"],
    rows: [row("base", leftOut.base), row("other", leftOut.other)],
    note:
      `Compared are ${formatCount(records)} answers, each up to the first token that differs: ${formatCount(diverging)} answers differ from some ` +
      "token on. What is behind it, or has no counterpart, is left out.",
  };
}

function meansTable({ report }: ListCandidate): Table {
  return {
    title: "Means over the positions, in nats",
    head: ["", "at least", "at most", "estimate"],
    rows: MEASURES.map(([name, key]) => {
      const { lower, upper, estimate } = report[key];
      return [name, shownMean(lower), shownMean(upper), formatDigits(estimate.mean, 4)];
    }),
    note:
      "The mean of the exact values lies between the first two; ± is the standard error of the sampling. The estimate assumes that " +
      "what a list leaves is spread evenly over the tokens that only the other lists, and all others as one.",
  };
}

/** Characters of a token. */
const LONGEST_TOKEN = 20;

export const farthestTable = ({ farthest }: ListCandidate): Table => ({
  title: "Farthest apart, by what JS is at least",
  head: ["answer, position", "token", "KL at least", "JS", "total variation"],
  rows: farthest.map((position) => {
    const { kl, js, totalVariation } = position.bounds;
    const numbers = [formatDigits(kl.lower, 3), shownInterval(js), shownInterval(totalVariation)];
    return [placeText(position), tokenText(position.token).slice(0, LONGEST_TOKEN), ...numbers];
  }),
});

/** Tokens of each list that a table has room for. */
const LISTED = 10;

/** The likeliest tokens of either list, with what both say. */
export function bothListsTable(position: ListPosition): Table {
  const sides = [position.base, position.other];
  const probabilityOf = (side: TopKDistribution, token: TopKDistribution["tokens"][number]): number | undefined => {
    const place = side.places.get(token);
    return place === undefined ? undefined : side.probabilities[place];
  };
  const likeliest = sides.flatMap((side) =>
    side.tokens
      .toSorted((a, b) => (probabilityOf(side, b) as number) - (probabilityOf(side, a) as number))
      .slice(0, LISTED),
  );
  const percent = (p: number) => formatDigits(100 * p, 3);
  return {
    title: `Answer, position ${placeText(position)}${position.token === undefined ? "" : `: token ${tokenText(position.token)}`}`,
    head: ["", "base, %", "other, %"],
    rows: [
      ...[...new Set(likeliest)].map((token) => [
        tokenText(token).slice(0, LONGEST_TOKEN),
        ...sides.map((side) => {
          const p = probabilityOf(side, token);
          return p === undefined ? `≤ ${percent(side.mostUnlisted)}` : percent(p);
        }),
      ]),
      ["outside the list", ...sides.map(({ rest }) => percent(rest))],
    ],
  };
}

/** Of one candidate; those of the farthest come last. */
export const tablesOf = (candidate: ListCandidate): Table[] => [coverageTable(candidate), meansTable(candidate)];

/** What was compared: name, value. */
export const subjectOf = ({ base, candidates }: ListComparison): [string, string][] => [
  ["base", printable(base.path)],
  ...candidates.map(({ path }): [string, string] => [candidates.length === 1 ? "other" : "candidate", printable(path)]),
];

export function textOf(comparison: ListComparison): string {
  const { candidates, ranking } = comparison;
  const isOne = candidates.length === 1;
  const parts = [
    subjectOf(comparison)
      .map(([name, value]) => `${name.padEnd(12)}${value}`)
      .join("\n"),
    ...(isOne ? [] : [tableText(rankingTable(comparison))]),
    ...ranking.flatMap((i) => [
      ...(isOne ? [] : [headingText(printable(candidates[i].label))]),
      ...[...tablesOf(candidates[i]), farthestTable(candidates[i])].map(tableText),
    ]),
    ...(isOne ? [wrap(CAUTION).join("\n")] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

export const markdownOf = (comparison: ListComparison): string => `${tableMarkdown(rankingTable(comparison))}\n`;

/** The ranking as numbers, a line a candidate. */
export function csvOf({ candidates, ranking }: ListComparison): string {
  const counts = ["records", "positions", "leftOutOfBase", "leftOutOfOther", "diverging"];
  return [
    [
      ...["candidate", "path", "sizeBytes", "bitsPerWeight", ...counts],
      ...COLUMNS.flatMap(([, , name]) => [name, `${name}Error`]),
    ],
    ...ranking.map((i) => {
      const { label, path, size, bitsPerWeight, report } = candidates[i];
      return [
        ...[label, path, size ?? Number.NaN, bitsPerWeight ?? Number.NaN, report.records, report.positions],
        ...[report.leftOut.base, report.leftOut.other, report.diverging],
        ...COLUMNS.flatMap(([key, end]) => [report[key][end].mean, report[key][end].standardError]),
      ];
    }),
  ]
    .map(csvLine)
    .join("");
}
