import { add, type DoubleDouble, logarithm, multiply, subtract, sum } from "./doubleDouble.js";
import { type Family, logSoftmaxOf } from "./family.js";

export const jsDivergenceOfLogits: Family = {
  name: "jsDivergence",
  input: "logits",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.jsDivergence(p, q, { input: "logits" }),
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
    for (let i = 0; i < p.length; i++) {
      const pLog = p[i] - pTotal;
      const qLog = q[i] - qTotal;
      const x = Math.exp(pLog);
      const y = Math.exp(qLog);
      const log = Math.log((x + y) / 2);
      sum += x * (pLog - log) + y * (qLog - log);
    }
    return sum / 2;
  },
  exact: ({ p: a, q: b }) => {
    const p = logSoftmaxOf(a);
    const q = logSoftmaxOf(b);
    const half: DoubleDouble = [0.5, 0];
    const total = sum(a.length, (i) => {
      const log = logarithm(multiply(half, add(p.p[i], q.p[i])));
      return add(multiply(p.p[i], subtract(p.logs[i], log)), multiply(q.p[i], subtract(q.logs[i], log)));
    });
    return multiply(half, total)[0];
  },
};
