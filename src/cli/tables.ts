// The tables of a report, as text and pages show them.

import type { Estimate, Quantile, Statistics } from "../compare/index.js";
import type { Comparison } from "./comparison.js";
import { decimalsFor, format, formatCount, formatDigits } from "./numbers.js";
import { printable } from "./printable.js";

export interface Table {
  readonly title: string;
  /** Of the columns; the first is of the rows' names. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What units and words mean. */
  readonly note?: string;
}

/** Of a fraction, to percent. */
const percent = ({ value, standardError }: Estimate): Estimate => ({
  value: 100 * value,
  standardError: 100 * standardError,
});

/** Value, error. */
function estimate({ value, standardError }: Estimate): [string, string] {
  const decimals = decimalsFor(value, standardError);
  const error = Number.isNaN(standardError) ? "" : `± ${format(standardError, decimals)}`;
  return [format(value, decimals), error];
}

/** What there is to say of a quantity, from the top of the table to its end. */
const LINES: readonly (readonly [name: string, of: (statistics: Statistics) => number])[] = [
  ["mean", ({ mean }) => mean],
  ["± its error", ({ standardError }) => standardError],
  ["deviation", ({ standardDeviation }) => standardDeviation],
  ["maximum", ({ max }) => max],
  ...(["99.9%", "99%", "95%", "90%", "75%", "50%", "25%", "10%", "5%", "1%", "0.1%"] as const).map(
    (key: Quantile) =>
      [key === "50%" ? "median" : key.replace("%", " %"), ({ quantiles }: Statistics) => quantiles[key]] as const,
  ),
  ["minimum", ({ min }) => min],
];

/** A column a quantity, each times a number of its own. */
export function statisticsTable(
  title: string,
  columns: readonly (readonly [name: string, statistics: Statistics, scale?: number])[],
  note?: string,
): Table {
  const shown = columns.map(([, statistics, scale = 1]) => {
    const decimals = decimalsFor(scale * statistics.mean, scale * statistics.standardError);
    return (of: (statistics: Statistics) => number) => format(scale * of(statistics), decimals);
  });
  return {
    title,
    head: ["", ...columns.map(([name]) => name)],
    rows: LINES.map(([name, of]) => [name, ...shown.map((show) => show(of))]),
    note,
  };
}

/** Of the perplexities and the likeliest tokens: name, value, error. */
function agreementTable({ report }: Comparison): Table {
  const { perplexity, tokens, rows, sameTop, topOverlap, topK, deltaP } = report;
  const overlap = { value: topOverlap.mean, standardError: topOverlap.standardError };
  const ofTokens: [string, string, string][] =
    tokens === 0
      ? []
      : [
          ["PPL(base)", ...estimate(perplexity.base)],
          ["PPL(other)", ...estimate(perplexity.other)],
          ["ln PPL(other)/PPL(base)", ...estimate(perplexity.logRatio)],
          ["PPL(other)/PPL(base)", ...estimate(perplexity.ratio)],
          ["PPL(other) − PPL(base)", ...estimate(perplexity.difference)],
          ["correlation of ln p, %", format(100 * perplexity.correlation, 2), ""],
          ["mean Δp, %", ...estimate(percent({ value: deltaP.mean, standardError: deltaP.standardError }))],
          ["RMS Δp, %", ...estimate(percent(deltaP.rms))],
        ];
  return {
    title: "Perplexities and likeliest tokens",
    head: ["", "value", "error"],
    rows: [
      ...ofTokens,
      ["same top p, %", ...estimate(percent(sameTop))],
      [`top ${topK} in common, %`, ...estimate(percent(overlap))],
    ],
    note:
      tokens === 0
        ? "Without the observed tokens (--tokens) there are no perplexities and no Δp."
        : tokens < rows
          ? `Perplexities and Δp are of the ${formatCount(tokens)} rows whose token is known.`
          : undefined,
  };
}

