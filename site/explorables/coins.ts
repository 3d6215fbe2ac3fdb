// Flip a coin again and again: the log-likelihood ratio divided by the number of flips settles on the KL divergence.

import { klDivergence, logLikelihoodRatio, logRatio } from "logratio";
import { readState, writeState } from "../parts/address.js";
import { Chart, type Line } from "../parts/chart.js";
import { animate, button, element, isStill, numbers, shown, slider } from "../parts/controls.js";
import { makeRandom } from "../parts/random.js";

const DEFAULTS = { p: 0.6, q: 0.5, seed: 1 };
const RUNS = 24;
const MOST = 1_000_000;
/** Where runs are drawn: each of the first hundred flips, then 20 times per power of ten. */
const STOPS = [
  ...new Set(
    Array.from({ length: 121 }, (_, i) => Math.round(10 ** (i / 20))).concat(
      Array.from({ length: 100 }, (_, i) => i + 1),
    ),
  ),
].sort((a, b) => a - b);
/** Frames until the figure has drawn all of it by itself. */
const FRAMES = 240;

/** A coin that is flipped, and how often it fell heads at each stop. */
class Run {
  readonly heads: number[] = [];
  readonly #random: () => number;
  #count = 0;
  #flips = 0;

  constructor(seed: number) {
    this.#random = makeRandom(seed);
  }

  /** Flips on until the stop of that number. */
  flipTo(stop: number, p: number): void {
    while (this.heads.length <= stop) {
      const n = STOPS[this.heads.length];
      for (; this.#flips < n; this.#flips++) if (this.#random() < p) this.#count++;
      this.heads.push(this.#count);
    }
  }
}

export function mount(place: HTMLElement): void {
  const state = readState("coins", DEFAULTS);
  let runs: Run[] = [];
  let stop = 0;
  let cancel = () => {};

  const [list, setNumbers] = numbers(["flips", "one run, ÷ n", "KL(p‖q), nats per flip", "standard error"]);
  const drawing = element("div");
  const lines: Line[] = [
    { name: "KL(p‖q)", colour: "--accent", width: 2 },
    { name: "KL ± 1.96 σ/√n", colour: "--accent", width: 1, dash: [6, 4] },
    { name: "KL ± 1.96 σ/√n", colour: "--accent", width: 1, dash: [6, 4] },
    ...Array.from({ length: RUNS }, (_, i) => ({
      name: i === RUNS - 1 ? "one run" : "other runs",
      colour: i === RUNS - 1 ? "--strong" : "--faint",
      width: i === RUNS - 1 ? 2 : 1,
    })),
  ];

  const draw = () => {
    const { p, q } = state;
    const pair: [number[], number[]] = [
      [p, 1 - p],
      [q, 1 - q],
    ];
    const kl = klDivergence(...pair);
    const [ofHeads, ofTails] = logRatio(...pair);
    const deviation = Math.sqrt(p * (1 - p)) * Math.abs(ofHeads - ofTails);
    for (const run of runs) run.flipTo(stop, p);
    const until = <T>(make: (n: number, i: number) => T) => STOPS.map((n, i) => (i <= stop ? make(n, i) : null));
    const ratio = ({ heads }: Run, n: number, i: number) => logLikelihoodRatio([heads[i], n - heads[i]], ...pair) / n;
    chart.show(
      STOPS,
      STOPS.map(() => kl),
      STOPS.map((n) => kl + (1.96 * deviation) / Math.sqrt(n)),
      STOPS.map((n) => kl - (1.96 * deviation) / Math.sqrt(n)),
      ...runs.map((run) => until((n, i) => ratio(run, n, i))),
    );
    const n = STOPS[stop];
    setNumbers([
      n.toLocaleString("en"),
      shown(ratio(runs[RUNS - 1], n, stop)),
      shown(kl),
      shown(deviation / Math.sqrt(n)),
    ]);
  };
  const restart = () => {
    cancel();
    runs = Array.from({ length: RUNS }, (_, i) => new Run(state.seed * 1000 + i));
  };
  const goTo = (next: number) => {
    cancel();
    stop = Math.min(STOPS.length - 1, next);
    draw();
  };
  const play = () => {
    restart();
    let frame = 0;
    stop = 0;
    cancel = animate(() => {
      stop = Math.min(STOPS.length - 1, Math.floor((++frame / FRAMES) * STOPS.length));
      draw();
      return frame < FRAMES;
    });
  };
  const change = (key: "p" | "q") => (value: number) => {
    state[key] = value;
    writeState("coins", state, DEFAULTS);
    const at = stop;
    restart();
    goTo(at);
  };
  const percent = (x: number) => x.toFixed(2);
  place.replaceChildren(
    element(
      "div",
      { class: "controls" },
      slider({
        label: "p: heads of the coin that is flipped",
        min: 0.02,
        max: 0.98,
        step: 0.01,
        value: state.p,
        show: percent,
        onInput: change("p"),
      }),
      slider({
        label: "q: heads of the other coin",
        min: 0.02,
        max: 0.98,
        step: 0.01,
        value: state.q,
        show: percent,
        onInput: change("q"),
      }),
      element(
        "div",
        { class: "buttons" },
        button("Flip", () => goTo(stop + 1)),
        button("A million flips", () => goTo(STOPS.indexOf(MOST))),
        button("Play", play),
        button("Other flips", () => {
          state.seed++;
          writeState("coins", state, DEFAULTS);
          play();
        }),
        button("From the start", () => {
          restart();
          goTo(0);
        }),
      ),
    ),
    drawing,
    list,
  );
  const chart = new Chart(drawing, {
    description: `The log-likelihood ratio divided by the number of flips, for ${RUNS} runs of up to a million flips. All runs close in on the KL divergence of the two coins; 95 of 100 stay within 1.96 standard errors of it.`,
    x: { label: "flips n", isLog: true, range: [1, MOST] },
    y: { label: "log-likelihood ratio ÷ n, nats" },
    lines,
  });
  restart();
  if (isStill()) goTo(STOPS.length - 1);
  else play();
}
