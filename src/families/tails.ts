// Probabilities of tails, each to a relative accuracy of 1e-13 however small, from quadrature of the density: all terms are positive.
//
// The densities of z for a normal, of ln x for a gamma and of ln(x/(1 - x)) for a beta distribution are log-concave and smooth: 16-point
// Gauss-Legendre quadrature is exact to rounding on panels of four deviations, or over which the exponent falls by ten. A tail is summed
// panel by panel from where it begins until a panel adds nothing: after some five panels, more for parameters far below 1.

import { exp, ln } from "../numbers/scalar.js";
import { excess, expm1, productPlus } from "./arithmetic.js";
import { HALF_LN_2PI, stirlingRemainder } from "./gammaFunction.js";

/** Positive nodes and their weights (scripts/deriveFamilyConstants.py). */
const NODES = [
  0.09501250983763744, 0.2816035507792589, 0.45801677765722737, 0.6178762444026438, 0.755404408355003,
  0.8656312023878318, 0.9445750230732326, 0.9894009349916499,
];
const WEIGHTS = [
  0.1894506104550685, 0.18260341504492358, 0.16915651939500254, 0.14959598881657674, 0.12462897125553388,
  0.09515851168249279, 0.062253523938647894, 0.027152459411754096,
];

/** Below this part of the sum a panel ends it. */
const NEGLIGIBLE = 1e-17;

/** The exponent of a density, at a distance from where the tail begins, and how it bends there. */
interface Exponent {
  at(distance: number): number;
  /** d/dv of the exponent. */
  slope(distance: number): number;
  /** |d²/dv²|; where it is small, the next derivatives are no larger. */
  curvature(distance: number): number;
}

/** A curvature, of the slope, without which the exponent is a straight line to the last digit. */
const FLAT = 4e-18;

/** From there on e^v and e^-v are near the ends of the range of numbers. */
const FAR = 700;

/** Near the middle of a density, its own poles allow panels of no more than this. */
const WIDEST = 2;

/** ∫ e^exponent(v) dv of a log-concave function, v from 0 to direction·∞. */
function tail(exponent: Exponent, direction: 1 | -1): number {
  let sum = 0;
  for (let from = 0; ; ) {
    const curvature = exponent.curvature(from);
    const rise = exponent.slope(from) * direction;
    const slope = Math.abs(rise);
    let widest = WIDEST;
    const flat = FLAT * Math.min(1, slope);
    if (curvature < flat) {
      // a pure exponential from here on, or as far as the bend that it comes to at the rate of e^v
      const isBent = rise > 0 || exponent.curvature(from + direction) > curvature;
      if (!isBent) return sum + exp(exponent.at(from)) / slope;
      widest = Math.max(WIDEST, ln(flat) - ln(Math.max(curvature, Number.MIN_VALUE)));
    }
    const width = Math.min(4 / Math.sqrt(curvature), 10 / slope, widest);
    const half = (width / 2) * direction;
    let panel = 0;
    for (let i = 0; i < NODES.length; i++) {
      const inner = exp(exponent.at(from + half * (1 - NODES[i])));
      panel += WEIGHTS[i] * (inner + exp(exponent.at(from + half * (1 + NODES[i]))));
    }
    panel *= width / 2;
    sum += panel;
    from += 2 * half;
    // a tail that begins before the mode rises at first
    if (!(panel > sum * NEGLIGIBLE)) return sum;
  }
}

/** P(Z > z) of a standard normal distribution, z >= 0: the whole by symmetry. */
function positiveNormalTail(z: number): number {
  const integral = tail({ at: (v) => -v * (z + v / 2), slope: (v) => -z - v, curvature: () => 1 }, 1);
  return integral * exp(-(z * z) / 2 - HALF_LN_2PI);
}

/** P(Z > z) of a standard normal distribution; P(Z <= z) is that of -z. */
export function normalTail(z: number): number {
  if (z > 40) return 0;
  return z >= 0 ? positiveNormalTail(z) : 1 - (z < -40 ? 0 : positiveNormalTail(-z));
}

