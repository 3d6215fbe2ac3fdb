/** What the numbers of a row are. `"logits"` stand for their softmax, `"logProbabilities"` for their exponentials. */
export type InputKind = "probabilities" | "logits" | "logProbabilities";

export const INPUT_KINDS: readonly string[] = ["probabilities", "logits", "logProbabilities"];

/** The options of a measure of normalised distributions. */
export interface MeasureOptions {
  /** Unit of the result: its logarithm's base, positive and not 1. Nats (base e) by default, 2 for bits, 10 for hartleys. */
  base?: number;
  /**
   * What the numbers are: `"probabilities"` (the default), `"logits"` or `"logProbabilities"`; or a list of one for each
   * distribution. Logits are finite or -Infinity, which is probability 0; logarithms too, of numbers with a sum as
   * probabilities have it. The result is computed straight from them: error 1e-6 (f32) or 1e-13 (f64) of max(1, |value|), and
   * KL, Jeffreys and JS keep a relative error of 1e-5 or 1e-11 down to 1e-9.
   */
  input?: InputKind | readonly InputKind[];
  /** Divides logits before their softmax: positive, 1 by default. Only with logits. */
  temperature?: number;
  /**
   * `true` to accept any positive sum (counts, weights), not only sums within 1e-2 of 1. Results are of p/Σp and q/Σq either
   * way. Logits need no such leave.
   */
  normalize?: boolean;
}

/** The options of a measure that is no logarithm, and has no unit. */
export type UnitlessOptions = Omit<MeasureOptions, "base">;

/** The options of a measure of numbers as they are, of which logits alone are normalised: {@link MeasureOptions} without `normalize`. */
export type RawOptions = Omit<MeasureOptions, "normalize">;

/** The options of a measure of unnormalised numbers, which cannot come from logits. */
export interface UnnormalizedOptions {
  /** Unit of the result: its logarithm's base, positive and not 1. Nats (base e) by default, 2 for bits, 10 for hartleys. */
  base?: number;
  /** Nothing else. */
  input?: "probabilities";
}

/** The options of what is of logits by its nature: `temperature` of {@link MeasureOptions}. */
export type SoftmaxOptions = Pick<MeasureOptions, "temperature">;

/** The options of a `…Rows` function: those of the function of one row, and `rowLength`, the numbers of a row. */
export type RowsOptions<Options = MeasureOptions> = Options & {
  /** Numbers of a row, >= 1; the matrices are row-major. */
  rowLength: number;
};

/** An array for the result of a function that gives one. */
export interface OutOption {
  /** Where to write: of the result's own type and length. It may be one of the inputs, and may not overlap one otherwise. */
  out?: Float32Array | Float64Array;
}
