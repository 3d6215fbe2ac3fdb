// The charts of a page.

import type { Candidate } from "./comparison.js";
import { formatCount, formatDigits } from "./numbers.js";
import { element, type Frame, linear, logarithmic, pathOf, type Scale, svgOf, textElement, tidy } from "./svg.js";

/** A candidate, whose first row has this number. */
export type Drawn = Pick<Candidate, "charts" | "report"> & { readonly start: number };

/** Rows that are marked as the worst. */
const MARKED = 10;

/** Pixels that infinite numbers lie above the finite ones. */
const ABOVE = 22;

/** KL along the text: means and the largest of each point, the worst tokens marked. Nothing where no KL is positive. */
export function alongText({ charts, report, start }: Drawn, frame: Frame): string | undefined {
  const { size, means, largest } = charts.along;
  const values = [...means, ...largest].filter((kl) => kl > 0);
  if (values.length === 0) return undefined;
  const { left, right, bottom } = frame;
  const y = scaleOf(values, frame);
  const x = linear([start, start + report.rows], left, right, frame.width > 500 ? 8 : 4);
  // what is 0 lies on the axis
  const height = (kl: number) => Math.min(bottom, kl > 0 ? y(kl) : bottom);
  const place = (i: number) => x(start + Math.min(report.rows, (i + 0.5) * size));
  const line = (name: string, kls: readonly number[]) =>
    element("path", { class: name, d: pathOf(kls.map((kl, i) => [place(i), height(kl)])) });
  const marks = report.worst.slice(0, MARKED).map(({ row, kl, token }) => {
    const title = `row ${row}${token < 0 ? "" : `, token ${token}`}: KL ${formatDigits(kl, 4)}`;
    return element(
      "circle",
      { class: "mark", cx: x(row + 0.5), cy: height(kl), r: 4 },
      textElement("title", {}, title),
    );
  });
  return svgOf(frame, {
    x,
    y,
    xLabel: "row",
    yLabel: "KL(base‖other), nats",
    formatX: formatCount,
    formatY: (kl) => (kl === Number.POSITIVE_INFINITY ? "∞" : tidy(kl)),
    content: (size > 1 ? line("largest", largest) : "") + line("line", means) + marks.join(""),
    title: "KL divergence of each token along the text",
  });
}

/** Of positive numbers, from 0 or by their logarithms. Infinity has a tick of its own above the others. */
function scaleOf(values: readonly number[], { top, bottom }: Frame): Scale {
  const finite = values.filter(Number.isFinite);
  const hasInfinite = finite.length < values.length;
  const end = hasInfinite ? top + ABOVE : top;
  const range = [Math.min(...finite), Math.max(...finite) * 1.1] as const;
  const scale =
    finite.length === 0
      ? linear([0, 0], bottom, end, 1)
      : range[1] > 50 * range[0]
        ? logarithmic(range, bottom, end, 6)
        : linear([0, range[1]], bottom, end, 5);
  if (!hasInfinite) return scale;
  const at = (x: number) => (x === Number.POSITIVE_INFINITY ? top : scale(x));
  return Object.assign(at, { ticks: [...scale.ticks, Number.POSITIVE_INFINITY] });
}

/** What the chart along the text does not say by itself. */
export function notesAlong({ charts, report: { kl } }: Pick<Candidate, "charts" | "report">): string {
  const { size } = charts.along;
  const notes = [
    size > 1 && `Each point is of ${formatCount(size)} tokens: their mean, and behind it the largest.`,
    kl.infinite > 0 && `KL is infinite for ${formatCount(kl.infinite)} tokens, which lie on the line ∞.`,
    "The ten worst tokens are marked.",
  ];
  return notes.filter(Boolean).join(" ");
}

