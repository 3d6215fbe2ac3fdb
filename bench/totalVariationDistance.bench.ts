import { type DoubleDouble, divide, multiply, subtract, sum } from "./doubleDouble.js";
import { type Family, type FloatArray, sumOf } from "./family.js";

/** ½ Σ |p/P − q/Q|. */
function exactTotalVariationDistance(p: FloatArray, q: FloatArray): number {
  const [pSum, qSum] = [sumOf(p), sumOf(q)];
  const total = sum(p.length, (i): DoubleDouble => {
    const [high, low] = subtract(divide([p[i], 0], pSum), divide([q[i], 0], qSum));
    return high < 0 ? [-high, -low] : [high, low];
  });
  return multiply([0.5, 0], total)[0];
}

export const totalVariationDistance: Family = {
  name: "totalVariationDistance",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.totalVariationDistance(p, q),
  loop: ({ p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += Math.abs(p[i] - q[i]);
    return sum / 2;
  },
  exact: ({ p, q }) => exactTotalVariationDistance(p, q),
};
