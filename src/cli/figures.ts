// The charts of a page.

import * as Plot from "@observablehq/plot";
import { log10 } from "../numbers/scalar.js";
import type { Candidate, Comparison } from "./comparison.js";
import { formatCount, formatDigits } from "./numbers.js";
import { drawn, logarithmicTicks, tidy } from "./plots.js";
import { printable } from "./printable.js";
import { shortLabel } from "./tables.js";

/** A chart, what it shows, and what it does not. */
export interface Figure {
  readonly title: string;
  readonly caption: string;
  /** SVG; undefined where the caption says all. */
  readonly chart: string | undefined;
}

/** Candidates in the order of their ranking. */
export interface Ranked {
  readonly candidates: readonly Pick<Candidate, "label" | "floor">[];
  readonly ranking: readonly number[];
}

/** Colours of candidates, by their places in the ranking; base rounded is grey. */
const COLOURS = 12;
export const colourOf = ({ candidates, ranking }: Ranked, i: number): string =>
  candidates[i].floor === null
    ? `var(--c${ranking.filter((j) => candidates[j].floor === null).indexOf(i) % COLOURS})`
    : "var(--soft)";

/** What a candidate's part of the page is called by links. */
export const anchorOf = (i: number): string => `candidate-${i}`;
export const rowAnchorOf = (i: number, row: number): string => `candidate-${i}-row-${row}`;

/** Base, rounded, has no part of the page. */
export const linkTo = ({ candidates }: Ranked, i: number): string | undefined =>
  candidates[i].floor === null ? `#${anchorOf(i)}` : undefined;

const KL = "KL(base‖candidate), nats";
const areAlike = ({ report }: Candidate): boolean => report.kl.max === 0;

/** The range of positive finite numbers, with some room; undefined of none. */
function rangeOf(numbers: readonly number[], room = 1.3): [least: number, most: number] | undefined {
  const positive = numbers.filter((x) => x > 0 && x < Number.POSITIVE_INFINITY);
  if (positive.length === 0) return undefined;
  return [Math.min(...positive) / room, Math.max(...positive) * room];
}

/** Mean KL of each candidate, the closest first, with its error. */
export function rankingFigure(comparison: Comparison): Figure {
  const { candidates, ranking } = comparison;
  const points = ranking.map((i) => {
    const { value, standardError } = candidates[i].report.clustered.kl;
    const error = Number.isFinite(standardError) ? 2 * standardError : 0;
    return { i, name: shortLabel(candidates[i].label), value, low: value - error, high: value + error };
  });
  const range = rangeOf(points.flatMap(({ value, high }) => [value, high]));
  const least = range?.[0] ?? 1;
  const chart =
    range &&
    drawn("Mean KL of each candidate", ({ width, isNarrow }) => {
      const names = points.map(({ name }) => (isNarrow && name.length > 15 ? `${name.slice(0, 14)}…` : name));
      const shown = points.map((point, n) => ({ ...point, place: `${n} ${names[n]}` }));
      const longest = Math.max(...names.map(({ length }) => length));
      return {
        ...{ width, height: 62 + 24 * points.length, marginLeft: 14 + 7 * longest, marginRight: 70 },
        x: {
          ...{ type: "log", domain: range, label: `mean ${KL}`, labelAnchor: "right", tickFormat: tidy },
          ticks: logarithmicTicks(...range, isNarrow ? 4 : 8),
        },
        y: {
          label: null,
          domain: shown.map(({ place }) => place),
          tickFormat: (place: string) => place.replace(/^\d+ /, ""),
          tickSize: 0,
        },
        marks: [
          Plot.gridX({ stroke: "var(--faint)", strokeOpacity: 1, ticks: logarithmicTicks(...range, isNarrow ? 4 : 8) }),
          Plot.link(
            shown.filter(({ value }) => value > 0 && value < Number.POSITIVE_INFINITY),
            {
              x1: ({ low }) => Math.max(low, least),
              x2: "high",
              y: "place",
              stroke: ({ i }) => colourOf(comparison, i),
              strokeWidth: 2,
            },
          ),
          Plot.dot(shown, {
            x: ({ value }) => Math.min(Math.max(value, least), range[1]),
            y: "place",
            r: 4.5,
            fill: ({ i }) => colourOf(comparison, i),
            href: ({ i }) => linkTo(comparison, i),
            title: ({ name, value }) => `${name}: ${formatDigits(value, 4)} nats`,
          }),
          Plot.text(shown, {
            x: ({ value }) => Math.min(Math.max(value, least), range[1]),
            y: "place",
            dx: 9,
            textAnchor: "start",
            text: ({ value }) => (value === 0 ? "identical" : formatDigits(value, 3)),
          }),
        ],
      };
    });
  const caption = "Further left is closer to base. Bars are two standard errors by clusters.";
  return { title: "Mean KL", caption: chart === undefined ? allAlike(comparison) : caption, chart };
}

