import { type Family, logSoftmaxOf } from "./family.js";

/** Its error is that of the last class. */
export const softmax: Family = {
  name: "softmax",
  input: "logits",
  reads: ["p"],
  call: (measures, { p, counts }) => measures.softmax(p, { out: counts }).at(-1),
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
    return counts.at(-1);
  },
  exact: ({ p }) => (logSoftmaxOf(p).p.at(-1) as readonly [number, number])[0],
};
