// npm run bench:plots: draws bench/peers.json into plots/*.svg.

import { mkdirSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import {
  CARD,
  COLORS,
  document,
  drawLines,
  FONT,
  GRID,
  INK,
  type Line,
  legendOf,
  PANEL,
  type Point,
  QUIET,
  save,
} from "./picture.js";
import { KINDS, type Kind, kindOf, readRun, resultOf, SIMD, timeOf, timeOfReading, typicalCase } from "./report.js";
import type { CaseResult, Curve } from "./results.js";

const run = readRun();

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** 1e-3 as 10⁻³. */
function powerOfTen(x: number): string {
  const exponent = Math.round(Math.log10(x));
  if (exponent === 0) return "1";
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

const threeDigits = (x: number) => (x < 1000 ? x.toPrecision(3) : Math.round(x).toLocaleString("en"));

/** 1024 as 1k, 1048576 as 1M. */
const vocabulary = (classes: number) => (classes < 2 ** 20 ? `${classes / 1024}k` : `${classes / 2 ** 20}M`);

const powersOfTen = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => 10 ** (from + i * step));

const kinds = KINDS.map((kind) => ["●", COLORS[kind], kind] as const);

const { cpu, node } = run.machine;
const machine = `${cpu}, Node ${node}`;
const threads = new Map(run.peers.map((peer) => [peer.name, peer.threads]));
/** One thread each, and logratio's once a backend. */
const isDrawn = (contestant: string) => threads.get(contestant) === 1 && contestant !== `${SIMD}, copied in`;

function speedPanel(measure: CaseResult["measure"]): Element[] {
  const cases = run.cases.filter((it) => it.measure === measure && it.shape === "heavy-tailed");
  const these = cases.filter((it) => it.type === "f32" && it.rows === 1).sort((a, b) => a.classes - b.classes);
  const last = these.at(-1);
  const simd = last && resultOf(last, SIMD);
  if (these.length < 2 || simd === undefined) return [];
  const lines: Line[] = [];
  for (const { contestant } of last.results) {
    const points: Point[] = [];
    for (const it of these) {
      const result = resultOf(it, contestant);
      if (result) points.push({ x: it.classes, y: timeOf(it, result) });
    }
    const end = resultOf(last, contestant);
    if (!isDrawn(contestant) || end === undefined) continue;
    const isMain = contestant === SIMD;
    const ratio = timeOf(last, end) / timeOf(last, simd);
    const label = isMain ? contestant : `${contestant}\u2002${threeDigits(ratio)}×`;
    lines.push({ kind: kindOf(contestant), isMain, points, label });
  }
  // logratio above all others
  lines.sort((a, b) => Number(a.isMain) - Number(b.isMain));
  const times = lines.flatMap(({ points }) => points.map(({ y }) => y));
  const [least, most] = [Math.min(...times) / 1.25, Math.max(...times) * 1.25];
  const sizes = these.map(({ classes }) => classes);
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter((y) => y >= least && y <= most);
  return [
    drawLines(
      {
        title: `${measure}, ns per class`,
        width: PANEL.width,
        x: {
          ...{ domain: [sizes[0], last.classes], label: "classes" },
          ...{ ticks: sizes.filter((size) => size !== 262144), format: vocabulary },
        },
        y: { domain: [least, most], ticks, format: String },
      },
      lines,
    ),
  ];
}

/** Errors below are all the same to the eye. */
const LEAST_ERROR = 1e-16;

function errorPanel({ measure, points }: Curve, width: number): Element {
  const names = [...new Set(points.flatMap(({ values }) => Object.keys(values)))].filter(isDrawn);
  const lines: Line[] = [];
  const absent: { x: number; kind: Kind }[] = [];
  for (const name of names) {
    const ofLine: Point[] = [];
    for (const { exact, values } of points) {
      const value = values[name];
      if (value === undefined) absent.push({ x: exact, kind: kindOf(name) });
      else {
        const error = Math.abs(value - exact) / exact;
        ofLine.push({ x: exact, y: Math.max(error, LEAST_ERROR), isNegative: value < 0 });
      }
    }
    if (ofLine.length === 0) continue;
    lines.push({ kind: kindOf(name), isMain: name === SIMD, points: ofLine, label: name });
  }
  const exacts = points.map(({ exact }) => exact);
  const most = 10 ** Math.ceil(Math.log10(Math.max(...lines.flatMap((line) => line.points.map(({ y }) => y)))));
  const domain: [number, number] = [Math.max(...exacts), Math.min(...exacts)];
  return drawLines(
    {
      title: `${measure}, relative error`,
      width,
      x: { domain, label: "exact divergence", ticks: powersOfTen(-12, 0, 3).reverse(), format: powerOfTen },
      y: {
        domain: [LEAST_ERROR, most],
        ticks: powersOfTen(-16, Math.log10(most), 4),
        format: (y) => (y === 1 ? "100 %" : powerOfTen(y)),
      },
    },
    lines.sort((a, b) => Number(a.isMain) - Number(b.isMain)),
    [
      Plot.rect([0], { x1: domain[0], x2: domain[1], y1: 1, y2: most, fill: "#f1f2f3" }),
      Plot.ruleY([1], { stroke: QUIET, strokeDasharray: "4 3" }),
      Plot.text(absent, { x: "x", y: most, text: () => "×", dy: 6, fill: ({ kind }) => COLORS[kind as Kind] }),
    ],
  );
}

function rooflinePanel(): Element[] {
  const { roofline } = run;
  if (roofline === undefined) return [];
  const bars = roofline.instructions.flatMap(({ measure, type, perClass }) => {
    const task = typicalCase(run, measure, type);
    const simd = task && resultOf(task, SIMD);
    if (type !== "f32" || task === undefined || simd === undefined) return [];
    return [{ measure, perClass, time: timeOf(task, simd), read: timeOfReading(roofline, task) }];
  });
  if (bars.length === 0) return [];
  const y = { y: "measure", insetTop: 5, insetBottom: 5 } as const;
  return [
    Plot.plot({
      ...{ document, width: 2 * PANEL.width, height: 60 + 30 * bars.length },
      ...{ marginLeft: 168, marginRight: 190, marginTop: 10, marginBottom: 40 },
      style: { color: QUIET, fontSize: "12px", fontFamily: FONT },
      x: { domain: [0, Math.max(...bars.map(({ time }) => time))] },
      y: { domain: bars.map(({ measure }) => measure), label: null },
      marks: [
        Plot.gridX({ stroke: GRID, strokeOpacity: 1 }),
        Plot.axisX({ tickSize: 0, label: "ns per class", labelAnchor: "center", labelArrow: "none" }),
        Plot.axisY({ tickSize: 0, label: null, fill: INK }),
        Plot.barX(bars, { x: "time", ...y, fill: COLORS.logratio }),
        Plot.barX(bars, { x: "read", ...y, fill: INK }),
        Plot.text(bars, {
          ...{ x: "time", y: "measure", textAnchor: "start", dx: 6, fill: INK, stroke: CARD, strokeWidth: 4 },
          text: ({ time, perClass }) => `${threeDigits(time)} ns, ${threeDigits(perClass)} instructions`,
        }),
      ],
    }) as Element,
  ];
}

mkdirSync(new URL("plots/", import.meta.url), { recursive: true });

const [FIRST, SECOND] = ["klDivergence", "klDivergenceOfLogits"] as const;
const others = [...new Set(run.cases.map(({ measure }) => measure))].filter((it) => it !== FIRST && it !== SECOND);
for (const [name, measures] of [
  ["speed", [FIRST, SECOND]],
  ["speedOfOthers", others],
] as const) {
  const panels = measures.flatMap(speedPanel);
  if (panels.length === 0) continue;
  save(name, {
    title: "Speed beside the peers",
    subtitle: `One row of f32, one thread, ${machine}. Lower is faster; “4×”: takes four times as long as ${SIMD}, where the lines end.`,
    description: `Nanoseconds per class over the number of classes, both axes logarithmic, a line a contestant, for ${measures.join(", ")}. The numbers are in RESULTS.md.`,
    legend: legendOf(kinds),
    panels,
  });
}

for (const [name, isOf] of [
  ["error", (measure: string) => measure === FIRST || measure === SECOND],
  ["errorOfOthers", (measure: string) => measure !== FIRST && measure !== SECOND],
] as const) {
  const curves = run.curves.filter(({ measure }) => isOf(measure));
  if (curves.length === 0) continue;
  // one alone has the place of two
  const panels = curves.map((curve) => errorPanel(curve, (curves.length === 1 ? 2 : 1) * PANEL.width));
  save(name, {
    title: "Where the answers leave the truth",
    subtitle:
      "Relative error of one row of 32,768 f32 classes, against double-double arithmetic, as two distributions come nearer to each other.",
    description:
      "Relative error over the exact divergence, both axes logarithmic, a line a contestant. Those of logratio stay as they are down to 1e-13; most others grow beyond 100 %, and turn negative.",
    legend: legendOf([
      ...kinds,
      ["○", QUIET, "a negative divergence"],
      ["×", QUIET, "NaN"],
      ["╌╌", QUIET, "100 %: nothing of it is right"],
    ]),
    panels,
  });
}

const [roofline] = rooflinePanel();
if (roofline) {
  save("roofline", {
    title: "What there is to gain",
    subtitle: `${SIMD}, one row of 131,072 f32 classes, ${machine}: time and instructions per class.`,
    description:
      "Bars of nanoseconds per class, one a measure, and in them those that merely reading the numbers takes.",
    legend: legendOf([
      ["■", COLORS.logratio, SIMD],
      ["■", INK, "merely reading the numbers"],
    ]),
    panels: [roofline],
    columns: 1,
  });
}
