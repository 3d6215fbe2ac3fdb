import { type Family, logSoftmaxOf } from "./family.js";

/** Its error is that of the last class. */
export const logSoftmax: Family = {
  name: "logSoftmax",
  input: "logits",
  reads: ["p"],
  call: (measures, { p, counts }) => measures.logSoftmax(p, { out: counts }).at(-1),
  loop: ({ p, counts }) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < p.length; i++) if (p[i] > most) most = p[i];
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += Math.exp(p[i] - most);
    const logSumExp = most + Math.log(sum);
    for (let i = 0; i < p.length; i++) counts[i] = p[i] - logSumExp;
    return counts.at(-1);
  },
  exact: ({ p }) => (logSoftmaxOf(p).logs.at(-1) as readonly [number, number])[0],
  errorScale: (exact) => Math.max(1, Math.abs(exact)),
};
