// Charts as inline SVG, without a library: a frame with ticks, and what is drawn in it.

import { escapeHtml } from "../../src/cli/markup.js";
import { formatDigits } from "../../src/cli/numbers.js";

/** From numbers to the chart's pixels, with ticks at round numbers. */
export interface Scale {
  (x: number): number;
  readonly ticks: readonly number[];
}

/** Pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function linear([least, most]: readonly [number, number], from: number, to: number, ticks: number): Scale {
  const span = most > least ? most - least : 1;
  const rough = span / ticks;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor(most / step + 1e-9);
  return Object.assign((x: number) => from + ((x - least) / span) * (to - from), {
    ticks: Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step),
  });
}

/** Of logarithms: ticks are at powers of ten, or every few of them. */
export function logarithmic([least, most]: readonly [number, number], from: number, to: number, ticks: number): Scale {
  const [first, last] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first + 1) / ticks));
  const span = Math.log10(most / least) || 1;
  return Object.assign((x: number) => from + (Math.log10(x / least) / span) * (to - from), {
    ticks: Array.from(
      { length: Math.max(0, Math.floor((last - first) / every) + 1) },
      (_, i) => 10 ** (first + i * every),
    ),
  });
}

const pixel = (x: number): string => x.toFixed(1);

/** An element of other elements; attributes are escaped. */
export function element(name: string, attributes: Record<string, string | number>, content = ""): string {
  const spelled = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? pixel(value) : escapeHtml(value)}"`,
  );
  return `<${name}${spelled.join("")}>${content}</${name}>`;
}

/** An element of text, which is escaped. */
const textElement = (name: string, attributes: Record<string, string | number>, text: string): string =>
  element(name, attributes, escapeHtml(text));

export const pathOf = (points: readonly (readonly [x: number, y: number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${pixel(x)} ${pixel(y)}`).join("");

/** What a chart is of: its axes, and what is drawn between them. */
export interface Chart {
  readonly x: Scale;
  readonly y: Scale;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly formatX?: (x: number) => string;
  readonly formatY?: (y: number) => string;
  readonly content: string;
  /** For those who do not see it. */
  readonly title: string;
}

const short = (x: number): string =>
  Math.abs(x) >= 1e4 || (x !== 0 && Math.abs(x) < 1e-3) ? exponent(x) : formatDigits(x, 6);
const exponent = (x: number): string => x.toExponential().replace("e+", "e").replace("e-", "e−").replace(/^-/, "−");

/** Numbers without the zeros at their end. */
const tidy = (x: number): string => {
  const text = short(Number(x.toPrecision(6)));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
};

export function svgOf(frame: Frame, chart: Chart): string {
  const { width, height, left, right, bottom } = frame;
  const { x, y, formatX = tidy, formatY = tidy } = chart;
  const yTicks = y.ticks.map(
    (tick) =>
      element("line", { class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick) }) +
      textElement("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, formatY(tick)),
  );
  const xTicks = x.ticks.map((tick) => {
    const text = formatX(tick);
    const half = text.length * 3.5;
    const at = Math.min(right + 10 - half, x(tick));
    return (
      element("line", { class: "tick", x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 4 }) +
      textElement("text", { x: at, y: bottom + 17, "text-anchor": "middle" }, text)
    );
  });
  return element(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      width: String(width),
      height: String(height),
      role: "img",
      "aria-label": chart.title,
    },
    [
      ...yTicks,
      element("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }),
      ...xTicks,
      textElement("text", { class: "label", x: left - 50, y: 12 }, chart.yLabel),
      textElement("text", { class: "label", x: right, y: height - 6, "text-anchor": "end" }, chart.xLabel),
      chart.content,
    ].join(""),
  );
}
