// What rounding does to Σ p ln(p/q) as q comes closer to p, beside this package.

import { klDivergence, softmax } from "logratio";
import { readState, writeState } from "../parts/address.js";
import { Chart } from "../parts/chart.js";
import { element, numbers, shown, slider } from "../parts/controls.js";
import { makeRandom } from "../parts/random.js";

const DEFAULTS = { power: -4 };
const CLASSES = 1000;
const POWERS = Array.from({ length: 33 }, (_, i) => -i / 4);

/** A distribution and one nearer to it the smaller the noise is, both in f32. */
function makePair(noise: number): [Float32Array, Float32Array] {
  const random = makeRandom(7);
  const logits = Float64Array.from({ length: CLASSES }, () => 6 * random());
  const others = logits.map((z) => z + noise * (random() - 0.5));
  return [Float32Array.from(softmax(logits)), Float32Array.from(softmax(others))];
}

/** As everybody writes it first: in f64, of f32 numbers. */
function plainSum(p: Float32Array, q: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += p[i] * Math.log(p[i] / q[i]);
  return sum;
}

/** The three numbers of a pair: exact to 4e-15, of plain sums, of the package in f32. */
function valuesOf(power: number) {
  const [p, q] = makePair(10 ** power);
  return {
    exact: klDivergence(Float64Array.from(p), Float64Array.from(q)),
    plain: plainSum(p, q),
    kernel: klDivergence(p, q),
  };
}

export function mount(place: HTMLElement): void {
  const state = readState("floating", DEFAULTS);
  const [list, setNumbers] = numbers([
    "exact",
    "plain sum",
    "klDivergence, f32",
    "error of the plain sum",
    "error of klDivergence",
  ]);
  const drawing = element("div");
  const errorOf = (value: number, exact: number) => Math.max(1e-10, Math.abs(value / exact - 1));
  const points = POWERS.map(valuesOf).sort((a, b) => a.exact - b.exact);

  const draw = () => {
    const { exact, plain, kernel } = valuesOf(state.power);
    setNumbers([shown(exact), shown(plain), shown(kernel), shown(plain / exact - 1), shown(kernel / exact - 1)]);
    chart.show(
      [...points.map((point) => point.exact), exact].sort((a, b) => a - b),
      ...(["plain", "kernel"] as const).map((key) =>
        [...points, { exact, plain, kernel }]
          .sort((a, b) => a.exact - b.exact)
          .map((point) => errorOf(point[key], point.exact)),
      ),
      [...points, { exact }]
        .sort((a, b) => a.exact - b.exact)
        .map((point) => (point.exact === exact ? errorOf(plain, exact) : null)),
    );
  };
  place.replaceChildren(
    element(
      "div",
      { class: "controls" },
      slider({
        label: "how far q is from p: noise of the logits",
        min: -8,
        max: 0,
        step: 0.25,
        value: state.power,
        show: (power) => `1e${power}`,
        onInput: (power) => {
          state.power = power;
          writeState("floating", state, DEFAULTS);
          draw();
        },
      }),
    ),
    drawing,
    list,
  );
  const chart = new Chart(drawing, {
    description:
      "The relative error over the exact divergence: that of the plain sum grows beyond 100 percent as the divergence becomes small; that of klDivergence stays below 1e-6.",
    x: { label: "exact KL, nats", isLog: true },
    y: { label: "relative error", isLog: true },
    lines: [
      { name: "plain sum, in f64", colour: "--bad" },
      { name: "klDivergence, of the same f32 numbers", colour: "--accent" },
      { name: "where the slider is", colour: "--strong", isScattered: true },
    ],
  });
  draw();
}
