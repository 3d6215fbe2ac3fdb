// Lines over an axis, by uPlot, in the colours of the page.

import uPlot from "uplot";
import { element } from "./controls.js";

export interface Line {
  readonly name: string;
  /** A CSS variable of the page. */
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  /** Points alone. */
  readonly isScattered?: boolean;
}

export interface ChartOptions {
  /** For readers who do not see it. */
  readonly description: string;
  readonly x: { readonly label: string; readonly isLog?: boolean; readonly range?: readonly [number, number] };
  readonly y: { readonly label: string; readonly isLog?: boolean; readonly range?: readonly [number, number] };
  readonly lines: readonly Line[];
  readonly height?: number;
}

/** Powers of ten are written as such. */
const tick = (x: number | null): string => {
  if (x === null) return "";
  const power = Math.round(Math.log10(Math.abs(x)));
  if (x !== 0 && (power < -3 || power > 5))
    return Math.abs(10 ** power / x - 1) < 1e-9 ? `1e${power}` : x.toExponential(0);
  return String(+x.toPrecision(4)).replace("-", "−");
};

/** Powers of ten on a scale: all of them, or every second or third, where there are more than `most`. */
function powersBetween({ min = 1, max = 10 }: uPlot.Scale, most: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
  const step = Math.ceil((last - first + 1) / most);
  const powers: number[] = [];
  for (let power = first; power <= last; power += step) powers.push(Number(`1e${power}`));
  return powers;
}

/** Pixels of a chart below which there is room for few numbers along its axis. */
const NARROW = 420;

export class Chart {
  readonly #place: HTMLElement;
  readonly #options: ChartOptions;
  #plot: uPlot | undefined;
  #data: uPlot.AlignedData;

  constructor(place: HTMLElement, options: ChartOptions) {
    this.#place = place;
    this.#options = options;
    this.#data = [[], ...options.lines.map(() => [])];
    place.classList.add("chart");
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", options.description);
    const keys = new Map<string, Line>();
    for (const line of options.lines) {
      const key = `${line.colour} ${line.dash}`;
      if (!keys.has(key)) keys.set(key, line);
    }
    const legend = Array.from(keys.values(), ({ name, colour, dash }) => {
      const mark = element("span", { class: dash ? "mark dashed" : "mark", style: `border-color: var(${colour})` });
      return element("span", {}, mark, name);
    });
    place.after(element("p", { class: "legend", "aria-hidden": "true" }, ...legend));
    this.#make();
    new ResizeObserver(() => this.#plot?.setSize(this.#size)).observe(place);
    // colours are drawn, not styled
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#make());
  }

  /** Draws x and the values of each line; null where a line has none. */
  show(x: readonly number[], ...lines: readonly (readonly (number | null)[])[]): void {
    this.#data = [x, ...lines] as unknown as uPlot.AlignedData;
    this.#plot?.setData(this.#data);
  }

  get #size() {
    return { width: Math.max(200, this.#place.clientWidth), height: this.#options.height ?? 280 };
  }

  #make(): void {
    this.#plot?.destroy();
    const style = getComputedStyle(this.#place);
    const colour = (name: string) => style.getPropertyValue(name);
    const { x, y, lines } = this.#options;
    const scale = (axis: ChartOptions["x"]): uPlot.Scale => ({
      time: false,
      distr: axis.isLog ? 3 : 1,
      ...(axis.range && { range: [axis.range[0], axis.range[1]] as [number, number] }),
    });
    const axis = (of: ChartOptions["x"], size: number): uPlot.Axis => ({
      stroke: colour("--muted"),
      font: "12px system-ui, sans-serif",
      label: of.label,
      labelSize: 18,
      labelFont: "12px system-ui, sans-serif",
      size,
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
      values: (_, all) => all.map(tick),
      filter: (_, all) => all,
      ...(of.isLog && {
        splits: (plot: uPlot, i: number) =>
          i === 0 ? powersBetween(plot.scales.x, plot.width < NARROW ? 4 : 8) : powersBetween(plot.scales.y, 8),
      }),
    });
    this.#plot = new uPlot(
      {
        ...this.#size,
        padding: [12, 16, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: scale(x), y: scale(y) },
        axes: [axis(x, 30), axis(y, 50)],
        series: [
          {},
          ...lines.map(({ name, colour: variable, width = 2, dash, isScattered }) => ({
            label: name,
            stroke: colour(variable),
            width,
            spanGaps: false,
            ...(dash && { dash: [...dash] }),
            ...(isScattered && { paths: () => null }),
            points: { show: isScattered === true, size: 7, fill: colour(variable) },
          })),
        ],
      },
      this.#data,
      this.#place,
    );
  }
}
