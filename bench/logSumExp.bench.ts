import { exactLogSumExp, type Family } from "./family.js";

export const logSumExp: Family = {
  name: "logSumExp",
  input: "logits",
  reads: ["p"],
  call: (measures, { p }) => measures.logSumExp(p),
  loop: ({ p }) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < p.length; i++) if (p[i] > most) most = p[i];
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += Math.exp(p[i] - most);
    return most + Math.log(sum);
  },
  exact: ({ p }) => exactLogSumExp(p)[0],
};
