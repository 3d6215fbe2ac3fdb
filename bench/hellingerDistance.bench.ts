import { add, exponential, logarithm, multiply, subtract, sum, ZERO } from "./doubleDouble.js";
import { type Family, type FloatArray, sumOf } from "./family.js";

/** √(1 - Σ √(pq)). */
function exactHellingerDistance(p: FloatArray, q: FloatArray): number {
  const totals = add(logarithm(sumOf(p)), logarithm(sumOf(q)));
  const affinity = sum(p.length, (i) => {
    if (p[i] === 0 || q[i] === 0) return ZERO;
    const logs = add(logarithm([p[i], 0]), logarithm([q[i], 0]));
    return exponential(multiply([0.5, 0], subtract(logs, totals)));
  });
  return Math.sqrt(subtract([1, 0], affinity)[0]);
}

export const hellingerDistance: Family = {
  name: "hellingerDistance",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.hellingerDistance(p, q),
  loop: ({ p, q }) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      const d = Math.sqrt(p[i]) - Math.sqrt(q[i]);
      sum += d * d;
    }
    return Math.sqrt(sum / 2);
  },
  exact: ({ p, q }) => exactHellingerDistance(p, q),
};
