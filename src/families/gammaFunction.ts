// The logarithm of the gamma function and its derivative ψ, less their main parts; and the remainders of the former's tangents, of which
// divergences of gamma, beta and Dirichlet distributions consist:
//
//     S(a) = ln Γ(a) - [(a - ½) ln a - a + ½ ln 2π] > 0        Stirling's remainder
//     L(a) = ln a - ψ(a) > 0
//     B(a, a') = ln Γ(a') - ln Γ(a) - (a' - a)·ψ(a) = Σ_{j>=0} [a'ⱼ/aⱼ - 1 - ln(a'ⱼ/aⱼ)] >= 0,    aⱼ = a + j
//
// From a = 12 on by Stirling's series, whose first term left out is below 1e-17 of the result; below by recurrences that add terms >= 0.

import { atanhSeries_f64 } from "../numbers/logarithm.js";
import { excess, itakuraSaito, log1p, logOfRatio, ratioExcess } from "./arithmetic.js";

/** Where Stirling's series begins to be used. */
const LARGE = 12;

/** ½ ln 2π. */
export const HALF_LN_2PI = 0.9189385332046728;

/** cₖ of S(a) = Σ cₖ/a^(2k-1) = 1/(12a) - 1/(360a³) + …: Bernoulli numbers over 2k(2k-1). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** How far small numbers must go for all to be large. */
const stepsToLarge = (smallest: number): number => (smallest < LARGE ? Math.ceil(LARGE - smallest) : 0);

/** S(a) of a > 0: S(a) = S(a + 1) + (a + ½) ln(1 + 1/a) - 1. Relative error 1e-14. */
export function stirlingRemainder(a: number): number {
  let sum = 0;
  let x = a;
  for (; x < LARGE; x++) {
    // (a + ½)·2 atanh s - 1 = ½·z·A(z), s = 1/(2a + 1), z = s²
    const z = 1 / ((2 * x + 1) * (2 * x + 1));
    sum += x < 1 ? (x + 0.5) * logOfRatio(x + 1, x) - 1 : 0.5 * z * atanhSeries_f64(z);
  }
  const inverse = 1 / x;
  const square = inverse * inverse;
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * square + STIRLING[k];
  return sum + series * inverse;
}

/** L(a) of a > 0: L(a) = L(a + 1) + [1/a - ln(1 + 1/a)]. Relative error 1e-15. */
export function logMinusDigamma(a: number): number {
  let sum = 0;
  let x = a;
  for (; x < LARGE; x++) sum += itakuraSaito(x + 1, x, 1);
  const inverse = 1 / x;
  const square = inverse * inverse;
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * square + (2 * k + 1) * STIRLING[k];
  return sum + (0.5 + series * inverse) * inverse;
}

/** ψ(a + b) - ψ(a) >= 0 of b >= 0, without cancellation for b much smaller than a. */
export const digammaRise = (a: number, b: number): number => log1p(b / a) + logMinusDigammaDrop(a, b);

/** a·ψ'(a) - 1 > 0 of a >= 1: Σ B₂ₖ/a^2k + 1/(2a), Bernoulli's numbers. Relative error 1e-14. */
export function trigammaExcess(a: number): number {
  let sum = 0;
  let x = a;
  for (; x < LARGE; x++) sum += 1 / (x * x);
  const inverse = 1 / x;
  const square = inverse * inverse;
  let series = 0;
  for (let k = STIRLING.length; k > 0; k--) series = series * square + 2 * k * (2 * k - 1) * STIRLING[k - 1];
  const excess = (0.5 + series * inverse) * inverse;
  return x === a ? excess : a * (sum + (1 + excess) * inverse) - 1;
}

