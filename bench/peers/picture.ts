// How the pictures look: a card of its own colour, so that it is the same on light pages and on dark ones, with panels that
// Observable Plot draws side by side. Lines are labelled where they end.

import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Kind } from "./report.js";

export const COLORS: Record<Kind, string> = {
  logratio: "#d6246e",
  JavaScript: "#a98b4f",
  WebAssembly: "#7088a8",
  native: "#639079",
};
export const [INK, QUIET, GRID, CARD] = ["#24292f", "#6a737d", "#e4e6e8", "#fcfcfb"];
export const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

export const PANEL = { width: 448, height: 370 };
const MARGIN = { left: 46, right: 182, top: 34, bottom: 44 };
const LABEL = { height: 13.5, gap: 20 };
const CARD_MARGIN = 16;

export const document = parseHTML("<!doctype html><body></body>").document as unknown as Document;

export interface Point {
  x: number;
  y: number;
  isNegative?: boolean;
}

export interface Line {
  /** Whose colour it has, and whether it is the one that matters. */
  kind: Kind;
  isMain: boolean;
  /** From the left. */
  points: Point[];
  label: string;
}

/** Where labels go that are wanted at `wanted`, from the top: as near as may be, and none over another. */
function spreadOut(wanted: readonly number[], least: number, most: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  // neighbours that would overlap become a block about the mean of what they want
  const blocks: { top: number; members: number[] }[] = [];
  for (const i of order) {
    let block = { top: wanted[i], members: [i] };
    for (;;) {
      const size = block.members.length;
      const mean = block.members.reduce((sum, member, at) => sum + wanted[member] - at * LABEL.height, 0) / size;
      block.top = Math.max(least, Math.min(mean, most - (size - 1) * LABEL.height));
      const above = blocks.at(-1);
      if (above === undefined || above.top + above.members.length * LABEL.height <= block.top) break;
      blocks.pop();
      block = { top: 0, members: [...above.members, ...block.members] };
    }
    blocks.push(block);
  }
  const places: number[] = [];
  for (const { top, members } of blocks) {
    for (const [at, member] of members.entries()) places[member] = top + at * LABEL.height;
  }
  return places;
}

interface Axis {
  domain: [number, number];
  ticks: number[];
  format: (x: number) => string;
}

interface Axes {
  title: string;
  width: number;
  x: Axis & { label: string };
  y: Axis;
}

/** A panel of lines over two logarithmic axes. */
export function drawLines({ title, width, x, y }: Axes, lines: readonly Line[], marks: Plot.Markish[] = []): Element {
  const { height } = PANEL;
  const scaleX = { type: "log", domain: x.domain, range: [MARGIN.left, width - MARGIN.right] } as const;
  const scaleY = { type: "log", domain: y.domain, range: [height - MARGIN.bottom, MARGIN.top] } as const;
  const [toX, toY] = [Plot.scale({ x: scaleX }), Plot.scale({ y: scaleY })];
  const places = spreadOut(
    lines.map(({ points }) => toY.apply((points.at(-1) as Point).y)),
    MARGIN.top,
    height - MARGIN.bottom,
  );
  const labels = lines.map((line, i) => {
    const end = line.points.at(-1) as Point;
    const xOfLabel = toX.invert?.(width - MARGIN.right + LABEL.gap);
    return { ...line, x1: end.x, y1: end.y, x2: xOfLabel, y2: toY.invert?.(places[i]) };
  });
  const color = ({ kind }: Line) => COLORS[kind];
  const weight = ({ isMain }: Line) => (isMain ? 3 : 1.3);
  // one mark a line: a mark has one width
  const drawn = lines.flatMap((line) => [
    Plot.line(line.points, { x: "x", y: "y", stroke: color(line), strokeWidth: weight(line) }),
    Plot.dot(line.points, {
      ...{ x: "x", y: "y", r: line.isMain ? 2.6 : 2, stroke: color(line), strokeWidth: 1.3 },
      fill: (point: Point) => (point.isNegative ? CARD : color(line)),
    }),
  ]);
  return Plot.plot({
    ...{ document, width, height, x: scaleX, y: scaleY, style: { color: QUIET, fontSize: "11px", fontFamily: FONT } },
    ...{ marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: MARGIN.top, marginBottom: MARGIN.bottom },
    marks: [
      Plot.gridX(x.ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.gridY(y.ticks, { stroke: GRID, strokeOpacity: 1 }),
      // as text: a logarithmic scale would leave out some of the ticks that it is given a format for
      Plot.axisX(x.ticks, { text: x.format, tickSize: 0, label: null }),
      Plot.axisY(y.ticks, { text: y.format, tickSize: 0, label: null }),
      Plot.text([x.label], { frameAnchor: "bottom", dy: 36 }),
      ...marks,
      Plot.link(labels, { x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: color, strokeOpacity: 0.45 }),
      ...drawn,
      ...[true, false].map((isMain) =>
        Plot.text(
          labels.filter((label) => label.isMain === isMain),
          { x: "x2", y: "y2", text: "label", fill: color, textAnchor: "start", dx: 3, fontWeight: isMain ? 700 : 400 },
        ),
      ),
      Plot.text([title], { frameAnchor: "top-left", dy: -22, fill: INK, fontSize: 13, fontWeight: 700 }),
    ],
  });
}

interface Picture {
  title: string;
  subtitle: string;
  /** What there is to see, for those who do not. */
  description: string;
  legend: string;
  panels: Element[];
  columns?: number;
}

const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A panel at its place in the picture, without what is for pages alone. */
function placed(panel: Element, x: number, y: number): string {
  for (const style of panel.querySelectorAll("style")) style.remove();
  panel.removeAttribute("class");
  panel.setAttribute("overflow", "visible");
  panel.setAttribute("x", String(x));
  panel.setAttribute("y", String(y));
  return panel.outerHTML.replace(/currentColor/g, QUIET);
}

export function save(name: string, { title, subtitle, description, legend, panels, columns = 2 }: Picture): void {
  const [panelWidth, panelHeight] = ["width", "height"].map((side) => Number(panels[0].getAttribute(side)));
  const width = Math.min(columns, panels.length) * panelWidth + 2 * CARD_MARGIN;
  const top = 92;
  const height = top + Math.ceil(panels.length / columns) * panelHeight + CARD_MARGIN;
  const at = (i: number): [number, number] => [
    CARD_MARGIN + (i % columns) * panelWidth,
    top + Math.floor(i / columns) * panelHeight,
  ];
  const text = (y: number, size: number, fill: string, what: string, more = "") =>
    `<text x="${CARD_MARGIN + 8}" y="${y}" font-size="${size}" fill="${fill}"${more}>${what}</text>`;
  writeFileSync(
    new URL(`plots/${name}.svg`, import.meta.url),
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description" font-family="${FONT}">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${CARD}" stroke="#d0d7de"/>
${text(34, 17, INK, escaped(title), ' font-weight="700"')}
${text(54, 12, QUIET, escaped(subtitle))}
${text(76, 12, QUIET, legend)}
${panels.map((panel, i) => placed(panel, ...at(i))).join("\n")}
</svg>
`,
  );
}

/** Signs and what they stand for. */
export const legendOf = (entries: readonly (readonly [sign: string, color: string, what: string])[]) =>
  entries
    .map(([sign, color, what], i) => `<tspan fill="${color}" dx="${i === 0 ? 0 : 14}">${sign}</tspan> ${what}`)
    .join("");
