import { type DoubleDouble, divide, exponential, logarithm, multiply, subtract, sum, ZERO } from "./doubleDouble.js";
import { type Family, type FloatArray, sumOf } from "./family.js";

const ALPHA = 1.5;

/** ln of each number, less that of their sum. */
function logsOf(row: FloatArray): DoubleDouble[] {
  const total = logarithm(sumOf(row));
  return Array.from(row, (x) => subtract(logarithm([x, 0]), total));
}

/** ln(Σ p^α q^(1-α))/(α - 1). */
function exactRenyiDivergence(p: FloatArray, q: FloatArray): DoubleDouble {
  const [logP, logQ] = [logsOf(p), logsOf(q)];
  const powers = sum(p.length, (i) => {
    if (p[i] === 0) return ZERO;
    return exponential(subtract(multiply([ALPHA, 0], logP[i]), multiply([ALPHA - 1, 0], logQ[i])));
  });
  return divide(logarithm(powers), [ALPHA - 1, 0]);
}

export const renyiDivergence: Family = {
  name: "renyiDivergence",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.renyiDivergence(p, q, ALPHA),
  loop: ({ p, q }) => {
    const alpha = 1.5;
    let sum = 0;
    for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] ** alpha * q[i] ** (1 - alpha);
    return Math.log(sum) / (alpha - 1);
  },
  exact: ({ p, q }) => exactRenyiDivergence(p, q)[0],
};
