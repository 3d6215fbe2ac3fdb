// Charts by Observable Plot, which draws them into a document without a browser.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { log10 } from "../numbers/scalar.js";
import { formatDigits } from "./numbers.js";

/** Each chart is drawn for pages and for telephones; the style shows one. */
export interface Size {
  readonly width: number;
  readonly isNarrow: boolean;
}

const WIDE: Size = { width: 860, isNarrow: false };
const NARROW: Size = { width: 350, isNarrow: true };

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** A chart as SVG, for both sizes; nothing where there is nothing to draw. `title` is for those who do not see it. */
export function drawn(title: string, optionsFor: (size: Size) => Plot.PlotOptions | undefined): string | undefined {
  const draw = (size: Size): string | undefined => {
    const options = optionsFor(size);
    if (options === undefined) return undefined;
    const { width, isNarrow } = size;
    const chart = Plot.plot({
      ...{ document, width, height: isNarrow ? 240 : 300, ariaLabel: title, insetTop: 4 },
      ...{ marginLeft: 52, marginRight: 16, marginBottom: 38, marginTop: 24 },
      style: { fontSize: "12px" },
      ...options,
    });
    return chart.outerHTML;
  };
  const [wide, narrow] = [draw(WIDE), draw(NARROW)];
  if (wide === undefined || narrow === undefined) return undefined;
  return `<div class="wide">${wide}</div><div class="narrow">${narrow}</div>`;
}

/** Numbers without the zeros at their end. */
export function tidy(x: number): string {
  if (x === Number.POSITIVE_INFINITY) return "∞";
  if (x === 0) return "0";
  if (Math.abs(x) >= 1e4 || Math.abs(x) < 1e-3) {
    return Number(x.toPrecision(2)).toExponential().replace("e+", "e").replace("e-", "e−").replace(/^-/, "−");
  }
  const text = formatDigits(Number(x.toPrecision(6)), 6);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Powers of ten from `least` to `most`, every few of them where there are many. */
function decades(least: number, most: number, count: number): number[] {
  const [first, last] = [Math.ceil(log10(least) - 1e-9), Math.floor(log10(most) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first + 1) / count));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) ticks.push(10 ** power);
  return ticks;
}

/** Ticks on a logarithmic axis: powers of ten, and where there are fewer than two of these, 1, 2 and 5 times them. */
export function logarithmicTicks(least: number, most: number, count: number): number[] {
  const powers = decades(least, most, count);
  if (powers.length >= 2) return powers;
  const steps = decades(least / 10, most * 10, 100).flatMap((power) => [power, 2 * power, 5 * power]);
  const inside = steps.filter((x) => x >= least && x <= most);
  return inside.length >= 2 ? inside : [least, most];
}
