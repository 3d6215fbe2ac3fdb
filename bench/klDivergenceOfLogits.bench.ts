import { exactKlOfLogits, type Family } from "./family.js";

export const klDivergenceOfLogits: Family = {
  name: "klDivergence",
  input: "logits",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.klDivergence(p, q, { input: "logits" }),
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

/** The same code, of rows so alike that a naive formula loses digits. */
export const klDivergenceOfNearLogits: Family = { ...klDivergenceOfLogits, variant: "near" };
