// The Jensen–Rényi divergence H_α(m) - Σ wᵢ H_α(p̂ᵢ) of distributions and their mixture m = Σ wᵢp̂ᵢ, 0 <= α <= 1, in terms that are >= 0.
//
// With M = Σ m^α, Aᵢ = Σ p̂ᵢ^α and A = Σ wᵢAᵢ it is [ln(M/A) + Σ wᵢ(tᵢ - ln(1 + tᵢ))]/(1 - α), tᵢ = Aᵢ/A - 1: both parts are differences that
// Jensen's inequality makes >= 0. So are those of the classes in M - A = -Σ m^α Σ wᵢBᵢ, because Σ wᵢ(p̂ᵢ - m) = 0: with ρ = p̂ᵢ/m, r = ln ρ and
// KL's term K(x, y) = x ln(x/y) - x + y,
//
//   B = ρ^α - 1 - α(ρ - 1) = ρ·E((α - 1)r) - (1 - α)·K(ρ, 1)   for α >= ½,  E(v) = e^v - 1 - v
//                          = E(αr) - α·K(1, ρ)                 for α < ½
//
// of which the two parts cancel threefold at most, for α -> 1 too. For α = ½ it is -½(√ρ - 1)². tᵢ are of first order, and enter squared.

import type { Backend } from "../../backends/backend.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { exp, expm1, expm1Minus, ln, log1p, log1pMinus } from "../../numbers/scalar.js";
import { Sum } from "../../numbers/twofold.js";
import { CHUNK, excessOf, jsOfMany, Mixture } from "./mixture.js";

/** ρ^α - 1 and m·B of a number x = m + d, which for α = ½ take no logarithm. */
function powerOf(x: number, m: number, d: number, alpha: number): [power: number, bent: number] {
  if (x < SMALLEST_NORMAL_F64) return [-1, (alpha - 1) * m];
  if (alpha === 0.5) {
    const root = Math.sqrt(m);
    const power = d / (root * (Math.sqrt(x) + root));
    return [power, -0.5 * m * power * power];
  }
  const r = Math.abs(d) <= m / 2 ? log1p(d / m) : ln(x / m);
  const bent =
    alpha < 0.5
      ? m * expm1Minus(alpha * r) - alpha * excessOf(m, x, -d)
      : x * expm1Minus((alpha - 1) * r) + (alpha - 1) * excessOf(x, m, d);
  return [expm1(alpha * r), bent];
}

export function jensenRenyiOfMany(
  backend: Backend,
  call: Call,
  rows: readonly NamedRow[],
  given: readonly number[],
): number {
  const { alpha = 1 } = call;
  if (alpha === 1) return jsOfMany(backend, call, rows, given);
  const mixture = new Mixture(backend, call, rows, given);
  const { weights, probabilities, differences, means } = mixture;
  const whole = new Sum();
  const gap = new Sum();
  const apart = weights.map(() => new Sum());
  const powers = new Float64Array(weights.length);
  mixture.forEach((c) => {
    const m = means[c];
    const scale = alpha === 0.5 ? Math.sqrt(m) : exp(alpha * ln(m));
    let bent = 0;
    let mean = 0;
    for (let i = 0, at = c; i < weights.length; i++, at += CHUNK) {
      const [power, term] = powerOf(probabilities[at], m, differences[at], alpha);
      powers[i] = power;
      mean += weights[i] * power;
      bent += weights[i] * term;
    }
    whole.add(scale);
    gap.add((-scale / m) * bent);
    for (let i = 0; i < weights.length; i++) apart[i].add(scale * (powers[i] - mean));
  });
  const mean = whole.value - gap.value;
  let sum = log1p(gap.value / mean);
  for (let i = 0; i < weights.length; i++) sum -= weights[i] * log1pMinus(apart[i].value / mean);
  return Math.max(0, sum / (1 - alpha));
}

/** Of two distributions with equal weights. */
export const jensenRenyiDivergence = (backend: Backend, call: Call, rows: readonly NamedRow[]): number =>
  jensenRenyiOfMany(backend, call, rows, [1, 1]);
