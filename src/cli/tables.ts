// The tables of a report, as text and pages show them.

import type { ClusterKind, Estimate, PairedDifference, Quantile, Report, Statistics } from "../compare/index.js";
import type { Candidate, Comparison } from "./comparison.js";
import type { Model } from "./models.js";
import { decimalsFor, format, formatBytes, formatCount, formatDigits } from "./numbers.js";
import { printable } from "./printable.js";
import { quoted, type Texts } from "./texts.js";

export interface Table {
  readonly title: string;
  /** Of the columns; the first is of the rows' names. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What units and words mean. */
  readonly note?: string;
  /** Whether each row is of a model, or of two: a narrow page shows it as a list. */
  readonly isOfModels?: boolean;
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

/** Both errors of one value: as if tokens were independent, and by clusters. */
function estimates(one: Estimate, clustered: Estimate): [string, string, string] {
  const decimals = decimalsFor(one.value, one.standardError);
  const errors = [one, clustered].map(({ standardError }) =>
    Number.isNaN(standardError) ? "" : `± ${format(standardError, decimals)}`,
  );
  return [format(one.value, decimals), errors[0], errors[1]];
}

/** "blocks of 32 rows". */
const clustersText = ({ kind, rows }: ClusterKind): string =>
  kind === "groups" ? "groups" : `blocks of ${formatCount(rows ?? 0)} rows`;

const meanOf = ({ mean, standardError }: Statistics): Estimate => ({ value: mean, standardError });

/** Of the perplexities and the likeliest tokens: name, value, both errors. */
function agreementTable({ report }: Candidate, texts: Texts | undefined): Table {
  const { perplexity, tokens, rows, sameTop, topOverlap, top5Overlap, topK, deltaP, kl, acceptance } = report;
  const { clustered, calibrationError } = report;
  const plain = (name: string, value: Estimate): string[] => [name, ...estimate(value), ""];
  const bits = texts?.bitsPerByte(report);
  const ofTokens: string[][] =
    tokens === 0
      ? []
      : [
          ["PPL(base)", ...estimates(perplexity.base, clustered.basePerplexity)],
          ["PPL(other)", ...estimates(perplexity.other, clustered.otherPerplexity)],
          ["ln PPL(other)/PPL(base)", ...estimates(perplexity.logRatio, clustered.logRatio)],
          ["PPL(other)/PPL(base)", ...estimates(perplexity.ratio, clustered.ratio)],
          ["PPL(other) − PPL(base)", ...estimates(perplexity.difference, clustered.difference)],
          ...(bits === undefined
            ? []
            : [
                ["bits per byte of base", formatDigits(bits.base, 4), "", ""],
                ["bits per byte of other", formatDigits(bits.other, 4), "", ""],
              ]),
          ["correlation of ln p, %", format(100 * perplexity.correlation, 2), "", ""],
          plain("mean Δp, points", percent(meanOf(deltaP))),
          plain("RMS Δp, points", percent(deltaP.rms)),
          ["calibration error of base, %", format(100 * calibrationError.base, 2), "", ""],
          ["calibration error of other, %", format(100 * calibrationError.other, 2), "", ""],
        ];
  const notes = [
    `The second error is by clusters: ${formatCount(clustered.by.count)} ${clustersText(clustered.by)}.`,
    tokens === 0
      ? "Without the observed tokens (--tokens) there are no perplexities and no Δp."
      : tokens < rows && `Perplexities and Δp are of the ${formatCount(tokens)} rows whose token is known.`,
  ];
  return {
    title: "Perplexities and likeliest tokens",
    head: ["", "value", "error", "by clusters"],
    rows: [
      ["mean KL(base‖other)", ...estimates(meanOf(kl), clustered.kl)],
      ...ofTokens,
      plain("same top p, %", percent(sameTop)),
      ...(topK === 5 ? [] : [plain("top 5 in common, %", percent(meanOf(top5Overlap)))]),
      plain(`top ${topK} in common, %`, percent(meanOf(topOverlap))),
      ...(acceptance.count === 0 ? [] : [plain("acceptance, 1 − TV, %", percent(meanOf(acceptance)))]),
    ],
    note: notes.filter(Boolean).join(" "),
  };
}

/** What a reader may take for more than it is. */
export const CAUTION =
  "A small KL says that two models agree on this text. It is not a score on a benchmark: measure that too.";

function divergencesTable({ report }: Candidate): Table {
  const { kl, reverseKl, js, deltaP, tokens } = report;
  const infinite = [kl.infinite, reverseKl.infinite];
  const notes = [
    tokens > 0 && "Δp = p_other(token) − p_base(token) of the observed token, in percentage points.",
    infinite.some((count) => count > 0) &&
      `KL is infinite in ${formatCount(infinite[0])} rows one way, ${formatCount(infinite[1])} the other: a token is impossible in one model alone.`,
    kl.quantileError > 0 && `Quantiles are within ${format(100 * kl.quantileError, 1)} % of themselves.`,
  ];
  return statisticsTable(
    "Divergences, nats per token",
    [
      ["KL(base‖other)", kl],
      ["KL(other‖base)", reverseKl],
      ["JS", js],
      ...(tokens > 0 ? [["Δp, points", deltaP, 100] as const] : []),
    ],
    notes.filter(Boolean).join(" ") || undefined,
  );
}

/** KL by the probability of base's likeliest token. */
function confidenceTable({ report }: Candidate): Table {
  return {
    title: "KL by the confidence of base",
    head: ["p of its likeliest token", "rows", "mean KL", "± its error"],
    rows: report.byConfidence.map(({ from, to, count, mean, standardError }) => {
      const decimals = decimalsFor(mean, standardError);
      return [`${from} to ${to}`, formatCount(count), format(mean, decimals), format(standardError, decimals)];
    }),
  };
}

/** Groups that a table has room for. */
const GROUPS = 50;

function groupsTable({ report }: Candidate): Table[] {
  const { groups, tokens } = report;
  if (groups.length === 0) return [];
  const rest = groups.length - GROUPS;
  return [
    {
      title: "Groups",
      head: ["", "rows", "blocks", "mean KL", "", ...(tokens > 0 ? ["ln PPL ratio", ""] : [])],
      rows: groups
        .slice(0, GROUPS)
        .map(({ group, rows, blocks, kl, logRatio }) => [
          printable(group),
          ...[rows, blocks].map(formatCount),
          ...estimate(kl),
          ...(tokens > 0 ? estimate(logRatio) : []),
        ]),
      note: `Errors are by blocks.${rest > 0 ? ` ${formatCount(rest)} more groups are in --json.` : ""}`,
    },
  ];
}

function entropiesTable({ report }: Candidate): Table {
  const rows = [
    ["H(base)", report.baseEntropy],
    ["H(other)", report.otherEntropy],
    ["H(base, other)", report.crossEntropy],
    ["H(other, base)", report.reverseCrossEntropy],
  ] as const;
  return {
    title: "Entropies and cross-entropies, nats per token",
    head: ["", "mean", "± its error", "deviation", "minimum", "median", "maximum"],
    rows: rows.map(([name, { mean, standardError, standardDeviation, min, median, max }]) => {
      const decimals = decimalsFor(mean, standardError);
      return [name, ...[mean, standardError, standardDeviation, min, median, max].map((x) => format(x, decimals))];
    }),
  };
}

/** Of a token, as a table has room for. */
const TOKEN = 14;

/** The tokens in which the models are furthest apart. */
function worstTable({ report }: Candidate, texts: Texts | undefined, most: number): Table {
  const title = "Worst tokens";
  if (texts !== undefined) {
    const textOf = (token: number) => (token < 0 ? "–" : quoted(texts.textOf(token), TOKEN));
    return {
      title,
      head: ["row", "KL(base‖other)", "token", "base's top", "other's top"],
      rows: report.worst
        .slice(0, most)
        .map(({ row, kl, token, baseTop, otherTop }) => [
          formatCount(row),
          formatDigits(kl, 4),
          ...[token, baseTop, otherTop].map(textOf),
        ]),
    };
  }
  const nameOf = (token: number) => (token < 0 ? "–" : String(token));
  return {
    title,
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

/** Of one candidate. */
export const tablesOf = (candidate: Candidate, texts: Texts | undefined, worst: number): Table[] => [
  agreementTable(candidate, texts),
  divergencesTable(candidate),
  confidenceTable(candidate),
  entropiesTable(candidate),
  ...groupsTable(candidate),
  worstTable(candidate, texts, worst),
];

/** A column of the table that people publish: as numbers, and as they are read. */
interface RankingColumn {
  /** In CSV, where the error is `${key}Error`. */
  readonly key: string;
  readonly head: string;
  readonly of: (report: Report) => Estimate | number;
  /** Whether it needs tokens. */
  readonly isOfTokens?: boolean;
  /** As read, times this. */
  readonly scale?: number;
}

const RANKING: readonly RankingColumn[] = [
  { key: "ppl", head: "PPL", of: ({ clustered }) => clustered.otherPerplexity, isOfTokens: true },
  { key: "deltaPpl", head: "ΔPPL", of: ({ clustered }) => clustered.difference, isOfTokens: true },
  { key: "meanKl", head: "mean KL", of: ({ clustered }) => clustered.kl },
  { key: "medianKl", head: "median KL", of: ({ kl }) => kl.median },
  { key: "kl99", head: "99 % KL", of: ({ kl }) => kl.quantiles["99%"] },
  { key: "kl99.9", head: "99.9 % KL", of: ({ kl }) => kl.quantiles["99.9%"] },
  { key: "maxKl", head: "max KL", of: ({ kl }) => kl.max },
  { key: "meanDeltaP", head: "mean Δp, points", of: ({ deltaP }) => meanOf(deltaP), isOfTokens: true, scale: 100 },
  { key: "rmsDeltaP", head: "RMS Δp, points", of: ({ deltaP }) => deltaP.rms, isOfTokens: true, scale: 100 },
  { key: "sameTop", head: "same top p, %", of: ({ sameTop }) => sameTop, scale: 100 },
];

const ACCEPTANCE: RankingColumn = {
  ...{ key: "acceptance", head: "acceptance, %", scale: 100 },
  of: ({ acceptance }) => meanOf(acceptance),
};

function columnsOf({ candidates, texts }: Comparison): RankingColumn[] {
  const [{ report }] = candidates;
  const bits: RankingColumn = {
    ...{ key: "bitsPerByte", head: "bits/byte" },
    of: (own) => texts?.bitsPerByte(own)?.other ?? Number.NaN,
  };
  const [ppl, ...others] = RANKING;
  return [
    ...[ppl, ...(texts?.bitsPerByte(report) === undefined ? [] : [bits]), ...others].filter(
      ({ isOfTokens }) => report.tokens > 0 || !isOfTokens,
    ),
    ...(report.acceptance.count > 0 ? [ACCEPTANCE] : []),
  ];
}

/** "0.0123 ± 0.0004". */
function estimateText({ of, scale = 1 }: RankingColumn, report: Report): string {
  const value = of(report);
  if (typeof value === "number") return formatDigits(scale * value, 4);
  const [text, error] = estimate({ value: scale * value.value, standardError: scale * value.standardError });
  return error === "" ? text : `${text} ${error}`;
}

/** As tables have room for. */
export const shortLabel = (label: string): string => {
  const text = printable(label);
  return text.length > 28 ? `${text.slice(0, 27)}…` : text;
};

/** Labels, and of those models that have any, sizes and bits per weight: the first columns of a ranking. */
export function modelColumns(models: readonly Model[]): { head: string[]; cellsOf(model: Model): string[] } {
  const hasSize = models.some(({ size }) => size !== null);
  const hasBits = models.some(({ bitsPerWeight }) => bitsPerWeight !== null);
  return {
    head: ["", ...(hasSize ? ["size"] : []), ...(hasBits ? ["bits/weight"] : [])],
    cellsOf: ({ label, size, bitsPerWeight }) => [
      shortLabel(label),
      ...(hasSize ? [size === null ? "" : formatBytes(size)] : []),
      ...(hasBits ? [bitsPerWeight === null ? "" : String(bitsPerWeight)] : []),
    ],
  };
}

/** All candidates, the closest first, after base. */
export function rankingTable(comparison: Comparison): Table {
  const { base, candidates, ranking } = comparison;
  const columns = columnsOf(comparison);
  const [{ report }] = candidates;
  const { head, cellsOf } = modelColumns([base, ...candidates]);
  const bits = comparison.texts?.bitsPerByte(report);
  const ofBase = columns.map(({ key }) => {
    if (key === "bitsPerByte" && bits !== undefined) return formatDigits(bits.base, 4);
    if (key !== "ppl") return "";
    const [value, error] = estimate(report.clustered.basePerplexity);
    return `${value} ${error}`.trim();
  });
  return {
    title: "Ranking by mean KL(base‖candidate), nats per token",
    head: [...head, ...columns.map(({ head }) => head)],
    rows: [
      [...cellsOf(base), ...ofBase],
      ...ranking.map((i) => [
        ...cellsOf(candidates[i]),
        ...columns.map((column) => estimateText(column, candidates[i].report)),
      ]),
    ],
    isOfModels: true,
    note: `Errors of PPL, ΔPPL and mean KL are by clusters: ${formatCount(report.clustered.by.count)} ${clustersText(report.clustered.by)}. ${CAUTION}`,
  };
}

/** The same as numbers, a line a candidate. */
export function rankingNumbers(comparison: Comparison): (string | number)[][] {
  const { candidates, ranking } = comparison;
  const columns = columnsOf(comparison);
  const head = columns.flatMap(({ key, of }) =>
    typeof of(candidates[0].report) === "number" ? [key] : [key, `${key}Error`],
  );
  return [
    ["candidate", "path", "sizeBytes", "bitsPerWeight", ...head],
    ...ranking.map((i) => {
      const { label, path, size, bitsPerWeight, report } = candidates[i];
      const numbers = columns.flatMap(({ of }) => {
        const value = of(report);
        return typeof value === "number" ? [value] : [value.value, value.standardError];
      });
      return [label, path, size ?? Number.NaN, bitsPerWeight ?? Number.NaN, ...numbers];
    }),
  ];
}

const probability = (p: number): string => (Number.isNaN(p) ? "–" : p < 1e-4 ? "< 0.0001" : p.toFixed(4));

/** Whether one candidate is closer to base than another. */
export function pairsTable({ candidates, pairs }: Comparison): Table | undefined {
  if (pairs.length === 0) return undefined;
  const hasTokens = pairs.some(({ logProbability }) => logProbability !== undefined);
  const cells = (difference: PairedDifference | undefined): string[] => {
    if (difference === undefined) return ["–", "–", "–", "–"];
    const { value, standardError, interval, pValue, permutationPValue } = difference;
    const decimals = decimalsFor(value, standardError);
    const [shown, error] = estimate({ value, standardError });
    const range = interval.some(Number.isNaN) ? "–" : interval.map((x) => format(x, decimals)).join(" to ");
    return [`${shown} ${error}`.trim(), range, probability(pValue), probability(permutationPValue)];
  };
  const head = ["95 % interval", "p", "p, flips"];
  return {
    title: "Closer by more than luck? Mean paired differences, nats per token",
    head: ["", "ΔKL", ...head, ...(hasTokens ? ["Δ ln p(token)", ...head] : [])],
    rows: pairs.map(({ first, second, kl, logProbability }) => [
      `${shortLabel(candidates[first].label)} − ${shortLabel(candidates[second].label)}`,
      ...cells(kl),
      ...(hasTokens ? cells(logProbability) : []),
    ]),
    isOfModels: true,
    note: "By clusters: p is of Student's t-test, two-sided; p, flips of a permutation test by sign flips of clusters.",
  };
}

/** Of rows of a file that were taken for logits. */
export const warningOf = (rows: number, name: string): string =>
  `${formatCount(rows)} rows of ${name} look like probabilities (all >= 0, with a sum of 1), but were taken for logits. ` +
  "If they are probabilities, say so by --input.";

/** What a reader of the report must know first. */
export function warningsOf({ base, candidates, texts, classes }: Comparison): string[] {
  const [first] = candidates;
  const counts: readonly (readonly [rows: number, path: string])[] = [
    [first.report.probabilityRows.base, base.path],
    ...candidates
      .filter(({ floor }) => floor === null)
      .map(({ report, path }) => [report.probabilityRows.other, path] as const),
  ];
  const warnings = counts.filter(([rows]) => rows > 0).map(([rows, path]) => warningOf(rows, path));
  if (texts === undefined || texts.vocabulary.size >= classes) return warnings;
  const { name, size } = texts.vocabulary;
  return [
    ...warnings,
    `${name} has texts for ${formatCount(size)} of the ${formatCount(classes)} classes. If the others are padding, ignore this; ` +
      "else it is the vocabulary of another model.",
  ];
}

/** What was compared: name, value. */
export function subjectOf({
  base,
  candidates,
  tokens,
  groups,
  texts,
  classes,
  start,
  end,
}: Comparison): [string, string][] {
  const files = candidates.filter(({ floor }) => floor === null);
  const [{ report, input }] = candidates;
  const { temperature } = report;
  const areAlike = files.every((candidate) => candidate.input === base.input);
  const kinds = areAlike
    ? base.input
    : `${base.input} of base, ${files.length === 1 ? `${input} of other` : files.map((one) => one.input).join(", ")}`;
  const other = files.length === 1 ? "other" : "candidate";
  return [
    ["base", printable(base.path)],
    ...files.map(({ path }): [string, string] => [other, printable(path)]),
    ...(tokens === null ? [] : ([["tokens", printable(tokens)]] as [string, string][])),
    ...(groups === null ? [] : ([["groups", printable(groups)]] as [string, string][])),
    ...(texts === undefined ? [] : ([["vocabulary", printable(texts.vocabulary.name)]] as [string, string][])),
    [
      "rows",
      `${formatCount(start)} to ${formatCount(end - 1)}: ${formatCount(report.rows)} of ${formatCount(classes)} classes`,
    ],
    ...(kinds === "logits" ? [] : ([["input", kinds]] as [string, string][])),
    ...(temperature === 1 ? [] : ([["temperature", String(temperature)]] as [string, string][])),
  ];
}
