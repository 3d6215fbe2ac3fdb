// The guide's plots, as text: docs/plots. They have a card of their own colour, so that they are the same on light pages and on
// dark ones, and the same bits on every engine: nothing in them passes through Math.log.

import ln from "@stdlib/math-base-special-ln";
import { exactKl, type FloatArray } from "../../bench/family.js";
import { klDivergence, logLikelihoodRatio, logRatio } from "../../src/index.js";
import { randomNumbers } from "../../test/random.js";
import { element, type Frame, linear, logarithmic, pathOf, svgOf } from "./svg.js";

const SEED = 20261124;
const [INK, QUIET, GRID, CARD, MAIN] = ["#24292f", "#6a737d", "#e4e6e8", "#fcfcfb", "#d6246e"];

const STYLE = `text { fill: ${QUIET}; font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif }
.title { fill: ${INK}; font-size: 16px; font-weight: 700 } .label { fill: ${INK} }
.grid { stroke: ${GRID} } .axis, .tick { stroke: ${QUIET} }
.line { fill: none; stroke-width: 1.4; stroke-linejoin: round } .main { stroke-width: 2.6 }`;

/** What is drawn in a frame, and what is said of it. */
interface Plot {
  readonly title: string;
  /** Under the title, a line each. */
  readonly notes: readonly string[];
  readonly description: string;
  readonly frame: Frame;
  readonly chart: Omit<Parameters<typeof svgOf>[1], "title">;
}

const PADDING = 16;

