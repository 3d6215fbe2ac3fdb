// What classes that were not observed add to the entropy, as Chao, Wang and Jost (2013) estimate it.

import { logMinusDigamma } from "../families/gammaFunction.js";
import { ln } from "../numbers/scalar.js";
import type { Whole } from "./frequencies.js";

/** Euler's γ. */
const GAMMA = 0.5772156649015329;

const EPSILON = 2 ** -54;

/**
 * Σ xʲ/(N + j), j >= 0, of x = 1 - a: how it grows near a = 0. With y = N·a, for y <= 1,
 *
 *     Σₖ N(N + 1)…(N + k - 1)/k!·aᵏ·[ψ(k + 1) - ψ(N + k) - ln a]
 */
function nearOne(total: number, a: number): number {
  let bracket = logMinusDigamma(total) - ln(total * a) - GAMMA;
  let power = 1;
  let sum = bracket;
  for (let k = 0; power > EPSILON * sum; k++) {
    power *= ((total + k) * a) / (k + 1);
    bracket += 1 / (k + 1) - 1 / (total + k);
    sum += power * bracket;
  }
  return sum;
}

/** The same for y > 1, F(1, 1; N + 1; -x/a)/(N·a), by Gauss's continued fraction, of terms > 0: from the front, by Lentz's method. */
function farFromOne(total: number, x: number, a: number): number {
  const ratio = x / a;
  let numerator = 1;
  let denominator = 0;
  let fraction = 1;
  for (let k = 1; ; k++) {
    const m = k >> 1;
    const first = k % 2 === 1 ? m + 1 : m;
    const second = k % 2 === 1 ? total + m : total + m - 1;
    const element = ((first * second) / (total + k - 1) / (total + k)) * ratio;
    numerator = 1 + element / numerator;
    denominator = 1 / (1 + element * denominator);
    const change = numerator * denominator;
    fraction *= change;
    if (change - 1 < EPSILON && 1 - change < EPSILON) return 1 / (fraction * total * a);
  }
}

/**
 * (n₁/N)·(1 - A)^(1 - N)·[-ln A - Σ (1 - A)^r/r], r < N: n₁/N·x·Σ xʲ/(N + j), x = 1 - A. A = 2n₂/((N - 1)n₁ + 2n₂) is what the classes
 * that were observed once have, on average; where none was observed twice, 2/((N - 1)(n₁ - 1) + 2).
 */
export function unseenTerm({ total, once, twice }: Whole): number {
  const [many, few] = twice > 0 ? [(total - 1) * once, 2 * twice] : [(total - 1) * (once - 1), 2];
  if (once === 0 || many === 0) return 0;
  const a = few / (many + few);
  const x = many / (many + few);
  return (once / total) * x * (total * a <= 1 ? nearOne(total, a) : farFromOne(total, x, a));
}
