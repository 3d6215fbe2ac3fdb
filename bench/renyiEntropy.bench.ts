import { divide, exponential, logarithm, multiply, subtract, sum, ZERO } from "./doubleDouble.js";
import { atLeastOne, type Family, type FloatArray, sumOf } from "./family.js";

const ALPHA = 1.5;

/** ln(Σ p^α)/(1 - α). */
function exactRenyiEntropy(p: FloatArray): number {
  const total = logarithm(sumOf(p));
  const powers = sum(p.length, (i) =>
    p[i] === 0 ? ZERO : exponential(multiply([ALPHA, 0], subtract(logarithm([p[i], 0]), total))),
  );
  return divide(logarithm(powers), [1 - ALPHA, 0])[0];
}

export const renyiEntropy: Family = {
  name: "renyiEntropy",
  reads: ["p"],
  call: (measures, { p }) => measures.renyiEntropy(p, ALPHA),
  loop: ({ p }) => {
    const alpha = 1.5;
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += p[i] ** alpha;
    return Math.log(sum) / (1 - alpha);
  },
  exact: ({ p }) => exactRenyiEntropy(p),
  errorScale: atLeastOne,
};
