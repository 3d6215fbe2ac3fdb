import { multiply, subtract } from "./doubleDouble.js";
import { exactKlOfLogits, type Family, logSoftmaxOf } from "./family.js";

/** p is the teacher, q the student. */
export const distillationLoss: Family = {
  name: "distillationLoss",
  input: "logits",
  mode: "one row",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.distillationLoss(q, p, { rowLength: p.length }).loss,
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
      const log = p[i] - pTotal;
      sum += Math.exp(log) * (log - (q[i] - qTotal));
    }
    return sum;
  },
  exact: ({ p, q }) => exactKlOfLogits(p, q)[0],
};

/** Its error is that of the gradient's last class. */
export const distillationLossWithGradient: Family = {
  ...distillationLoss,
  mode: "with gradient",
  call: (measures, { p, q, counts }) =>
    measures.distillationLoss(q, p, { rowLength: p.length, gradient: counts }).gradient?.at(-1),
  loop: ({ p, q, counts }) => {
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
      const log = p[i] - pTotal;
      const power = Math.exp(log);
      sum += power * (log - (q[i] - qTotal));
      counts[i] = Math.exp(q[i] - qTotal) - power;
    }
    return sum >= 0 ? counts.at(-1) : sum;
  },
  exact: ({ p: a, q: b }) => {
    const [p, q] = [logSoftmaxOf(a).p.at(-1), logSoftmaxOf(b).p.at(-1)];
    return p && q ? multiply([1, 0], subtract(q, p))[0] : Number.NaN;
  },
};
