import { add, type DoubleDouble, divide, subtract, ZERO } from "./doubleDouble.js";
import { type Family, type FloatArray, sumOf } from "./family.js";

/** Σ |F_p − F_q|. */
function exactWassersteinDistance(p: FloatArray, q: FloatArray): number {
  const [pSum, qSum] = [sumOf(p), sumOf(q)];
  let difference: DoubleDouble = ZERO;
  let total: DoubleDouble = ZERO;
  for (let i = 0; i < p.length - 1; i++) {
    difference = add(difference, subtract(divide([p[i], 0], pSum), divide([q[i], 0], qSum)));
    total = difference[0] < 0 ? subtract(total, difference) : add(total, difference);
  }
  return total[0];
}

export const wassersteinDistance: Family = {
  name: "wassersteinDistance",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.wassersteinDistance(p, q),
  loop: ({ p, q }) => {
    let difference = 0;
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      difference += p[i] - q[i];
      sum += Math.abs(difference);
    }
    return sum;
  },
  exact: ({ p, q }) => exactWassersteinDistance(p, q),
};
