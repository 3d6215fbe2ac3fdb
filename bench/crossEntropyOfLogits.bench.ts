import { multiply, subtract, sum, ZERO } from "./doubleDouble.js";
import { atLeastOne, type Family, logSoftmaxOf } from "./family.js";

export const crossEntropyOfLogits: Family = {
  name: "crossEntropy",
  input: "logits",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.crossEntropy(p, q, { input: "logits" }),
  loop: ({ p, q }) => {
    const logSumExp = (z: typeof p) => {
      let most = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < z.length; i++) if (z[i] > most) most = z[i];
      let sum = 0;
      for (let i = 0; i < z.length; i++) sum += Math.exp(z[i] - most);
      return most + Math.log(sum);
    };
    const pTotal = logSumExp(p);
    const qTotal = logSumExp(q);
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum -= Math.exp(p[i] - pTotal) * (q[i] - qTotal);
    return sum;
  },
  exact: ({ p, q }) => {
    const { p: weights } = logSoftmaxOf(p);
    const { logs } = logSoftmaxOf(q);
    return subtract(
      ZERO,
      sum(p.length, (i) => multiply(weights[i], logs[i])),
    )[0];
  },
  errorScale: atLeastOne,
};
