import { add, exponential, multiply, subtract, sum } from "./doubleDouble.js";
import type { Family } from "./family.js";

const rowLengthOf = (length: number): number => (length % 256 === 0 ? 256 : length);

/** p are the means, q the log-variances of a batch of posteriors, of 256 latent dimensions where that divides them. */
export const gaussianKl: Family = {
  name: "gaussianKl",
  input: "logits",
  mode: "rows of 256",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.gaussianKl(p, q, { rowLength: rowLengthOf(p.length), reduction: "sum" }).kl,
  loop: ({ p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += p[i] * p[i] + Math.exp(q[i]) - 1 - q[i];
    return sum / 2;
  },
  exact: ({ p, q }) => {
    const total = sum(p.length, (i) => {
      const excess = subtract(subtract(exponential([q[i], 0]), [1, 0]), [q[i], 0]);
      return add(multiply([p[i], 0], [p[i], 0]), excess);
    });
    return multiply([0.5, 0], total)[0];
  },
};
