import { add } from "./doubleDouble.js";
import { exactKl, type Family } from "./family.js";

export const jeffreysDivergence: Family = {
  name: "jeffreysDivergence",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.jeffreysDivergence(p, q),
  loop: ({ p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      if (p[i] !== q[i]) sum += (p[i] - q[i]) * Math.log(p[i] / q[i]);
    }
    return sum;
  },
  exact: ({ p, q }) => add(exactKl(p, q), exactKl(q, p))[0],
};
