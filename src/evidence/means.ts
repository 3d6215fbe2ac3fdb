import { Sum } from "../numbers/twofold.js";

export interface Mean {
  readonly sum: number;
  readonly mean: number;
  /** √(Σ(x - mean)²/(n - 1)/n); NaN for a single value, or an infinite mean. */
  readonly standardError: number;
  readonly count: number;
}

/** Two passes, both compensated. */
export function meanOf(values: Float64Array): Mean {
  const count = values.length;
  const sum = new Sum();
  for (const value of values) sum.add(value);
  const mean = sum.value / count;
  const squares = new Sum();
  for (const value of values) squares.add((value - mean) * (value - mean));
  return { sum: sum.value, mean, standardError: Math.sqrt(squares.value / (count - 1) / count), count };
}
