// The charts of a page of lists: what lies between two bounds.

import * as Plot from "@observablehq/plot";
import { colourOf, type Figure, linkTo } from "./figures.js";
import { DRAWN, type Drawn, type Stretch } from "./listCharts.js";
import type { ListComparison } from "./listComparison.js";
import { meanInterval } from "./listTables.js";
import { formatCount, formatDigits } from "./numbers.js";
import { drawn, tidy } from "./plots.js";
import { shortLabel } from "./tables.js";

const NAMES: Readonly<Record<Drawn, string>> = { kl: "KL", js: "JS", totalVariation: "Total variation" };

const LABELS: Readonly<Record<Drawn, string>> = {
  kl: "KL(base‖candidate), nats",
  js: "JS, nats",
  totalVariation: "total variation",
};

/** Both grow with the square of a small distance. */
const isSquare = (measure: Drawn): boolean => measure !== "totalVariation";

const isInfinite = (x: number): boolean => x === Number.POSITIVE_INFINITY;

/** Below, all is rounding: bounds are computed outwards. */
const NOTHING = 1e-12;

/** The largest number with some room, of those that are finite. */
const roomFor = (numbers: readonly number[]): number => 1.05 * Math.max(...numbers.filter((x) => !isInfinite(x)), 0);

/** Between what the mean of each candidate lies, the closest first. */
function meanFigure(comparison: ListComparison, measure: Drawn): Figure {
  const { candidates, ranking } = comparison;
  const points = ranking.map((i) => {
    const { lower, upper, estimate } = candidates[i].report[measure];
    const name = shortLabel(candidates[i].label);
    const text = meanInterval(candidates[i].report[measure]);
    return { i, name, text, lower: lower.mean, upper: upper.mean, estimate: estimate.mean };
  });
  const title = `Mean ${measure === "totalVariation" ? "total variation" : NAMES[measure]}`;
  const most = roomFor(points.flatMap(({ lower, upper, estimate }) => [lower, upper, estimate]));
  if (most < NOTHING) return { title, caption: "Every mean is 0, or infinite.", chart: undefined };
  const place = (x: number) => Math.min(x, most);
  const chart = drawn(title, ({ width, isNarrow }) => {
    const names = points.map(({ name }) => (isNarrow && name.length > 15 ? `${name.slice(0, 14)}…` : name));
    const shown = points.map((point, n) => ({ ...point, place: `${n} ${names[n]}` }));
    const ticks = isNarrow ? 4 : 8;
    return {
      ...{ width, height: 62 + 24 * points.length, marginRight: isNarrow ? 100 : 120 },
      marginLeft: 14 + 7 * Math.max(...names.map(({ length }) => length)),
      x: { domain: [0, most], label: `mean ${LABELS[measure]}`, labelAnchor: "right", ticks, tickFormat: tidy },
      y: {
        ...{ label: null, domain: shown.map((one) => one.place), tickSize: 0 },
        tickFormat: (name: string) => name.replace(/^\d+ /, ""),
      },
      marks: [
        Plot.gridX({ stroke: "var(--faint)", strokeOpacity: 1, ticks }),
        Plot.link(shown, {
          ...{ x1: ({ lower }) => place(lower), x2: ({ upper }) => place(upper), y: "place" },
          ...{ stroke: ({ i }) => colourOf(comparison, i), strokeWidth: 6, strokeOpacity: 0.45, strokeLinecap: "butt" },
        }),
        Plot.dot(shown, {
          ...{ x: ({ estimate }) => place(estimate), y: "place", r: 4.5, fill: ({ i }) => colourOf(comparison, i) },
          href: ({ i }) => linkTo(comparison, i),
          title: ({ name, text, estimate }) => `${name}: ${text}; estimate ${formatDigits(estimate, 3)}`,
        }),
        Plot.text(shown, { x: () => most, y: "place", dx: 9, textAnchor: "start", text: "text" }),
      ],
    };
  });
  const open = points.some(({ upper }) => isInfinite(upper))
    ? " A bar that goes on to the right has no end: lists do not bound KL from above."
    : "";
  return { title, caption: `Each mean lies in its bar; the dot is the estimate.${open}`, chart };
}

export const meanFigures = (comparison: ListComparison): Figure[] =>
  DRAWN.map((measure) => meanFigure(comparison, measure));