const allAlike = ({ candidates }: Comparison): string =>
  candidates.every(areAlike)
    ? "Identical: every KL is 0, in every row."
    : "Every mean is infinite or 0: a token is impossible in one model alone.";

interface Point {
  readonly i: number;
  readonly name: string;
  readonly size: number;
  readonly value: number;
}

/** Of labels on a chart of such a width, in pixels. */
const LABEL = { perCharacter: 7, height: 14, chartHeight: 210 };

/** Points whose labels do not cover one of those before them; others have their names by pointing at them. */
function labelled(points: readonly Point[], width: number, isLogarithmic: boolean): Point[] {
  const heightOf = ({ value }: Point) => (isLogarithmic ? log10(value) : value);
  const [sizes, heights] = [points.map(({ size }) => size), points.map(heightOf)];
  const spread = (numbers: readonly number[]) => Math.max(...numbers) - Math.min(...numbers) || 1;
  const [across, up] = [(0.8 * width) / spread(sizes), LABEL.chartHeight / spread(heights)];
  const kept: Point[] = [];
  for (const point of points) {
    const isCovered = kept.some((other) => {
      const right = (point.size - other.size) * across;
      const isBeside =
        right > LABEL.perCharacter * other.name.length || -right > LABEL.perCharacter * point.name.length;
      return !isBeside && Math.abs(heightOf(point) - heightOf(other)) * up < LABEL.height;
    });
    if (!isCovered) kept.push(point);
  }
  return kept;
}

/** A figure of merit over the size of the model, with those that no other one beats in both. */
function sizeFigure(
  comparison: Comparison,
  of: { title: string; label: string; isLogarithmic: boolean; base?: number; valueOf(candidate: Candidate): number },
): Figure | undefined {
  const { candidates } = comparison;
  const points = candidates.flatMap((candidate, i): Point[] => {
    const value = of.valueOf(candidate);
    const isShown = candidate.size !== null && Number.isFinite(value) && (value > 0 || !of.isLogarithmic);
    return isShown ? [{ i, name: shortLabel(candidate.label), size: (candidate.size as number) / 1e9, value }] : [];
  });
  if (points.length < 2) return undefined;
  const bySize = points.toSorted((a, b) => a.size - b.size || a.value - b.value);
  const front = bySize.filter(({ value }, i) => bySize.slice(0, i).every((smaller) => value < smaller.value));
  const chart = drawn(of.title, ({ width, isNarrow }) => {
    const range = rangeOf(
      points.map(({ value }) => value),
      1.6,
    ) as [number, number];
    const ticks = of.isLogarithmic ? logarithmicTicks(...range, isNarrow ? 4 : 6) : undefined;
    const rest = [of.base].filter((x) => x !== undefined);
    return {
      ...{ marginRight: isNarrow ? 60 : 90, marginLeft: 60, insetTop: 14, insetLeft: 20 },
      x: { label: "size of the model, GB", ticks: isNarrow ? 4 : 8, nice: true, tickFormat: tidy, grid: false },
      y: of.isLogarithmic
        ? { type: "log", domain: range, label: of.label, ticks, tickFormat: tidy }
        : { label: of.label, ticks: 5, nice: true, tickFormat: tidy, zero: false },
      marks: [
        Plot.gridY({ stroke: "var(--faint)", strokeOpacity: 1, ...(ticks && { ticks }) }),
        Plot.ruleY(rest, { stroke: "var(--soft)", strokeDasharray: "4 3" }),
        Plot.line(front, { x: "size", y: "value", stroke: "var(--soft)", strokeWidth: 1.5 }),
        Plot.dot(points, {
          ...{ x: "size", y: "value", r: 5, fill: ({ i }) => colourOf(comparison, i) },
          href: ({ i }) => linkTo(comparison, i),
          title: ({ name, size, value }) => `${name}: ${tidy(size)} GB, ${formatDigits(value, 4)}`,
        }),
        Plot.text(labelled(points, width, of.isLogarithmic), {
          ...{ x: "size", y: "value", text: "name", dx: 8, dy: -8, textAnchor: "start" },
        }),
      ],
    };
  });
  const dashed = of.base === undefined ? "" : " The dashed line is base.";
  return {
    title: of.title,
    caption: `Lower and further left is better. The line joins the candidates that no other one beats in both.${dashed}`,
    chart,
  };
}