/** L(a) - L(a + b) >= 0, without cancellation for b much smaller than a. */
export function logMinusDigammaDrop(a: number, b: number): number {
  let sum = 0;
  let x = a;
  for (; x < LARGE; x++) {
    const d = b / (x * (x + b + 1));
    sum += dropOfExcess(1 / (x + b), d, 1 + d);
  }
  // Δ of Σ (2k-1)·cₖ·pᵐ, m = 2k, and of ½p, from p = 1/x to 1/(x + b): Δpᵐ⁺² = Δp²·pᵐ + p₀²·Δpᵐ
  const p = 1 / x;
  const p0 = 1 / (x + b);
  const dp = (b / x) * p0;
  const dSquare = dp * (p + p0);
  let power = p * p;
  let dPower = dSquare;
  let series = 0.5 * dp;
  for (let k = 0; k < STIRLING.length; k++) {
    series += (2 * k + 1) * STIRLING[k] * dPower;
    dPower = dSquare * power + p0 * p0 * dPower;
    power *= p * p;
  }
  return sum + series;
}

/** g(t) - g(t₀) of g(t) = t - ln(1 + t), from d = (t - t₀)/(1 + t₀) and the ratio 1 + d of 1 + t and 1 + t₀: g(d) + d·t₀. */
function dropOfExcess(t0: number, d: number, ratio: number): number {
  return ratioExcess(d, ratio) + d * t0;
}

/** B less that of x ln x - x + ½ ln(2π/x), large a and a': Σ cₖ[w^m - p^m + m·p^m·t], m = 2k - 1, p = 1/a, w = 1/a', t = (a' - a)/a. */
function seriesRemainder(a: number, b: number, h: number): number {
  const p = 1 / a;
  const w = 1 / b;
  // w^m - p^m + m·p^m·t = t²·w·Gₘ, Gₘ = Σᵢ (m - i)·wⁱ·p^(m-1-i), i < m: all terms positive. Gₘ = p·Gₘ₋₁ + Pₘ, Pₘ = p·Pₘ₋₁ + w^(m-1)
  let power = 1;
  let homogeneous = 1;
  let weighted = 1;
  let sum = STIRLING[0];
  for (let m = 2; m < 2 * STIRLING.length; m++) {
    power *= w;
    homogeneous = p * homogeneous + power;
    weighted = p * weighted + homogeneous;
    if (m % 2 === 1) sum += STIRLING[(m - 1) / 2] * weighted;
  }
  const t = h / a;
  return t * t * w * sum;
}

/** B(a, b) less that of x ln x - x, which is b ln(b/a) - b + a: the remainder of the tangent of ln Γ(x) - x ln x + x, >= 0. */
export function lesserRemainder(a: number, b: number, h: number): number {
  const steps = stepsToLarge(Math.min(a, b));
  let sum = 0;
  for (let j = 0; j < steps; j++) sum += itakuraSaito(b + j, a + j, h);
  const x = a + steps;
  const y = b + steps;
  if (steps > 0) {
    sum +=
      b <= 2 * a && a <= 2 * b
        ? excess(y, x, h) - excess(b, a, h)
        : steps * logOfRatio(y, x) + b * (log1p(steps / b) - log1p(steps / a));
  }
  return sum + 0.5 * itakuraSaito(y, x, h) + seriesRemainder(x, y, h);
}

/** Parameters of two beta distributions, p's and q's; with a'·b - a·b', and with q's minus p's, to all digits. */
interface BetaPair {
  readonly a: number;
  readonly b: number;
  readonly aOfQ: number;
  readonly bOfQ: number;
  readonly aChange: number;
  readonly bChange: number;
  readonly cross: number;
}

/**
 * KL of beta distributions, B(a, a') + B(b, b') - B(s, s'), s = a + b. With R for B less that of x ln x - x, and a >= b,
 *
 *     R(b, b') + Σⱼ [g(tⱼ) - g(t₀ⱼ)] + s'ₙ·KL(a'ₙ/s'ₙ ‖ aₙ/sₙ) + R(aₙ, a'ₙ) - R(sₙ, s'ₙ),    xⱼ = x + j, t = (a' - a)/a, t₀ = (s' - s)/s,
 *
 * j < n, aₙ being large: the third part is that of Bernoulli distributions. Both differences, of what is nearly equal for b far smaller
 * than a, are computed as such: from b, b' and t - t₀ = (a'·b - a·b')/(a·s).
 */
