// The chart: nanoseconds per class against classes, both logarithmic, each line with its name at its end.

import uPlot from "uplot";
import type { Result } from "../harness.js";

/** The CSS variable of a contestant's colour. */
export const colourOf = (contestant: string): string => `--${contestant.endsWith("threads") ? "threads" : contestant}`;

/** 131072 as "128k": vocabularies are told so. */
const shortSize = (classes: number): string => {
  if (classes < 1024) return String(classes);
  return classes < 2 ** 20 ? `${classes / 1024}k` : `${classes / 2 ** 20}M`;
};

const FONT = "12px system-ui, sans-serif";
const LABEL_HEIGHT = 15;

/** 1, 2 and 5 times the powers of ten between two numbers. */
function splitsBetween(least: number, most: number): number[] {
  const splits: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(least)); power <= most; power *= 10) {
    for (const factor of [1, 2, 5]) splits.push(factor * power);
  }
  return splits.filter((split) => split >= least && split <= most);
}

/** Names at the ends of lines, pushed apart where they would meet. */
function drawNames(plot: uPlot, contestants: string[], colour: (name: string) => string): void {
  const ratio = devicePixelRatio;
  const last = plot.data[0].length - 1;
  if (last < 0) return;
  const labels = contestants.map((name, i) => ({
    name,
    y: plot.valToPos(plot.data[i + 1][last] as number, "y", true),
  }));
  labels.sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i++) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + LABEL_HEIGHT * ratio);
  let lowest = plot.bbox.top + plot.bbox.height;
  for (const label of labels.toReversed()) {
    label.y = Math.min(label.y, lowest);
    lowest = label.y - LABEL_HEIGHT * ratio;
  }
  const x = plot.valToPos(plot.data[0][last], "x", true) + 10 * ratio;
  plot.ctx.save();
  plot.ctx.font = `600 ${12 * ratio}px system-ui, sans-serif`;
  plot.ctx.textAlign = "left";
  plot.ctx.textBaseline = "middle";
  for (const { name, y } of labels) {
    plot.ctx.fillStyle = colour(name);
    plot.ctx.fillText(name === "loop" ? "Math.log" : name, x, y);
  }
  plot.ctx.restore();
}

export class Chart {
  readonly #place: HTMLElement;
  #plot: uPlot | undefined;
  #contestants: string[] = [];
  #sizes: number[] = [];
  #results: Result[] = [];

  constructor(place: HTMLElement) {
    this.#place = place;
    new ResizeObserver(() => this.#plot?.setSize(this.#size)).observe(place);
    // colours are drawn, not styled
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#make());
  }

  /** An empty chart for a run. */
  start(contestants: string[], sizes: number[]): void {
    this.#contestants = contestants;
    this.#sizes = sizes;
    this.#results = [];
    this.#make();
  }

  /** Draws all results that there are. */
  show(results: Result[]): void {
    this.#results = results;
    this.#plot?.setData(this.#data);
  }

  get #size() {
    const width = this.#place.clientWidth;
    return { width, height: Math.round(Math.min(400, Math.max(260, 0.6 * width))) };
  }

  get #data(): uPlot.AlignedData {
    const sizes = [...new Set(this.#results.map(({ classes }) => classes))].sort((a, b) => a - b);
    const line = (name: string) =>
      sizes.map((classes) => {
        const result = this.#results.find((it) => it.contestant === name && it.classes === classes);
        return result ? result.nanosecondsPerCall / classes : null;
      });
    return [sizes, ...this.#contestants.map(line)];
  }

  #make(): void {
    this.#plot?.destroy();
    if (this.#sizes.length === 0) return;
    const style = getComputedStyle(this.#place);
    const colour = (name: string) => style.getPropertyValue(name);
    const [least, most] = [this.#sizes[0], this.#sizes[this.#sizes.length - 1]];
    const axis = { stroke: colour("--muted"), font: FONT, ticks: { show: false } };
    const grid = { stroke: colour("--line"), width: 1 };
    this.#plot = new uPlot(
      {
        ...this.#size,
        padding: [12, 76, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, distr: 3, log: 2, range: () => (least < most ? [least, most] : [least / 2, 2 * most]) },
          y: { distr: 3, range: (_, low, high) => (low > 0 ? [low / 1.4, high * 1.4] : [0.5, 50]) },
        },
        axes: [
          { ...axis, grid: { show: false }, splits: () => this.#sizes, values: (_, all) => all.map(shortSize) },
          {
            ...axis,
            grid,
            size: 36,
            splits: (plot) => splitsBetween(plot.scales.y.min ?? 1, plot.scales.y.max ?? 1),
            values: (_, all) => all.map((split) => (split ? String(+split.toPrecision(1)) : "")),
            filter: (_, all) => all,
          },
        ],
        series: [
          {},
          ...this.#contestants.map((name) => ({
            stroke: colour(colourOf(name)),
            width: 2,
            ...(name === "loop" && { dash: [6, 4] }),
            points: { show: true, size: 7, fill: colour(colourOf(name)) },
          })),
        ],
        hooks: { draw: [(plot) => drawNames(plot, this.#contestants, (name) => colour(colourOf(name)))] },
      },
      this.#data,
      this.#place,
    );
  }
}
