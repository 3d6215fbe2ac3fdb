// A binomial distribution beside the normal one with the same mean and variance, both as masses on whole numbers.

import { jsDivergence, klDivergence } from "logratio";
import { binomial, discretize, normal } from "logratio/families";
import { readState, writeState } from "../parts/address.js";
import { Chart } from "../parts/chart.js";
import { element, numbers, shown, slider } from "../parts/controls.js";

const DEFAULTS = { trials: 20, probability: 0.3 };

export function mount(place: HTMLElement): void {
  const state = readState("discretized", DEFAULTS);
  const [list, setNumbers] = numbers(["KL(binomial‖normal)", "KL(normal‖binomial)", "JS"]);
  const drawing = element("div");
  const draw = () => {
    const { trials, probability } = state;
    const mean = trials * probability;
    const standardDeviation = Math.sqrt(mean * (1 - probability));
    const grid = { from: 0, to: trials };
    const p = discretize(binomial({ trials, probability }), grid).mass;
    // what the normal distribution has beyond 0 and n belongs to the first and the last number
    const q = discretize(normal({ mean, standardDeviation }), grid, { outside: "include" }).mass;
    const x = Array.from(p, (_, i) => i);
    chart.show(x, [...p], [...q]);
    setNumbers([shown(klDivergence(p, q)), shown(klDivergence(q, p)), shown(jsDivergence(p, q))]);
  };
  const change = (key: keyof typeof DEFAULTS) => (value: number) => {
    state[key] = value;
    writeState("discretized", state, DEFAULTS);
    draw();
  };
  place.replaceChildren(
    element(
      "div",
      { class: "controls" },
      slider({ label: "n: flips", min: 2, max: 200, step: 1, value: state.trials, onInput: change("trials") }),
      slider({
        label: "probability of heads",
        min: 0.02,
        max: 0.98,
        step: 0.01,
        value: state.probability,
        show: (x) => x.toFixed(2),
        onInput: change("probability"),
      }),
    ),
    drawing,
    list,
  );
  const chart = new Chart(drawing, {
    description:
      "The masses of a binomial distribution, and of the normal distribution with the same mean and variance. With more flips they come closer.",
    x: { label: "heads" },
    y: { label: "probability" },
    lines: [
      { name: "binomial", colour: "--strong", isScattered: true },
      { name: "normal", colour: "--accent" },
    ],
  });
  draw();
}
