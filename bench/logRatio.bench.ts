import { logarithm, subtract } from "./doubleDouble.js";
import type { Family } from "./family.js";

/** Elementwise; its error is that of the last class. */
export const logRatio: Family = {
  name: "logRatio",
  reads: ["p", "q"],
  call: (measures, { p, q, counts }) => measures.logRatio(p, q, { out: counts }).at(-1),
  loop: ({ p, q, counts }) => {
    for (let i = 0; i < p.length; i++) counts[i] = Math.log(p[i] / q[i]);
    return counts.at(-1);
  },
  exact: ({ p, q }) => subtract(logarithm([p.at(-1) as number, 0]), logarithm([q.at(-1) as number, 0]))[0],
};
