// The report of logratio drift with tables, as text, and as the tables of a page.

import type { ColumnDrift, DriftClass, DriftReport } from "../counts/index.js";
import { format, formatCount, formatDigits } from "./numbers.js";
import { printable } from "./printable.js";
import type { Table } from "./tables.js";
import { tableMarkdown, tableText, wrap } from "./text.js";

/** Two files, and how far their columns are apart. */
export interface Drifted {
  readonly before: string;
  readonly after: string;
  readonly report: DriftReport;
  /** Names of columns that have been said to have categories. */
  readonly categorical: readonly string[];
}

/** Characters of a name. */
const LONG = 28;

export function shortName(name: string, most = LONG): string {
  const text = printable(name) || '""';
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

const edge = (x: number): string =>
  String(Number(x.toPrecision(7)))
    .replace("-", "−")
    .replace("Infinity", "∞");

/** A bin by its edges, a category by its text. */
export function classLabel({ kind, name, from = 0, to = 0 }: DriftClass, most = LONG): string {
  if (kind === "category") return shortName(name, most);
  if (kind === "below" || kind === "above") return `${kind} ${edge(Number(name.slice(kind.length)))}`;
  if (kind !== "bin") return kind === "text" ? "(no number)" : "(missing)";
  return from === to ? edge(from) : `${edge(from)} to ${edge(to)}`;
}

export const subjectOf = ({ before, after, report }: Drifted): [name: string, value: string][] => [
  ["before", `${printable(before)}: ${formatCount(report.rows.reference)} rows`],
  ["after", `${printable(after)}: ${formatCount(report.rows.current)} rows`],
];

/** The most frequent category that is no number where most values are; undefined also of codes, 007, which only look like numbers. */
function misfitOf({ kind, classes }: ColumnDrift): string | undefined {
  const categories = classes.filter((one) => one.kind === "category");
  if (kind === "numeric" || categories.some(({ name }) => /^\s*[+-]?0\d/.test(name))) return undefined;
  const rowsOf = (some: readonly DriftClass[]) => some.reduce((sum, one) => sum + one.reference + one.current, 0);
  const others = categories.filter(({ name }) => name.trim() === "" || Number.isNaN(Number(name)));
  if (others.length === 0 || 2 * rowsOf(others) >= rowsOf(categories)) return undefined;
  return others.reduce((most, one) => (rowsOf([one]) > rowsOf([most]) ? one : most)).name;
}

/** What is not compared, or not as it seems, and why. */
export function warningsOf({ before, after, report, categorical }: Drifted): string[] {
  const { onlyInReference, onlyInCurrent, tooManyCategories } = report.notCompared;
  const list = (names: readonly string[]) => {
    const some = names.slice(0, 8).map((name) => `"${shortName(name)}"`);
    return some.join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");
  };
  const lines: [names: readonly string[], why: string][] = [
    [onlyInReference, `only ${before} has`],
    [onlyInCurrent, `only ${after} has`],
    [tooManyCategories, "with more than 200,000 categories"],
  ];
  const mixed = report.columns.flatMap((column) => {
    const misfit = categorical.includes(column.name) ? undefined : misfitOf(column);
    if (misfit === undefined) return [];
    const [name, text] = [shortName(column.name), shortName(misfit)];
    const ways = `--missing "${text}" leaves it out, --numeric "${name}" counts it apart`;
    return [`compared by categories: "${name}", most of which are numbers, but "${text}" is none. ${ways}`];
  });
  return [
    ...lines.flatMap(([names, why]) => (names.length === 0 ? [] : [`not compared, columns ${why}: ${list(names)}`])),
    ...mixed,
  ];
}

const percent = (part: number, whole: number): string => {
  const share = (100 * part) / whole;
  return share === 0 ? "0" : share < 0.005 ? "<0.01" : format(share, share < 10 ? 2 : 1);
};

const changeText = (before: string, after: string): string => (before === after ? before : `${before} → ${after}`);

export const intervalText = (interval: readonly number[]): string =>
  interval.map((x) => formatDigits(x, 2)).join(" to ");

const NOTE =
  "JS is from 0 to ln 2 = 0.693 nats, without what chance alone adds, with its 95% interval. By a rule of thumb, a PSI below 0.1 is stable and one above 0.25 a shift. p is of the G-test, " +
  "corrected for the number of columns: with many rows it is small for differences that do not matter.";

/** All columns, the farthest first. */
export const columnsTable = ({ report }: Drifted): Table => ({
  title: "Columns by JS divergence",
  head: ["", "kind", "JS, nats", "95% interval", "PSI", "p", "missing, %"],
  rows: report.columns.map(({ name, kind, js, interval, psi, adjustedPValue, missing }) => [
    ...[shortName(name), kind, formatDigits(js, 3), intervalText(interval)],
    ...[formatDigits(psi, 3), formatDigits(adjustedPValue, 2)],
    changeText(percent(missing.reference, report.rows.reference), percent(missing.current, report.rows.current)),
  ]),
  note: NOTE,
});

/** What there is to say of the classes of a column, or of whatever else has counts. */
export type ColumnClasses = Pick<ColumnDrift, "name" | "kind" | "plugIn" | "classes">;

/** The classes that drive a column's divergence, the largest contributions first. */
export function classesTable({ name, plugIn, classes }: ColumnClasses, rows: DriftReport["rows"], most: number): Table {
  const largest = classes.toSorted((a, b) => b.contribution - a.contribution).filter((one) => one.contribution > 0);
  return {
    title: `${shortName(name)}: what drives it`,
    head: ["", "before, %", "after, %", "of the divergence, %"],
    rows: largest
      .slice(0, most)
      .map((one) => [
        classLabel(one),
        percent(one.reference, rows.reference),
        percent(one.current, rows.current),
        percent(one.contribution, plugIn),
      ]),
    ...(largest.length > most && { note: `${formatCount(largest.length - most)} more are in the report as JSON.` }),
  };
}

/** Columns whose classes the text has, and how many of each. */
const SHOWN = 5;
const CLASSES = 8;

export function textOf(drifted: Drifted): string {
  const { report } = drifted;
  const farthest = report.columns.filter(({ plugIn }) => plugIn > 0).slice(0, SHOWN);
  const parts = [
    subjectOf(drifted)
      .map(([name, value]) => `${name.padEnd(12)}${value}`)
      .join("\n"),
    ...warningsOf(drifted).map((warning) => wrap(printable(warning)).join("\n")),
    tableText(columnsTable(drifted)),
    ...farthest.map((column) => tableText(classesTable(column, report.rows, CLASSES))),
  ];
  return `${parts.join("\n\n")}\n`;
}

export const markdownOf = (drifted: Drifted): string => `${tableMarkdown(columnsTable(drifted))}\n`;
