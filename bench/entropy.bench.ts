import { atLeastOne, exactCrossEntropy, type Family } from "./family.js";

export const entropy: Family = {
  name: "entropy",
  reads: ["p"],
  call: (measures, { p }) => measures.entropy(p),
  loop: ({ p }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      if (p[i] > 0) sum -= p[i] * Math.log(p[i]);
    }
    return sum;
  },
  exact: ({ p }) => exactCrossEntropy(p, p)[0],
  errorScale: atLeastOne,
};
