import {
  add,
  type DoubleDouble,
  divide,
  exponential,
  logarithm,
  multiply,
  subtract,
  sum,
  ZERO,
} from "./doubleDouble.js";
import { type Family, type FloatArray, sumOf } from "./family.js";

const ALPHA = 0.5;

/** H_α((p + q)/2) − ½ H_α(p) − ½ H_α(q). */
function exactJensenRenyi(p: FloatArray, q: FloatArray): DoubleDouble {
  const [pSum, qSum] = [sumOf(p), sumOf(q)];
  const half: DoubleDouble = [0.5, 0];
  const of = (i: number) => [divide([p[i], 0], pSum), divide([q[i], 0], qSum)] as const;
  const entropyOf = (probability: (i: number) => DoubleDouble) => {
    const powers = sum(p.length, (i) => {
      const x = probability(i);
      return x[0] === 0 ? ZERO : exponential(multiply([ALPHA, 0], logarithm(x)));
    });
    return divide(logarithm(powers), [1 - ALPHA, 0]);
  };
  const mixed = entropyOf((i) => multiply(half, add(...of(i))));
  const both = add(
    entropyOf((i) => of(i)[0]),
    entropyOf((i) => of(i)[1]),
  );
  return subtract(mixed, multiply(half, both));
}

export const jensenRenyiDivergence: Family = {
  name: "jensenRenyiDivergence",
  reads: ["p", "q"],
  call: (measures, { p, q }) => measures.jensenRenyiDivergence(p, q, ALPHA),
  loop: ({ p, q }) => {
    const alpha = 0.5;
    let mixed = 0;
    let first = 0;
    let second = 0;
    for (let i = 0; i < p.length; i++) {
      mixed += ((p[i] + q[i]) / 2) ** alpha;
      first += p[i] ** alpha;
      second += q[i] ** alpha;
    }
    return (Math.log(mixed) - Math.log(first) / 2 - Math.log(second) / 2) / (1 - alpha);
  },
  exact: ({ p, q }) => exactJensenRenyi(p, q)[0],
};
