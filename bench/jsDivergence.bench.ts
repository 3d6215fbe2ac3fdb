import { exactJs, type Family } from "./family.js";

export const jsDivergence: Family = {
  name: "jsDivergence",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.jsDivergence(p, q),
  loop: ({ p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      const mean = (p[i] + q[i]) / 2;
      if (p[i] > 0) sum += p[i] * Math.log(p[i] / mean);
      if (q[i] > 0) sum += q[i] * Math.log(q[i] / mean);
    }
    return sum / 2;
  },
  exact: ({ p, q }) => exactJs(p, q)[0],
};