/** Over the size: mean KL, and the perplexity where there is one. */
export function sizeFigures(comparison: Comparison): Figure[] {
  const [{ report }] = comparison.candidates;
  return [
    sizeFigure(comparison, {
      ...{ title: "KL over size", label: `mean ${KL}`, isLogarithmic: true },
      valueOf: (candidate) => candidate.report.kl.mean,
    }),
    report.tokens > 0
      ? sizeFigure(comparison, {
          ...{ title: "Perplexity over size", label: "PPL", isLogarithmic: false, base: report.perplexity.base.value },
          valueOf: (candidate) => candidate.report.perplexity.other.value,
        })
      : undefined,
  ].filter((figure) => figure !== undefined);
}

/** Bins of a decade of KL. */
const WIDTHS = [20, 10, 5, 2, 1];

/** How many tokens have which KL, by its logarithm; what is 0 or infinite has a bar of its own. */
export function distributionFigure(comparison: Comparison, chosen: readonly number[]): Figure {
  const title = "Tokens by KL";
  const counts = chosen.map((i) => ({ i, ...comparison.candidates[i].charts.counts }));
  const firsts = counts.map(({ bins }) => bins.findIndex((count) => count > 0)).filter((first) => first >= 0);
  const hasEnds = { below: counts.some(({ below }) => below > 0), above: counts.some(({ above }) => above > 0) };
  if (firsts.length === 0) {
    const isZero = !hasEnds.above;
    return {
      title,
      caption: isZero
        ? "Identical, but for what is under 1e-12 nats: there is no KL to show."
        : "Every KL is infinite, or under 1e-12 nats.",
      chart: undefined,
    };
  }
  const [first, last] = [
    Math.min(...firsts),
    Math.max(...counts.map(({ bins }) => bins.findLastIndex((count) => count > 0))),
  ];
  const chart = drawn("Distribution of the KL of the tokens", ({ isNarrow }) => {
    const perDecade = WIDTHS.find((width) => ((last - first + 1) * width) / 20 <= (isNarrow ? 20 : 44)) ?? 1;
    const step = 20 / perDecade;
    const [from, to] = [Math.floor(first / step), Math.floor(last / step) + 1];
    const edge = (bin: number) => -12 + (bin * step) / 20;
    const [left, right] = [edge(from), edge(to)];
    const gap = Math.max(0.03 * (right - left), 0.05);
    const end = Math.max(0.04 * (right - left), 0.05);
    const outer = { below: left - gap - end, above: right + gap };
    const shares = counts.map(({ i, bins, below, above }) => {
      const rows = bins.reduce((sum, count) => sum + count, 0) + below + above;
      const binned = Array.from({ length: to - from }, (_, n) => {
        const own = bins.slice((from + n) * step, (from + n + 1) * step).reduce((sum, count) => sum + count, 0);
        return { i, x1: edge(from + n), x2: edge(from + n + 1), share: (100 * own) / rows, count: own };
      });
      const ends = [
        ...(hasEnds.below
          ? [{ i, x1: outer.below, x2: outer.below + end, share: (100 * below) / rows, count: below }]
          : []),
        ...(hasEnds.above
          ? [{ i, x1: outer.above, x2: outer.above + end, share: (100 * above) / rows, count: above }]
          : []),
      ];
      return { i, binned, ends };
    });
    const isOne = shares.length === 1;
    const bar = { x1: "x1", x2: "x2", y: "share", insetLeft: 0.5, insetRight: 0.5 } as const;
    const describe = ({ i, x1, x2, count }: (typeof shares)[number]["binned"][number]) => {
      const where =
        x1 === outer.below
          ? "under 1e−12"
          : x1 === outer.above
            ? "∞, or 1,000 and more"
            : `${formatDigits(10 ** x1, 2)} to ${formatDigits(10 ** x2, 2)}`;
      return `${isOne ? "" : `${shortLabel(comparison.candidates[i].label)}: `}${where} nats: ${formatCount(count)} tokens`;
    };
    const fill = ({ i }: { i: number }) => colourOf(comparison, i);
    const ticks = logarithmicTicks(10 ** left, 10 ** right, isNarrow ? 4 : 8).map(log10);
    const named = [
      ...(hasEnds.below ? [{ x: outer.below + end / 2, text: "0" }] : []),
      ...ticks.map((x) => ({ x, text: tidy(Number((10 ** x).toPrecision(2))) })),
      ...(hasEnds.above ? [{ x: outer.above + end / 2, text: "∞" }] : []),
    ];
    // one beside the other, where there are several
    const endBars = shares.flatMap(({ ends }, n) =>
      ends.map((one) => {
        const width = (one.x2 - one.x1) / shares.length;
        return { ...one, at: one.x1 + n * width, to: one.x1 + (n + 1) * width };
      }),
    );
    const means = chosen
      .map((i) => ({ i, x: log10(comparison.candidates[i].report.kl.mean) }))
      .filter(({ x }) => x >= left && x <= right);
    return {
      marginBottom: 40,
      x: {
        domain: [hasEnds.below ? outer.below : left, hasEnds.above ? outer.above + end : right],
        label: KL,
        axis: null,
      },
      y: { label: "tokens, %", ticks: 5, nice: true, zero: true, tickFormat: tidy },
      marks: [
        Plot.gridY({ stroke: "var(--faint)", strokeOpacity: 1, ticks: 5 }),
        ...(isOne
          ? [Plot.rectY(shares[0].binned, { ...bar, fill, title: describe })]
          : shares.map(({ binned, i }) =>
              Plot.line(
                binned.flatMap((one) => [one, { ...one, x1: one.x2 }]),
                {
                  x: "x1",
                  y: "share",
                  stroke: colourOf(comparison, i),
                  strokeWidth: 1.5,
                  ...(comparison.candidates[i].floor !== null && { strokeDasharray: "3 2" }),
                },
              ),
            )),
        Plot.rectY(endBars, { x1: "at", x2: "to", y: "share", fill, title: describe }),
        Plot.ruleX(means, {
          x: "x",
          stroke: isOne ? "var(--mark)" : fill,
          strokeWidth: isOne ? 2 : 1.5,
          strokeDasharray: "5 3",
        }),
        ...(isOne
          ? [Plot.text(means, { x: "x", frameAnchor: "top", dy: -14, text: () => "mean", fill: "var(--mark)" })]
          : []),
        Plot.ruleY([0], { stroke: "var(--soft)" }),
        Plot.text(named, { x: "x", text: "text", frameAnchor: "bottom", dy: 16 }),
        Plot.text([KL], { frameAnchor: "bottom-right", text: (label: string) => label, dy: 34, textAnchor: "end" }),
      ],
    };
  });
  const only = counts.length === 1 ? comparison.candidates[counts[0].i].report.kl : undefined;
  const notes = [
    only === undefined
      ? "The share of tokens in each bin of KL, of each candidate; dashed lines are the means."
      : "The share of tokens in each bin of KL; the dashed line is the mean.",
    hasEnds.below && "“0” is what is under 1e-12 nats.",
    hasEnds.above && "“∞” is what is infinite, or 1,000 nats and more.",
  ];
  return { title, caption: notes.filter(Boolean).join(" "), chart };
}

