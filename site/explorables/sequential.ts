// Wald's sequential test: add up the log-ratio of each flip until it leaves a corridor.

import { klDivergence } from "logratio";
import { sequentialTest } from "logratio/evidence";
import { readState, writeState } from "../parts/address.js";
import { Chart } from "../parts/chart.js";
import { button, element, numbers, shown, slider } from "../parts/controls.js";
import { makeRandom } from "../parts/random.js";

const DEFAULTS = { p: 0.6, q: 0.5, error: 0.05, seed: 1 };
const RUNS = 1000;
const SHOWN = 12;

export function mount(place: HTMLElement): void {
  const state = readState("sequential", DEFAULTS);
  const [list, setNumbers] = numbers([
    "decided for p",
    "decided for q (wrong)",
    "mean number of flips",
    "expected, from KL",
  ]);
  const drawing = element("div");

  const draw = () => {
    const { p, q, error, seed } = state;
    const pair: [number[], number[]] = [
      [p, 1 - p],
      [q, 1 - q],
    ];
    if (klDivergence(...pair) === 0) {
      setNumbers(["–", "–", "–", "∞: the coins are equal"]);
      chart.show([]);
      return;
    }
    const random = makeRandom(seed);
    const paths: number[][] = [];
    let [forP, flips] = [0, 0];
    const first = sequentialTest({ p: pair[0], q: pair[1], falsePositive: error, falseNegative: error });
    for (let run = 0; run < RUNS; run++) {
      const test = sequentialTest({ p: pair[0], q: pair[1], falsePositive: error, falseNegative: error });
      const path = [0];
      while (test.decision === undefined) {
        test.update(random() < p ? 0 : 1);
        path.push(test.logLikelihoodRatio);
      }
      if (test.decision === "p") forP++;
      flips += path.length - 1;
      if (run < SHOWN) paths.push(path);
    }
    const longest = Math.max(...paths.map((path) => path.length));
    const x = Array.from({ length: longest }, (_, i) => i);
    const { p: upper, q: lower } = first.thresholds;
    chart.show(
      x,
      x.map(() => upper),
      x.map(() => lower),
      ...paths.map((path) => x.map((i) => path[i] ?? null)),
    );
    const percent = (part: number) => `${((100 * part) / RUNS).toFixed(1)} %`;
    setNumbers([
      percent(forP),
      percent(RUNS - forP),
      shown(flips / RUNS),
      shown(first.expectedSampleSize.p ?? Number.NaN),
    ]);
  };
  const change = (key: "p" | "q" | "error") => (value: number) => {
    state[key] = value;
    writeState("sequential", state, DEFAULTS);
    draw();
  };
  const percent = (x: number) => x.toFixed(2);
  place.replaceChildren(
    element(
      "div",
      { class: "controls" },
      slider({
        label: "p: heads of the coin that is flipped",
        min: 0.05,
        max: 0.95,
        step: 0.01,
        value: state.p,
        show: percent,
        onInput: change("p"),
      }),
      slider({
        label: "q: heads of the other coin",
        min: 0.05,
        max: 0.95,
        step: 0.01,
        value: state.q,
        show: percent,
        onInput: change("q"),
      }),
      slider({
        label: "errors that you accept, of either kind",
        min: 0.01,
        max: 0.25,
        step: 0.01,
        value: state.error,
        show: percent,
        onInput: change("error"),
      }),
      element(
        "div",
        { class: "buttons" },
        button("Another thousand tests", () => {
          state.seed++;
          writeState("sequential", state, DEFAULTS);
          draw();
        }),
      ),
    ),
    drawing,
    list,
  );
  const chart = new Chart(drawing, {
    description:
      "Twelve of a thousand sequential tests: the log-likelihood ratio after each flip, until it reaches the upper line, which decides for p, or the lower one, which decides for q.",
    x: { label: "flips" },
    y: { label: "log-likelihood ratio, nats" },
    lines: [
      { name: "decides for p", colour: "--accent" },
      { name: "decides for q", colour: "--bad" },
      ...Array.from({ length: SHOWN }, (_, i) => ({
        name: i === 0 ? "one test" : "other tests",
        colour: i === 0 ? "--strong" : "--faint",
        width: i === 0 ? 2 : 1,
      })),
    ],
  });
  draw();
}
