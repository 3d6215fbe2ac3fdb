import { type Family, sumOfLogRatios } from "./family.js";

export const logLikelihoodRatio: Family = {
  name: "logLikelihoodRatio",
  reads: ["counts", "p", "q"],
  call: (measures, { counts, p, q }) => measures.logLikelihoodRatio(counts, p, q),
  loop: ({ counts, p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      if (counts[i] > 0) sum += counts[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  },
  exact: ({ counts, p, q }) => sumOfLogRatios(p, q, counts)[0],
  errorScale: (_, { counts, p, q }) => {
    let scale = 0;
    for (let i = 0; i < p.length; i++) scale += Math.abs(counts[i] * Math.log(p[i] / q[i]));
    return scale;
  },
};