/** Along the text: of one candidate the interval of each stretch, of several what each is at least. */
function alongFigure(comparison: ListComparison, chosen: readonly number[], measure: Drawn): Figure {
  const title = `${NAMES[measure]} along the positions`;
  const lines = chosen.map((i) => ({ i, points: comparison.candidates[i].charts.along(measure) }));
  const isOne = chosen.length === 1;
  const all = lines.flatMap(({ points }) => points);
  const most = roomFor(all.flatMap(({ lower, upper, estimate }) => (isOne ? [lower, upper, estimate] : [lower])));
  if (most < NOTHING) {
    const isZero = all.every(({ upper }) => upper < NOTHING);
    const caption = isZero ? "Identical: every one is 0." : "Each may be 0: the lists do not tell the models apart.";
    return { title, caption, chart: undefined };
  }
  const height = (x: number) => Math.min(x, most);
  const middle = ({ from, to }: Stretch) => (from + to) / 2;
  const stretch = Math.max(...all.map(({ from, to }) => to - from));
  const hasOpen = isOne && all.some(({ upper }) => isInfinite(upper));
  const chart = drawn(title, ({ isNarrow }) => {
    const line = (points: readonly Stretch[], of: "lower" | "estimate", options: Plot.LineOptions) =>
      points.length === 1
        ? Plot.dot(points, { x: middle, y: (point) => height(point[of]), fill: options.stroke as string, r: 3 })
        : Plot.line(points, { x: middle, y: (point) => height(point[of]), strokeWidth: 1.3, ...options });
    const bounds = { y1: ({ lower }: Stretch) => height(lower), y2: ({ upper }: Stretch) => height(upper) };
    const band = (points: readonly Stretch[]) =>
      points.length === 1
        ? Plot.ruleX(points, { x: middle, ...bounds, stroke: "var(--pale)", strokeWidth: 12 })
        : Plot.areaY(points, { x: middle, ...bounds, fill: "var(--pale)", fillOpacity: 0.7 });
    const ticks = isNarrow ? 4 : 6;
    return {
      x: {
        domain: [0, Math.max(...all.map(({ to }) => to))],
        ...{ label: "position", ticks: isNarrow ? 4 : 8, tickFormat: formatCount },
      },
      y: {
        ...{ type: isSquare(measure) ? "sqrt" : "linear", domain: [0, most], label: LABELS[measure] },
        ...{ ticks, tickFormat: tidy },
      },
      marks: [
        Plot.gridY({ stroke: "var(--faint)", strokeOpacity: 1, ticks }),
        ...(isOne ? [band(lines[0].points)] : []),
        ...(isOne ? [line(lines[0].points, "estimate", { stroke: "var(--mark)", strokeDasharray: "4 2" })] : []),
        ...lines.map(({ i, points }) => line(points, "lower", { stroke: colourOf(comparison, i) })),
      ],
    };
  });
  const notes = [
    isOne
      ? `The line is the least, the band all that is possible${hasOpen ? " (without an end above)" : ""}, the dashed line the estimate.`
      : "What it is at least, for each candidate.",
    stretch > 1 && `Each point is the mean of ${formatCount(stretch)} positions.`,
    isSquare(measure) && "The axis is of square roots.",
  ];
  return { title, caption: notes.filter(Boolean).join(" "), chart };
}

export const alongFigures = (comparison: ListComparison, chosen: readonly number[]): Figure[] =>
  DRAWN.map((measure) => alongFigure(comparison, chosen, measure));

/** How many positions have a total variation below each number: between two lines. */
export function distributionFigure(comparison: ListComparison, chosen: readonly number[]): Figure {
  const isOne = chosen.length === 1;
  const all = chosen.map((i) => comparison.candidates[i].charts.distribution);
  // up to where all positions are
  const end = Math.max(...all.map((points) => points.find(({ least }) => least === 1)?.x ?? 1));
  const curves = chosen.map((i, n) => ({
    i,
    points: [{ x: 0, least: 0, most: 0, estimate: 0 }, ...all[n].filter(({ x }) => x <= end)],
  }));
  const chart = drawn("Positions by total variation", ({ isNarrow }) => ({
    x: {
      domain: [0, end],
      label: "total variation",
      ticks: isNarrow ? 4 : 8,
      tickFormat: tidy,
    },
    y: { domain: [0, 100], label: "positions below, %", ticks: 5, tickFormat: tidy },
    marks: [
      Plot.gridY({ stroke: "var(--faint)", strokeOpacity: 1, ticks: 5 }),
      ...curves.map(({ i, points }) =>
        Plot.areaY(points, {
          ...{ x: "x", y1: ({ least }) => 100 * least, y2: ({ most }) => 100 * most },
          ...{ fill: isOne ? "var(--pale)" : colourOf(comparison, i), fillOpacity: isOne ? 0.7 : 0.12 },
        }),
      ),
      ...curves.map(({ i, points }) =>
        Plot.line(points, {
          ...{ x: "x", y: ({ estimate }) => 100 * estimate, strokeWidth: 1.5 },
          ...(isOne ? { stroke: "var(--mark)", strokeDasharray: "4 2" } : { stroke: colourOf(comparison, i) }),
        }),
      ),
    ],
  }));
  return {
    title: "Positions by total variation",
    caption: `The share of positions below each total variation lies in the band; the ${isOne ? "dashed " : ""}line is of the estimates.`,
    chart,
  };
}
