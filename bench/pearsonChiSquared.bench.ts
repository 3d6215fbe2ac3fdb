import { type DoubleDouble, divide, multiply, subtract, sum, ZERO } from "./doubleDouble.js";
import { type Family, type FloatArray, sumOf } from "./family.js";

/** Σ (p/P − q/Q)²/(q/Q). */
function exactChiSquared(p: FloatArray, q: FloatArray): number {
  const [pSum, qSum] = [sumOf(p), sumOf(q)];
  const [total] = sum(p.length, (i): DoubleDouble => {
    if (p[i] === 0 && q[i] === 0) return ZERO;
    const expected = divide([q[i], 0], qSum);
    const d = subtract(divide([p[i], 0], pSum), expected);
    return divide(multiply(d, d), expected);
  });
  return total;
}

export const pearsonChiSquared: Family = {
  name: "pearsonChiSquared",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.pearsonChiSquared(p, q),
  loop: ({ p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) if (q[i] > 0) sum += (p[i] - q[i]) ** 2 / q[i];
    return sum;
  },
  exact: ({ p, q }) => exactChiSquared(p, q),
};
