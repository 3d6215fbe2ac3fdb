// The charts of the page of logratio drift.

import * as Plot from "@observablehq/plot";
import type { DriftClass, DriftReport } from "../counts/index.js";
import { type ColumnClasses, classLabel, shortName } from "./driftText.js";
import type { Figure } from "./figures.js";
import { formatCount, formatDigits } from "./numbers.js";
import { drawn, tidy } from "./plots.js";

export const anchorOf = (column: number): string => `column-${column}`;

/** Of a chart: more bars are no longer seen. */
const MOST_COLUMNS = 40;
const MOST_CLASSES = 14;

/** JS of each column, the farthest first. */
export function columnsFigure({ columns }: DriftReport): Figure {
  const shown = columns.slice(0, MOST_COLUMNS).map(({ name, js, interval, psi }, i) => ({
    ...{ i, name, js, psi },
    ...{ lower: interval[0], upper: interval[1] },
  }));
  const chart = drawn("JS divergence of each column", ({ width, isNarrow }) => {
    const names = shown.map(({ name }) => shortName(name, isNarrow ? 15 : 28));
    const longest = Math.max(...names.map(({ length }) => length));
    const bars = shown.map((one, n) => ({ ...one, place: `${n} ${names[n]}` }));
    return {
      ...{ width, height: 62 + 22 * bars.length, marginLeft: 14 + 7 * longest, marginRight: 60 },
      x: { label: "JS, nats", ticks: isNarrow ? 4 : 8, nice: true, zero: true, tickFormat: tidy },
      y: {
        ...{ label: null, tickSize: 0, domain: bars.map(({ place }) => place) },
        tickFormat: (place: string) => place.replace(/^\d+ /, ""),
      },
      marks: [
        Plot.gridX({ stroke: "var(--faint)", strokeOpacity: 1, ticks: isNarrow ? 4 : 8 }),
        Plot.barX(bars, {
          ...{ x: "js", y: "place", fill: "var(--c0)", insetTop: 4, insetBottom: 4 },
          href: ({ i }) => `#${anchorOf(i)}`,
          title: ({ name, js, psi }) => `${name}: JS ${formatDigits(js, 4)} nats, PSI ${formatDigits(psi, 4)}`,
        }),
        Plot.ruleY(bars, { x1: "lower", x2: "upper", y: "place", stroke: "var(--ink)" }),
        Plot.text(bars, { x: "upper", y: "place", dx: 6, textAnchor: "start", text: ({ js }) => formatDigits(js, 3) }),
      ],
    };
  });
  const rest =
    columns.length > shown.length ? ` ${formatCount(columns.length - shown.length)} more are in the table.` : "";
  return {
    title: "How far each column has moved",
    caption: `Longer is farther. Lines are 95% intervals.${rest}`,
    chart,
  };
}

interface Bar extends Pick<DriftClass, "reference" | "current" | "contribution"> {
  readonly label: string;
}

/** The bins in their order; of categories those that contribute most, and the others together. */
function barsOf({ kind, classes }: ColumnClasses, most: number): Bar[] {
  const bars = classes.map((one) => ({ ...one, label: classLabel(one, most) }));
  if (kind === "numeric" || bars.length <= MOST_CLASSES) return bars;
  const rest = bars.slice(MOST_CLASSES - 1);
  const sum = (key: "reference" | "current" | "contribution") => rest.reduce((total, one) => total + one[key], 0);
  return [
    ...bars.slice(0, MOST_CLASSES - 1),
    {
      ...{ label: `(${formatCount(rest.length)} others)`, reference: sum("reference") },
      ...{ current: sum("current"), contribution: sum("contribution") },
    },
  ];
}

/** Shares of the classes of a column in both tables, one over the other, and what each adds to the JS. */
export function classesFigure(column: ColumnClasses, rows: DriftReport["rows"]): Figure {
  const { name, kind, plugIn } = column;
  const chart = drawn(`Shares of ${kind === "numeric" ? "bins" : "categories"} of ${name}`, ({ width, isNarrow }) => {
    const bars = barsOf(column, isNarrow ? 15 : 28).map((one, n) => ({
      ...one,
      place: `${n} ${one.label}`,
      before: (100 * one.reference) / rows.reference,
      after: (100 * one.current) / rows.current,
    }));
    const longest = Math.max(...bars.map(({ label }) => label.length));
    const describe = ({ label, reference, current }: Bar) =>
      `${label}: ${formatCount(reference)} of ${formatCount(rows.reference)} before, ${formatCount(current)} of ${formatCount(rows.current)} after`;
    const most = Math.max(...bars.flatMap(({ before, after }) => [before, after]));
    return {
      ...{ width, height: 62 + 24 * bars.length, marginLeft: 14 + 7 * longest, marginRight: 70 },
      x: { label: "share, %", domain: [0, most], ticks: isNarrow ? 4 : 8, nice: true, tickFormat: tidy },
      y: {
        ...{ label: null, tickSize: 0, domain: bars.map(({ place }) => place) },
        tickFormat: (place: string) => place.replace(/^\d+ /, ""),
      },
      marks: [
        Plot.gridX({ stroke: "var(--faint)", strokeOpacity: 1, ticks: isNarrow ? 4 : 8 }),
        Plot.barX(bars, { x: "before", y: "place", fill: "var(--pale)", insetTop: 2, insetBottom: 2, title: describe }),
        Plot.barX(bars, { x: "after", y: "place", fill: "var(--c0)", insetTop: 7, insetBottom: 7, title: describe }),
        Plot.text(
          bars.filter(({ contribution }) => contribution > 0 && contribution >= 0.005 * plugIn),
          {
            ...{ x: ({ before, after }) => Math.max(before, after), y: "place", dx: 6, textAnchor: "start" },
            text: ({ contribution }) => `${formatDigits((100 * contribution) / plugIn, 2)} %`,
          },
        ),
      ],
    };
  });
  return {
    title: kind === "numeric" ? "Bins" : "Categories",
    caption: `Wide and pale: before. Narrow: after. At the end of a bar: its part of the divergence.${
      kind === "numeric" ? " A bin has the numbers from its lower edge on, without the upper one." : ""
    }`,
    chart,
  };
}
