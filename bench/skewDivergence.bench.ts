import { add, divide, logarithm, multiply, subtract, sum, ZERO } from "./doubleDouble.js";
import { type Family, sumOf } from "./family.js";

/** Lee's. */
const ALPHA = 0.99;

export const skewDivergence: Family = {
  name: "skewDivergence",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.skewDivergence(p, q, ALPHA),
  loop: ({ p, q }) => {
    const alpha = 0.99;
    let sum = 0;
    for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] * Math.log(p[i] / ((1 - alpha) * p[i] + alpha * q[i]));
    return sum;
  },
  exact: ({ p, q }) => {
    const [pSum, qSum] = [sumOf(p), sumOf(q)];
    const alpha = [ALPHA, 0] as const;
    return sum(p.length, (i) => {
      if (p[i] === 0) return ZERO;
      const [x, y] = [divide([p[i], 0], pSum), divide([q[i], 0], qSum)];
      const mixture = add(multiply(subtract([1, 0], alpha), x), multiply(alpha, y));
      return multiply(x, subtract(logarithm(x), logarithm(mixture)));
    })[0];
  },
};
