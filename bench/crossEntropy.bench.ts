import { atLeastOne, exactCrossEntropy, type Family } from "./family.js";

export const crossEntropy: Family = {
  name: "crossEntropy",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.crossEntropy(p, q),
  loop: ({ p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      if (p[i] > 0) sum -= p[i] * Math.log(q[i]);
    }
    return sum;
  },
  exact: ({ p, q }) => exactCrossEntropy(p, q)[0],
  errorScale: atLeastOne,
};
