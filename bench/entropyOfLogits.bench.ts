import { multiply, subtract, sum, ZERO } from "./doubleDouble.js";
import { atLeastOne, type Family, logSoftmaxOf } from "./family.js";

export const entropyOfLogits: Family = {
  name: "entropy",
  input: "logits",
  reads: ["p"],
  call: (measures, { p }) => measures.entropy(p, { input: "logits" }),
  loop: ({ p }) => {
    const logSumExp = (z: typeof p) => {
      let most = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < z.length; i++) if (z[i] > most) most = z[i];
      let sum = 0;
      for (let i = 0; i < z.length; i++) sum += Math.exp(z[i] - most);
      return most + Math.log(sum);
    };
    const total = logSumExp(p);
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      const log = p[i] - total;
      sum -= Math.exp(log) * log;
    }
    return sum;
  },
  exact: ({ p: z }) => {
    const { p, logs } = logSoftmaxOf(z);
    return subtract(
      ZERO,
      sum(z.length, (i) => multiply(p[i], logs[i])),
    )[0];
  },
  errorScale: atLeastOne,
};
