// The Simple Good-Turing estimator (W. Gale, G. Sampson, Good-Turing frequency estimation without tears, 1995).

import { exp, ln, log1p } from "../numbers/scalar.js";
import { sumOfAll } from "../numbers/twofold.js";
import type { Frequencies } from "./frequencies.js";

/** What a class with each count gets, and all that were not seen get together. */
export interface GoodTuring {
  readonly probabilities: ReadonlyMap<number, number>;
  readonly unseen: number;
}

/** Deviations by which Turing's estimate must differ from the smooth one to be kept: the paper's. */
const SIGNIFICANT = 1.96;

/** The slope b of ln Z = a + b ln r, Z_r = 2 N_r/(t - q), by least squares; q and t are the counts before and after r. */
function slopeOf({ counts, classes }: Frequencies): number {
  const last = counts.length - 1;
  const logs = Array.from(counts, (count) => ln(count));
  const logsOfZ = Array.from(counts, (count, i) => {
    const before = i === 0 ? 0 : counts[i - 1];
    const after = i === last ? 2 * count - before : counts[i + 1];
    return ln((2 * classes[i]) / (after - before));
  });
  const meanOf = (numbers: readonly number[]) => sumOfAll(numbers) / numbers.length;
  const mean = meanOf(logs);
  const meanOfZ = meanOf(logsOfZ);
  const products = logs.map((log, i) => (log - mean) * (logsOfZ[i] - meanOfZ));
  return sumOfAll(products) / sumOfAll(logs.map((log) => (log - mean) * (log - mean)));
}

/**
 * P₀ = N₁/N; a class that was counted r times has (1 - P₀)·r✻/Σ N_r r✻. As long as it differs significantly from the smooth one, r✻ is
 * Turing's (r + 1) N_(r+1)/N_r, from then on r·(1 + 1/r)^(b+1).
 */
export function goodTuring(functionName: string, frequencies: Frequencies): GoodTuring {
  const { counts, classes, total } = frequencies;
  if (counts.length < 2) {
    throw new RangeError(
      `${functionName}: all counts above 0 are ${counts[0]}; goodTuring requires counts of different sizes: use another method`,
    );
  }
  const slope = slopeOf(frequencies);
  if (!(slope < -1)) {
    throw new RangeError(
      `${functionName}: the logarithm of how many classes have a count falls with the slope ${slope}, which must be below -1 for goodTuring: use another method`,
    );
  }
  let isSmooth = false;
  const adjusted = counts.map((count, i) => {
    const smooth = count * exp((slope + 1) * log1p(1 / count));
    isSmooth ||= counts[i + 1] !== count + 1;
    if (isSmooth) return smooth;
    const ratio = classes[i + 1] / classes[i];
    const turing = (count + 1) * ratio;
    const deviation = (count + 1) * Math.sqrt((ratio / classes[i]) * (1 + ratio));
    isSmooth = Math.abs(turing - smooth) <= SIGNIFICANT * deviation;
    return isSmooth ? smooth : turing;
  });
  const unseen = counts[0] === 1 ? classes[0] / total : 0;
  const seen = sumOfAll(adjusted.map((count, i) => count * classes[i]));
  const probabilities = new Map(Array.from(counts, (count, i) => [count, ((1 - unseen) * adjusted[i]) / seen]));
  return { probabilities, unseen };
}
