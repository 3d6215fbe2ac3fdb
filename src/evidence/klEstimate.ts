// What an estimate of a KL divergence is, from log-probabilities or counts.

/** The options of `estimateKlDivergence`. */
export interface EstimateOptions {
  /** Unit of the result: its logarithm's base. Nats by default. */
  base?: number;
}

/** An estimate of a divergence, and how far off it may be. */
export interface KlEstimate {
  /** In nats, or units of `base`. */
  readonly estimate: number;
  /** The standard deviation of the terms over √count; NaN for a single sample, or an infinite estimate. */
  readonly standardError: number;
}