/** Points of a line, at most: more are joined. */
const MOST_POINTS = 400;
/** Rows that are marked as the worst. */
const MARKED = 10;

/** KL along the text: the mean of each stretch and, of one candidate, the largest and the worst tokens. */
export function alongFigure(comparison: Comparison, chosen: readonly number[]): Figure {
  const title = "KL along the text";
  const { candidates, start, end } = comparison;
  const all = chosen.map((i) => candidates[i].charts.along);
  const finite = rangeOf(all.flatMap(({ means, largest }) => [...means, ...largest]));
  const infinite = chosen.reduce((count, i) => count + candidates[i].report.kl.infinite, 0);
  if (finite === undefined) {
    const caption = chosen.every((i) => areAlike(candidates[i]))
      ? "Identical: every KL is 0."
      : "No KL is both positive and finite.";
    return { title, caption, chart: undefined };
  }
  const isOne = chosen.length === 1;
  let stretch = 1;
  const chart = drawn("KL divergence along the text", ({ isNarrow }) => {
    const lines = chosen.map((i, n) => {
      const { size, means, largest } = all[n];
      const join = Math.ceil(means.length / MOST_POINTS);
      stretch = Math.max(stretch, size * join);
      const points = Array.from({ length: Math.ceil(means.length / join) }, (_, p) => {
        const own = means.slice(p * join, (p + 1) * join);
        const [from, to] = [p * join * size, Math.min(end - start, (p + 1) * join * size)];
        return {
          row: start + (from + to) / 2,
          mean: own.reduce((sum, x) => sum + x, 0) / own.length,
          most: Math.max(...largest.slice(p * join, (p + 1) * join)),
        };
      });
      return { i, points };
    });
    // by the logarithm; 0 lies on the axis, infinity on a line above
    const shown =
      rangeOf(lines.flatMap(({ points }) => points.flatMap(({ mean, most }) => (isOne ? [mean, most] : [mean])))) ??
      finite;
    const floor = Math.max(shown[0], shown[1] * 1e-8);
    const top = infinite > 0 ? shown[1] * (shown[1] / floor) ** 0.08 : shown[1];
    const height = (kl: number) => (kl === Number.POSITIVE_INFINITY ? top : Math.min(Math.max(kl, floor), top));
    const ticks = logarithmicTicks(floor, shown[1], isNarrow ? 4 : 6);
    const line = (points: (typeof lines)[number]["points"], of: "mean" | "most", options: Plot.LineOptions) =>
      points.length === 1
        ? Plot.dot(points, { x: "row", y: (point) => height(point[of]), fill: options.stroke as string, r: 3 })
        : Plot.line(points, { x: "row", y: (point) => height(point[of]), strokeWidth: 1.3, ...options });
    const worst = isOne ? candidates[chosen[0]].report.worst.slice(0, MARKED) : [];
    const isJoined = isOne && stretch > 1;
    return {
      x: { domain: [start, end], label: "row", ticks: isNarrow ? 4 : 8, tickFormat: formatCount },
      y: { type: "log", domain: [floor, top], label: KL, ticks, tickFormat: tidy },
      marks: [
        Plot.gridY({ stroke: "var(--faint)", strokeOpacity: 1, ticks }),
        ...(infinite > 0
          ? [
              Plot.text(["∞"], {
                frameAnchor: "top-left",
                dx: -10,
                dy: -2,
                textAnchor: "end",
                text: (sign: string) => sign,
              }),
            ]
          : []),
        ...(isJoined ? [line(lines[0].points, "most", { stroke: "var(--pale)" })] : []),
        ...lines.map(({ i, points }) =>
          line(points, "mean", {
            stroke: colourOf(comparison, i),
            ...(candidates[i].floor !== null && { strokeDasharray: "3 2" }),
          }),
        ),
        Plot.dot(worst, {
          x: ({ row }) => row + 0.5,
          y: ({ kl }) => height(kl),
          ...{ r: 4, fill: "var(--mark)", stroke: "var(--ground)" },
          href: ({ row }) => `#${rowAnchorOf(chosen[0], row)}`,
          title: ({ row, kl, token }) => `row ${row}${token < 0 ? "" : `, token ${token}`}: KL ${formatDigits(kl, 4)}`,
        }),
      ],
    };
  });
  const notes = [
    stretch > 1
      ? `Each point is the mean of ${formatCount(stretch)} tokens${isOne ? "; the pale line is the largest" : ""}.`
      : isOne && "Each point is a token.",
    isOne && "The worst tokens are marked, and lead to the table below.",
    infinite > 0 && `${formatCount(infinite)} infinite KL lie on the line ∞.`,
  ];
  return { title, caption: notes.filter(Boolean).join(" "), chart };
}

