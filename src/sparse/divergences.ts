// The five f-divergences, D = Σ φ(x, y) over the classes. Each φ is written so that φ(1, 1) = 0 and its derivatives vanish there: terms are
// >= 0, and those of equal probabilities exactly 0. φ is convex and homogeneous, φ(cx, cy) = cφ(x, y), so its derivatives φ₁ = ∂φ/∂x and
// φ₂ = ∂φ/∂y depend on the ratio alone: φ₁ grows and φ₂ falls with x/y. The ratio is passed as d = ln(y/x), which lists of logarithms know
// better than x and y do.

import { lnRatio } from "../measures/row/wide.js";
import { exp, expm1, expm1Minus, LN2, ln, log1p, log1pMinus } from "../numbers/scalar.js";

export interface Divergence {
  /** φ(x, y), of d = ln(y/x), which is infinite where one of them is 0. */
  term(x: number, y: number, d: number): number;
  /** ∂φ/∂x. */
  byX(d: number): number;
  /** ∂φ/∂y. */
  byY(d: number): number;
  /** The most that byX is: φ(1, 0). */
  readonly mostByX: number;
  /** The most that byY is: φ(0, 1). */
  readonly mostByY: number;
}

/** Where series are taken. */
const isNear = (d: number): boolean => d >= -2 && d <= 2;

/** x ln(x/y) - x + y. */
function excess(x: number, y: number, d: number): number {
  if (x === 0) return y;
  return isNear(d) ? x * expm1Minus(d) : y - x - x * d;
}

/** e^d - 1, which is -1 for -Infinity. */
const growth = (d: number): number => (d === Number.NEGATIVE_INFINITY ? -1 : expm1(d));

const kl: Divergence = {
  term: excess,
  byX: (d) => -d,
  byY: (d) => -growth(-d),
  mostByX: Number.POSITIVE_INFINITY,
  mostByY: 1,
};

const reverseKl: Divergence = {
  term: (x, y, d) => excess(y, x, -d),
  byX: (d) => -growth(d),
  byY: (d) => d,
  mostByX: 1,
  mostByY: Number.POSITIVE_INFINITY,
};

/** (x - y)/(x + y). */
function contrast(d: number): number {
  if (d > 40) return -1;
  if (d < -40) return 1;
  const g = expm1(d);
  return -g / (2 + g);
}

/** (1 + c) ln(1 + c) - c. */
function ofShare(c: number): number {
  if (c === -1) return 1;
  return c > -0.5 ? (1 + c) * log1pMinus(c) + c * c : (1 + c) * ln(1 + c) - c;
}

/** ln(2x/(x + y)). */
function lnShare(d: number): number {
  if (isNear(d)) return log1p(contrast(d));
  return LN2 - (d > 0 ? d + log1p(exp(-d)) : log1p(exp(d)));
}

/** ½ x ln(2x/(x + y)) + ½ y ln(2y/(x + y)). */
const js: Divergence = {
  term(x, y, d) {
    const c = contrast(d);
    return ((x + y) / 4) * (ofShare(c) + ofShare(-c));
  },
  byX: (d) => lnShare(d) / 2,
  byY: (d) => lnShare(-d) / 2,
  mostByX: LN2 / 2,
  mostByY: LN2 / 2,
};

const totalVariation: Divergence = {
  term: (x, y, d) => (isNear(d) ? (x * Math.abs(expm1(d))) / 2 : Math.abs(x - y) / 2),
  // 0 is one of the subgradients of equal probabilities
  byX: (d) => -Math.sign(d) / 2,
  byY: (d) => Math.sign(d) / 2,
  mostByX: 0.5,
  mostByY: 0.5,
};

/** ½ (√x - √y)²: the square of the distance. */
const squaredHellinger: Divergence = {
  term(x, y, d) {
    const difference = isNear(d) ? Math.sqrt(x) * expm1(d / 2) : Math.sqrt(y) - Math.sqrt(x);
    return (difference * difference) / 2;
  },
  byX: (d) => -growth(d / 2) / 2,
  byY: (d) => -growth(-d / 2) / 2,
  mostByX: 0.5,
  mostByY: 0.5,
};

export const DIVERGENCES = { kl, reverseKl, js, totalVariation, squaredHellinger } as const;

export type DivergenceName = keyof typeof DIVERGENCES;

export const DIVERGENCE_NAMES = Object.keys(DIVERGENCES) as readonly DivergenceName[];

/** ln(y/x) of numbers >= 0; 0 of two zeros. */
export function lnQuotient(y: number, x: number): number {
  if (y === x) return 0;
  if (x === 0) return Number.POSITIVE_INFINITY;
  return y === 0 ? Number.NEGATIVE_INFINITY : lnRatio(y, x);
}

/** φ(x, y) of two numbers >= 0. */
export const termOf = (divergence: Divergence, x: number, y: number): number =>
  x === y ? 0 : divergence.term(x, y, lnQuotient(y, x));