/** Tokens that the histogram has no bar for. */
export function notesOfHistogram({ charts, report: { kl } }: Pick<Candidate, "charts" | "report">): string {
  const { below, above } = charts.histogram(1);
  const outside: readonly (readonly [count: number, where: string])[] = [
    [below, "under 1e-12 nats"],
    [above - kl.infinite, "of 1,000 nats and more"],
    [kl.infinite, "of infinite KL"],
  ];
  const parts = outside.filter(([count]) => count > 0).map(([count, where]) => `${formatCount(count)} ${where}`);
  return parts.length === 0 ? "" : `Tokens outside the chart: ${parts.join(", ")}.`;
}

/** Tokens by KL; empty where all lie outside, as the notes tell. */
export function histogram({ charts, report }: Drawn, frame: Frame): string {
  const { bins } = charts.histogram(frame.width > 500 ? 50 : 25);
  if (bins.length === 0) return "";
  const { left, right, top, bottom } = frame;
  const x = logarithmic([bins[0].from, bins[bins.length - 1].to], left, right, frame.width > 500 ? 8 : 4);
  const y = linear([0, Math.max(...bins.map(({ count }) => count))], bottom, top, 5);
  const bars = bins.map(({ from, to, count }) =>
    element(
      "rect",
      { class: "bar", x: x(from) + 0.5, width: x(to) - x(from) - 1, y: y(count), height: bottom - y(count) },
      textElement("title", {}, `${formatDigits(from, 2)} to ${formatDigits(to, 2)} nats: ${formatCount(count)} tokens`),
    ),
  );
  const { mean } = report.kl;
  const at = x(mean);
  const mark =
    at >= left && at <= right
      ? element("line", { class: "mean", x1: at, x2: at, y1: top - 6, y2: bottom }) +
        element(
          "text",
          { class: "label", x: at, y: top - 10, "text-anchor": at > right - 60 ? "end" : "middle" },
          "mean",
        )
      : "";
  return svgOf(frame, {
    // narrow histograms have edges of their own to tell
    x: x.ticks.length >= 2 ? x : Object.assign((kl: number) => x(kl), { ticks: edgesOf(bins) }),
    y,
    xLabel: "KL(base‖other), nats",
    yLabel: "tokens",
    formatX: (kl) => tidy(Number(kl.toPrecision(2))),
    content: bars.join("") + mark,
    title: "Histogram of the KL divergence of the tokens",
  });
}

const edgesOf = (bins: readonly { from: number; to: number }[]): number[] => {
  const every = Math.ceil(bins.length / 4);
  return bins.filter((_, i) => i % every === 0).map(({ from }) => from);
};

/** Δp by the probability in the base: its mean, and a standard deviation to either side. */
export function calibration({ charts }: Drawn, frame: Frame): string | undefined {
  const bins = charts.calibration;
  if (bins.length === 0) return undefined;
  const { left, right, top, bottom } = frame;
  const most = Math.max(1e-9, ...bins.map(({ mean, deviation }) => mean + deviation));
  const least = Math.min(-1e-9, ...bins.map(({ mean, deviation }) => mean - deviation));
  const x = linear([0, 1], left, right, 5);
  const y = linear([100 * least, 100 * most], bottom, top, 5);
  const points = bins.map(({ count, base, mean, deviation }) => {
    const [low, high] = [y(100 * (mean - deviation)), y(100 * (mean + deviation))];
    const shown = `p ≈ ${formatDigits(base, 3)}: Δp ${formatDigits(100 * mean, 3)} ± ${formatDigits(100 * deviation, 3)} %, ${formatCount(count)} tokens`;
    return (
      element("line", { class: "spread", x1: x(base), x2: x(base), y1: low, y2: high }) +
      element("circle", { class: "dot", cx: x(base), cy: y(100 * mean), r: 4 }, textElement("title", {}, shown))
    );
  });
  const zero = element("line", { class: "mean", x1: left, x2: right, y1: y(0), y2: y(0) });
  return svgOf(frame, {
    x,
    y,
    xLabel: "p(token) in base",
    yLabel: "Δp, %",
    content: zero + points.join(""),
    title: "Change of the observed token's probability by its probability in the base",
  });
}