/** Tokens of a bin below which its mark is faded. */
const FEW = 10;

/** Δp by the probability in base: its mean, and two standard errors to either side. */
export function calibrationFigure(comparison: Comparison, i: number): Figure | undefined {
  const bins = comparison.candidates[i].charts.calibration;
  if (bins.length === 0) return undefined;
  const points = bins.map(({ count, base, mean, deviation }) => {
    const error = count > 1 ? (2 * deviation) / Math.sqrt(count - 1) : 0;
    return { count, base, mean: 100 * mean, low: 100 * (mean - error), high: 100 * (mean + error) };
  });
  const most = Math.max(...points.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  if (most === 0) return { title: "Δp by probability", caption: "Identical: every Δp is 0.", chart: undefined };
  const opacity = ({ count }: { count: number }) => (count < FEW ? 0.35 : 1);
  const chart = drawn("Change of the observed token's probability by its probability in base", ({ isNarrow }) => ({
    x: { domain: [0, 1], label: "p(token) in base", ticks: 5, tickFormat: tidy },
    y: { label: "Δp, percentage points", ticks: 5, nice: true, tickFormat: tidy },
    marks: [
      Plot.gridY({ stroke: "var(--faint)", strokeOpacity: 1, ticks: 5 }),
      Plot.ruleY([0], { stroke: "var(--mark)", strokeWidth: 1.5, strokeDasharray: "5 3" }),
      Plot.ruleX(points, {
        x: "base",
        y1: "low",
        y2: "high",
        stroke: colourOf(comparison, i),
        strokeWidth: isNarrow ? 2 : 3,
        strokeOpacity: opacity,
      }),
      Plot.dot(points, {
        ...{ x: "base", y: "mean", r: 4, fill: colourOf(comparison, i), fillOpacity: opacity },
        title: ({ base, mean, low, high, count }) =>
          `p ≈ ${formatDigits(base, 3)}: Δp ${formatDigits(mean, 3)} (${formatDigits(low, 3)} to ${formatDigits(high, 3)}) points, ${formatCount(count)} tokens`,
      }),
    ],
  }));
  return {
    title: "Δp by probability",
    caption: `How the observed token's probability changes, for tokens as probable in base: mean and two standard errors. A dot off the dashed line is a bias. Bins of fewer than ${FEW} tokens are faded.`,
    chart,
  };
}

/** Which colour is which candidate. */
export function legendOf(
  comparison: Ranked,
): readonly { readonly i: number; readonly label: string; readonly colour: string }[] {
  return comparison.ranking.map((i) => ({
    ...{ i, label: printable(comparison.candidates[i].label) },
    colour: colourOf(comparison, i),
  }));
}
