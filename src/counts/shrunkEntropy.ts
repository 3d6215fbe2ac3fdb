// Entropy of probabilities that are shrunk towards even ones (J. Hausser, K. Strimmer 2009).

import { ln } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import type { Estimate, Frequencies } from "./frequencies.js";

/** Σ over the classes that were observed. */
function sumOver({ counts, classes, total }: Frequencies, of: (share: number, count: number) => number): number {
  const sum = new Sum();
  for (let i = 0; i < counts.length; i++) sum.add(classes[i] * of(counts[i] / total, counts[i]));
  return sum.value;
}

/**
 * -Σ s ln s, s = λ/K + (1 - λ)c/N, λ = (1 - Σp²)/((N - 1)(Σp² - 1/K)) at most 1. Its standard error is that of the delta method: √(the
 * variance of dH/dp over observations, over N), λ being a function of p.
 */
export function shrunkEntropy(frequencies: Frequencies, classes: number): Estimate {
  const { total, seen } = frequencies;
  const even = 1 / classes;
  const spread = sumOver(frequencies, (p, count) => p * ((total - count) / total));
  const distance = sumOver(frequencies, (p) => (p - even) * (p - even)) + (classes - seen) * even * even;
  const shrinkage = spread / ((total - 1) * distance);
  const isShrunk = shrinkage >= 0 && shrinkage < 1;
  const lambda = isShrunk ? shrinkage : 1;
  const shrunk = (p: number) => lambda * even + (1 - lambda) * p;
  const zero = lambda * even;
  const unseen = classes - seen;
  const ofUnseen = unseen > 0 && zero > 0 ? -unseen * ln(zero) : 0;
  const value = sumOver(frequencies, (p) => -shrunk(p) * ln(shrunk(p))) + zero * ofUnseen;
  if (total === 1) return { value, standardError: Number.NaN };
  if (!isShrunk) return { value, standardError: 0 };

  const byLambda = sumOver(frequencies, (p) => (p - even) * ln(shrunk(p))) + even * ofUnseen;
  // dλ/dp = 2p·dλ/dΣp²
  const lambdaBy = (-2 * (1 - even)) / ((total - 1) * distance * distance);
  const influence = (p: number) => byLambda * lambdaBy * p - (1 - lambda) * ln(shrunk(p));
  const mean = sumOver(frequencies, (p) => p * influence(p));
  const variance = sumOver(frequencies, (p) => p * (influence(p) - mean) * (influence(p) - mean));
  return { value, standardError: Math.sqrt(variance / total) };
}