export function klOfBetas(pair: BetaPair): number {
  if (pair.a < pair.b) {
    const { a, b, aOfQ, bOfQ, aChange, bChange, cross } = pair;
    return klOfBetas({ a: b, b: a, aOfQ: bOfQ, bOfQ: aOfQ, aChange: bChange, bChange: aChange, cross: -cross });
  }
  const { a, b, aOfQ, bOfQ, aChange: h, bChange: k, cross } = pair;
  const steps = stepsToLarge(Math.min(a, aOfQ));
  let sum = lesserRemainder(b, bOfQ, k);
  for (let j = 0; j < steps; j++) {
    const [x, y] = [a + j, aOfQ + j];
    const [s, sOfQ] = [x + b, y + bOfQ];
    sum += dropOfExcess((h + k) / s, (cross - j * k) / x / sOfQ, y / x / (sOfQ / s));
  }
  const x = a + steps;
  const y = aOfQ + steps;
  const s = x + b;
  const change = (y + bOfQ) / s;
  // a'·s - a·s' = a'·b - a·b', of aₙ
  const shifted = cross - steps * k;
  const bernoulli = excess(y, x * change, shifted / s) + excess(bOfQ, b * change, -shifted / s);
  return sum + bernoulli + lesserRemainderDrop(x, y, b, bOfQ, h, k, shifted);
}

/** R(x, y) - R(x + b, y + b'), large x and y, b = x's, b' = y's share of the sums; h = y - x, k = b' - b, cross = y·b - x·b'. */
function lesserRemainderDrop(
  x: number,
  y: number,
  b: number,
  bOfQ: number,
  h: number,
  k: number,
  cross: number,
): number {
  const s = x + b;
  const sOfQ = y + bOfQ;
  const t = h / x;
  const t0 = (h + k) / s;
  const dt = cross / x / s;
  // seriesRemainder(x, y) - seriesRemainder(s, sOfQ), every value with its drop: Δ(f·g) = Δf·g + f₀·Δg
  const p = 1 / x;
  const p0 = 1 / s;
  const dp = (b / x) * p0;
  const w = 1 / y;
  const w0 = 1 / sOfQ;
  const dw = (bOfQ / y) * w0;
  const drop = 0.5 * dropOfExcess(t0, cross / x / sOfQ, y / x / (sOfQ / s));
  // what is not nearly equal does not cancel
  if (2 * dp > p || 2 * dw > w || 2 * Math.abs(dt) > Math.max(Math.abs(t), Math.abs(t0))) {
    return drop + seriesRemainder(x, y, h) - seriesRemainder(s, sOfQ, h + k);
  }
  let power = 1;
  let dPower = 0;
  let homogeneous = 1;
  let dHomogeneous = 0;
  let weighted = 1;
  let dWeighted = 0;
  let sum = STIRLING[0];
  let dSum = 0;
  for (let m = 2; m < 2 * STIRLING.length; m++) {
    dPower = dw * power + w0 * dPower;
    power *= w;
    dHomogeneous = dp * homogeneous + p0 * dHomogeneous + dPower;
    homogeneous = p * homogeneous + power;
    dWeighted = dp * weighted + p0 * dWeighted + dHomogeneous;
    weighted = p * weighted + homogeneous;
    if (m % 2 === 1) {
      sum += STIRLING[(m - 1) / 2] * weighted;
      dSum += STIRLING[(m - 1) / 2] * dWeighted;
    }
  }
  const dScale = (t + t0) * dt * w + t0 * t0 * dw;
  return drop + dScale * sum + t0 * t0 * w0 * dSum;
}
