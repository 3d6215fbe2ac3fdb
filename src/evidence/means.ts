import { Sum, sumOfAll } from "../numbers/twofold.js";

export interface Mean {
  readonly sum: number;
  readonly mean: number;
  /** √(Σ(x - mean)²/(n - 1)/n); NaN for a single value, or an infinite mean. */
  readonly standardError: number;
  readonly count: number;
}

/** Above it, the square of a number may be beyond the largest. */
const LARGE = 1e150;
/** 2^-560. */
const SMALL_SCALE = 2.6497349136889905e-169;

/** Two passes, both compensated. */
export function meanOf(values: Float64Array): Mean {
  const count = values.length;
  const sum = sumOfAll(values);
  const mean = Number.isFinite(sum) ? sum / count : sumOfAll(values.map((value) => value / count));
  const scale = values.some((value) => Math.abs(value) > LARGE) ? SMALL_SCALE : 1;
  const squares = new Sum();
  for (const value of values) {
    const deviation = value * scale - mean * scale;
    squares.add(deviation * deviation);
  }
  return { sum, mean, standardError: Math.sqrt(squares.value / (count - 1) / count) / scale, count };
}
