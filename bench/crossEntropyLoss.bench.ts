import { subtract } from "./doubleDouble.js";
import { atLeastOne, exactLogSumExp, type Family, LABEL, logSoftmaxOf } from "./family.js";

export const crossEntropyLoss: Family = {
  name: "crossEntropyLoss",
  input: "logits",
  mode: "one labelled row",
  reads: ["p"],
  call: (measures, { p }) => measures.crossEntropyLoss(p, [7], { rowLength: p.length }).loss,
  loop: ({ p }) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < p.length; i++) if (p[i] > most) most = p[i];
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += Math.exp(p[i] - most);
    return Math.log(sum) - (p[7] - most);
  },
  exact: ({ p }) => subtract(exactLogSumExp(p), [p[LABEL], 0])[0],
  errorScale: atLeastOne,
};

/** Its error is that of the gradient's last class. */
export const crossEntropyLossWithGradient: Family = {
  ...crossEntropyLoss,
  mode: "with gradient",
  call: (measures, { p, counts }) =>
    measures.crossEntropyLoss(p, [7], { rowLength: p.length, gradient: counts }).gradient?.at(-1),
  loop: ({ p, counts }) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < p.length; i++) if (p[i] > most) most = p[i];
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      const power = Math.exp(p[i] - most);
      counts[i] = power;
      sum += power;
    }
    for (let i = 0; i < p.length; i++) counts[i] /= sum;
    counts[7] -= 1;
    return counts.at(-1);
  },
  exact: ({ p }) => (logSoftmaxOf(p).p.at(-1) as readonly [number, number])[0],
  errorScale: (exact) => exact,
};