/** The x >= 0 that a falling tail brings down to a probability. */
export function quantileOf(tail: (x: number) => number, probability: number): number {
  let [low, high] = [0, 1];
  while (tail(high) > probability) [low, high] = [high, 2 * high];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (tail(middle) > probability) low = middle;
    else high = middle;
  }
}

/** The one of two complementary tails, of which only that at `near` is surely summed: 1 - the other loses nothing where it is > ½. */
function eitherTail(isUpper: boolean, isUpperNearer: boolean, sum: (isUpper: boolean) => number): number {
  const nearer = sum(isUpperNearer);
  if (isUpper === isUpperNearer) return Math.min(nearer, 1);
  return nearer < 0.5 ? 1 - nearer : Math.min(sum(isUpper), 1);
}

/**
 * P(X <= x), or P(X > x), of a gamma distribution of shape a and rate 1: the regularised incomplete gamma functions P(a, x) and
 * Q(a, x). `difference` is a - x to all digits, where x is rounded.
 */
export function gammaTail(a: number, x: number, isUpper: boolean, difference = a - x): number {
  if (x <= 0) return isUpper ? 1 : 0;
  if (x === Number.POSITIVE_INFINITY) return isUpper ? 0 : 1;
  // of ln(x·e^v): √(a/2π)·e^(-excess(a, x·e^v) - S(a))
  const scale = Math.sqrt(a) * exp(-HALF_LN_2PI - stirlingRemainder(a));
  const exponent: Exponent = {
    at: (v) => {
      const change = x * expm1(v);
      return -excess(a, v < -0.5 ? x * exp(v) : x + change, difference - change);
    },
    slope: (v) => difference - x * expm1(v),
    curvature: (v) => x * exp(v),
  };
  return eitherTail(isUpper, difference < 0, (upper) => scale * tail(exponent, upper ? 1 : -1));
}

/**
 * P(X <= x), or P(X > x), of a beta distribution: the regularised incomplete beta function I_x(a, b) and its complement.
 */
export function betaTail(a: number, b: number, x: number, isUpper: boolean): number {
  if (x <= 0) return isUpper ? 1 : 0;
  if (x >= 1) return isUpper ? 0 : 1;
  const s = a + b;
  const y = 1 - x;
  // of the odds x/y·e^v: √(ab/2πs)·e^(-excess(a, s·X) - excess(b, s·(1 - X)) - S(a) - S(b) + S(s))
  const scale =
    Math.sqrt(a / s) *
    Math.sqrt(b) *
    exp(-HALF_LN_2PI - stirlingRemainder(a) - stirlingRemainder(b) + stirlingRemainder(s));
  // a - s·x
  const difference = productPlus(-x, b, productPlus(-x, a, a));
  /** X - x at a distance v. */
  const change = (v: number): number =>
    v > FAR
      ? (y * (grownBy(v) - odds)) / (1 + grownBy(v))
      : v > 0
        ? (-x * y * expm1(-v)) / (y * exp(-v) + x)
        : (x * y * expm1(v)) / (y + x * exp(v));
  const odds = x / y;
  /** The odds at a distance v, also where e^v alone is beyond the largest number. */
  const grownBy = (v: number): number => (v < FAR ? odds * exp(v) : odds * exp(v / 2) * exp(v / 2));
  const exponent: Exponent = {
    at: (v) => {
      const moved = s * change(v);
      const grown = grownBy(v);
      const rest = grown < Number.POSITIVE_INFINITY ? 1 / (1 + grown) : 0;
      const part = grown < 1 ? grown / (1 + grown) : 1 / (1 + 1 / grown);
      const d = (difference - moved) / s;
      return -s * (excess(a / s, part, d) + excess(b / s, rest, -d));
    },
    slope: (v) => difference - s * change(v),
    curvature: (v) => {
      const grown = grownBy(v);
      const inverse = grown > 1 ? 1 / grown : grown;
      return (s * inverse) / ((1 + inverse) * (1 + inverse));
    },
  };
  return eitherTail(isUpper, difference < 0, (upper) => scale * tail(exponent, upper ? 1 : -1));
}