function cardOf({ title, notes, description, frame, chart }: Plot): string {
  const top = 44 + 17 * notes.length;
  const [width, height] = [frame.width + 2 * PADDING, frame.height + top + PADDING];
  const text = (y: number, what: string, name: string) => element("text", { class: name, x: PADDING + 8, y }, what);
  const panel = svgOf(frame, { ...chart, title: description }).replace("<svg", `<svg x="${PADDING}" y="${top}"`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>${STYLE}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${CARD}" stroke="#d0d7de"/>
${text(32, title, "title")}
${notes.map((note, i) => text(52 + 17 * i, note, "note")).join("\n")}
${panel.replaceAll("><", ">\n<")}
</svg>
`;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 1e-3 as 10⁻³. */
function powerOfTen(x: number): string {
  const exponent = Math.round(Math.log10(x));
  if (exponent === 0) return "1";
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

const RUNS = 8;
const MOST_FLIPS = 100_000;

/** Flips after which a run is drawn: each of the first, then a thirtieth more each time. */
function drawnFlips(): number[] {
  const flips = [10];
  for (let n = 11; n < MOST_FLIPS; n += Math.max(1, Math.floor(n / 30))) flips.push(n);
  return [...flips, MOST_FLIPS];
}

/** The log-likelihood ratio of n flips over n, of several runs, and where 95 % of them lie. */
function drawCoins(): string {
  const [loaded, fair] = [
    [0.6, 0.4],
    [0.5, 0.5],
  ];
  const kl = klDivergence(loaded, fair);
  const [ofHeads, ofTails] = logRatio(loaded, fair);
  const deviation = Math.sqrt(0.6 * 0.4) * (ofHeads - ofTails);

  const frame = { width: 760, height: 330, left: 58, right: 640, top: 24, bottom: 286 };
  const x = logarithmic([10, MOST_FLIPS], frame.left, frame.right, 6);
  const y = linear([-0.15, 0.2], frame.bottom, frame.top, 7);
  const flips = drawnFlips();
  const edge = (sign: number) => flips.map((n) => [x(n), y(kl + (sign * 1.96 * deviation) / Math.sqrt(n))] as const);

  const random = randomNumbers(SEED);
  const runs = Array.from({ length: RUNS }, () => {
    const counts = [0, 0];
    const points = flips.map((n) => {
      while (counts[0] + counts[1] < n) counts[random() < 0.6 ? 0 : 1]++;
      return [x(n), y(logLikelihoodRatio(counts, loaded, fair) / n)] as const;
    });
    return element("path", { class: "line", stroke: "#7088a8", "stroke-opacity": "0.8", d: pathOf(points) });
  });
  const label = { x: frame.right + 8, y: y(kl) + 4, style: `fill: ${MAIN}; font-weight: 700` };

  return cardOf({
    title: "What a flip says, on average",
    notes: [
      "The log-likelihood ratio of n flips of a coin with p(heads) = 0.6 against a fair one, divided by n.",
      `${RUNS} runs, seeded; the band is KL ± 1.96 σ/√n. Drawn by npm run guide.`,
    ],
    description:
      "Nats a flip over the number of flips, 10 to 100,000: eight ragged lines that close in on the KL divergence, 0.0201, in a band that narrows like one over the root of n.",
    frame,
    chart: {
      ...{ x, y, xLabel: "flips n", yLabel: "nats a flip" },
      formatX: (n) => n.toLocaleString("en-US"),
      content: [
        element("path", { fill: "#e6edf4", d: `${pathOf([...edge(1), ...edge(-1).reverse()])}Z` }),
        ...runs,
        element("path", {
          ...{ class: "line main", stroke: MAIN, "stroke-dasharray": "6 4" },
          d: pathOf([
            [frame.left, y(kl)],
            [frame.right, y(kl)],
          ]),
        }),
        element("text", label, `KL = ${kl.toFixed(4)}`),
      ].join("\n"),
    },
  });
}

const CLASSES = 4096;

/** Zipf's p over f64 classes, and a q that is `noise` away, both of a sum of 1. */
function makePair(noise: number): [Float64Array, Float64Array] {
  const random = randomNumbers(SEED);
  const p = Float64Array.from({ length: CLASSES }, (_, i) => 1 / (i + 2.7));
  const q = p.map((x) => x * (1 + noise * (2 * random() - 1)));
  const normalized = (row: Float64Array) => {
    const sum = row.reduce((total, x) => total + x);
    return row.map((x) => x / sum);
  };
  return [normalized(p), normalized(q)];
}

/** Σ p ln(p/q) as it is written, each operation rounded by `round`. */
function plainSum(p: FloatArray, q: FloatArray, round: (x: number) => number, epsilon = 0): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    sum = round(sum + round(p[i] * round(ln(round(round(p[i] + epsilon) / round(q[i] + epsilon))))));
  }
  return sum;
}

const asItIs = (x: number) => x;

interface Contestant {
  readonly name: string;
  readonly color: string;
  readonly isF32: boolean;
  compute(p: FloatArray, q: FloatArray): number;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: "plain sum, f64, ε = 1e-8", color: "#b3541e", isF32: false, compute: (p, q) => plainSum(p, q, asItIs, 1e-8) },
  { name: "plain sum, f32", color: "#a98b4f", isF32: true, compute: (p, q) => plainSum(p, q, Math.fround) },
  { name: "plain sum of f32, in f64", color: "#7088a8", isF32: true, compute: (p, q) => plainSum(p, q, asItIs) },
  { name: "plain sum, f64", color: "#639079", isF32: false, compute: (p, q) => plainSum(p, q, asItIs) },
  { name: "klDivergence, f32", color: MAIN, isF32: true, compute: klDivergence },
  { name: "klDivergence, f64", color: MAIN, isF32: false, compute: klDivergence },
];

/** Errors below are drawn here. */
const LEAST_ERROR = 1e-16;
const LABEL_HEIGHT = 16;

/** Relative errors over the exact divergence, computed in double-double arithmetic. */
function drawErrors(): string {
  const frame = { width: 760, height: 400, left: 58, right: 600, top: 24, bottom: 356 };
  // nearer from left to right
  const x = logarithmic([1e-13, 1], frame.right, frame.left, 7);
  const y = logarithmic([LEAST_ERROR, 1e6], frame.bottom, frame.top, 12);
  const points = CONTESTANTS.map(() => [] as { x: number; y: number; isNegative: boolean }[]);
  let noise = 1;
  for (let i = 0; i < 25; i++, noise /= i % 2 === 0 ? 2 : 1.6) {
    const rows = makePair(noise);
    const f32Rows = rows.map((row) => Float32Array.from(row));
    const exact = exactKl(rows[0], rows[1])[0];
    const exactOfF32 = exactKl(f32Rows[0], f32Rows[1])[0];
    CONTESTANTS.forEach(({ isF32, compute }, at) => {
      const [[p, q], truth] = isF32 ? [f32Rows, exactOfF32] : [rows, exact];
      const value = compute(p, q);
      const error = Math.max(LEAST_ERROR, Math.abs(value - truth) / truth);
      points[at].push({ x: x(truth), y: y(error), isNegative: value < 0 });
    });
  }

  const lines = CONTESTANTS.map(({ color }, i) => {
    const isMain = color === MAIN;
    const dots = points[i].map((point) =>
      element("circle", {
        ...{ cx: point.x, cy: point.y, r: isMain ? 3 : 2.4, stroke: color, "stroke-width": 1.2 },
        fill: point.isNegative ? CARD : color,
      }),
    );
    const path = pathOf(points[i].map((point) => [point.x, point.y]));
    return element("path", { class: isMain ? "line main" : "line", stroke: color, d: path }) + dots.join("");
  });
  let free = 0;
  const labels = CONTESTANTS.map(({ name, color }, i) => ({ name, color, end: points[i][points[i].length - 1] }))
    .sort((a, b) => a.end.y - b.end.y)
    .map(({ name, color, end }) => {
      const at = Math.max(free, end.y);
      free = at + LABEL_HEIGHT;
      const weight = color === MAIN ? "700" : "400";
      return element("text", { x: frame.right + 8, y: at + 4, style: `fill: ${color}; font-weight: ${weight}` }, name);
    });
  const all = y(1);

  return cardOf({
    title: "Where the digits go",
    notes: [
      `Zipf's law over ${CLASSES.toLocaleString("en-US")} classes, and the same with less and less noise; errors against double-double arithmetic.`,
      "○ a negative result;  ╌╌ 100 %: nothing of it is right. Drawn by npm run guide.",
    ],
    description:
      "Relative error over the exact divergence, from 1 down to 1e-13, both axes logarithmic. The plain sums rise beyond 100 %, and turn negative; klDivergence stays level.",
    frame,
    chart: {
      ...{ x, y, xLabel: "exact divergence, nats", yLabel: "relative error", formatX: powerOfTen, formatY: powerOfTen },
      content: [
        element("line", {
          x1: frame.left,
          x2: frame.right,
          y1: all,
          y2: all,
          stroke: QUIET,
          "stroke-dasharray": "4 3",
        }),
        ...lines,
        ...labels,
      ].join("\n"),
    },
  });
}

/** By the names of their files. */
export const plots: Record<string, () => string> = { coins: drawCoins, errors: drawErrors };