function divergencesTable({ report }: Comparison): Table {
  const { kl, reverseKl, js, deltaP, tokens } = report;
  const infinite = [kl.infinite, reverseKl.infinite];
  const notes = [
    tokens > 0 && "Δp is the observed token's probability in other less that in base, in percent.",
    infinite.some((count) => count > 0) &&
      `KL is infinite in ${formatCount(infinite[0])} rows one way, ${formatCount(infinite[1])} the other: a token is impossible in one model alone.`,
    kl.quantileError > 0 && `Quantiles are within ${format(100 * kl.quantileError, 1)} % of themselves.`,
  ];
  return statisticsTable(
    "Divergences, nats a token",
    [
      ["KL(base‖other)", kl],
      ["KL(other‖base)", reverseKl],
      ["JS", js],
      ...(tokens > 0 ? [["Δp, %", deltaP, 100] as const] : []),
    ],
    notes.filter(Boolean).join(" ") || undefined,
  );
}

function entropiesTable({ report }: Comparison): Table {
  const rows = [
    ["H(base)", report.baseEntropy],
    ["H(other)", report.otherEntropy],
    ["H(base, other)", report.crossEntropy],
    ["H(other, base)", report.reverseCrossEntropy],
  ] as const;
  return {
    title: "Entropies and cross-entropies, nats a token",
    head: ["", "mean", "± its error", "deviation", "minimum", "median", "maximum"],
    rows: rows.map(([name, { mean, standardError, standardDeviation, min, median, max }]) => {
      const decimals = decimalsFor(mean, standardError);
      return [name, ...[mean, standardError, standardDeviation, min, median, max].map((x) => format(x, decimals))];
    }),
  };
}

/** The tokens in which the models are furthest apart. */
function worstTable({ report }: Comparison, most: number): Table {
  const nameOf = (token: number) => (token < 0 ? "–" : String(token));
  return {
    title: "Worst tokens",
    head: ["row", "KL(base‖other)", "KL(other‖base)", "JS", "token", "base's top", "other's top"],
    rows: report.worst
      .slice(0, most)
      .map(({ row, kl, reverseKl, js, token, baseTop, otherTop }) => [
        formatCount(row),
        ...[kl, reverseKl, js].map((x) => formatDigits(x, 4)),
        ...[token, baseTop, otherTop].map(nameOf),
      ]),
  };
}

export const tablesOf = (comparison: Comparison, worst: number): Table[] => [
  agreementTable(comparison),
  divergencesTable(comparison),
  entropiesTable(comparison),
  worstTable(comparison, worst),
];

/** Of rows of a file that were taken for logits. */
export const warningOf = (rows: number, name: string): string =>
  `${formatCount(rows)} rows of ${name} look like probabilities (all >= 0, with a sum of 1), but were taken for logits. ` +
  "If they are probabilities, say so by --input.";

/** What a reader of the report must know first. */
export function warningsOf({ base, other, report: { probabilityRows } }: Comparison): string[] {
  const counts: readonly (readonly [rows: number, path: string])[] = [
    [probabilityRows.base, base],
    [probabilityRows.other, other],
  ];
  return counts.filter(([rows]) => rows > 0).map(([rows, path]) => warningOf(rows, path));
}

/** What was compared: name, value. */
export function subjectOf({ base, other, tokens, classes, input, start, end, report }: Comparison): [string, string][] {
  const { temperature } = report;
  const kinds = input[0] === input[1] ? input[0] : `${input[0]} of base, ${input[1]} of other`;
  return [
    ["base", printable(base)],
    ["other", printable(other)],
    ...(tokens === null ? [] : ([["tokens", printable(tokens)]] as [string, string][])),
    [
      "rows",
      `${formatCount(start)} to ${formatCount(end - 1)}: ${formatCount(report.rows)} of ${formatCount(classes)} classes`,
    ],
    ...(kinds === "logits" ? [] : ([["input", kinds]] as [string, string][])),
    ...(temperature === 1 ? [] : ([["temperature", String(temperature)]] as [string, string][])),
  ];
}
