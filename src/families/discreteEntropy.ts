// Entropies that have no closed form.

import { exp, ln } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";

/** From this variance on the series is exact to 1e-15. */
const LARGE = 1000;

/** ½ ln 2πe. */
const HALF_LN_2PIE = 1.4189385332046727;

/** Eₖ(w) of the series, by powers of w (scripts/deriveFamilyConstants.py). */
const SERIES = [
  [-1 / 12, 1 / 3],
  [-1 / 24, 1 / 6, -1 / 12],
  [-19 / 360, 17 / 60, -1 / 3, 1 / 90],
  [-9 / 80, 23 / 30, -22 / 15, 2 / 3, 1 / 120],
];

/** A probability whose part of the entropy is nothing. */
const NEGLIGIBLE = 1e-19;

/**
 * -Σ p ln p of a binomial distribution, w = p(1 - p), or a Poisson one, w = 0. Error 1e-15 of max(1, H): where the variance v is large,
 * ½ ln(2πe·v) + Σₖ Eₖ(w)/vᵏ, whose next term is 1e-15·0.35; else the sum, from the mode out.
 */
export function discreteEntropy(
  variance: number,
  w: number,
  mode: number,
  logProbability: (k: number) => number,
): number {
  if (variance >= LARGE) {
    let series = 0;
    for (const coefficients of SERIES.toReversed()) {
      let polynomial = 0;
      for (const c of coefficients.toReversed()) polynomial = polynomial * w + c;
      series = (series + polynomial) / variance;
    }
    return HALF_LN_2PIE + 0.5 * ln(variance) + series;
  }
  const sum = new Sum();
  for (const step of [1, -1]) {
    for (let k = step === 1 ? mode : mode - 1; ; k += step) {
      const logP = logProbability(k);
      const p = exp(logP);
      if (p === 0) break;
      sum.add(-p * logP);
      if (p < NEGLIGIBLE) break;
    }
  }
  return sum.value;
}
