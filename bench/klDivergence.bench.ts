import { exactKl, type Family } from "./family.js";

export const klDivergence: Family = {
  name: "klDivergence",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.klDivergence(p, q),
  loop: ({ p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      if (p[i] > 0) sum += p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  },
  exact: ({ p, q }) => exactKl(p, q)[0],
};

export const klDivergenceWithZeros: Family = { ...klDivergence, variant: "30 % zeros" };
