/** The fields of the families of logits; a and b are the two rows. */
export interface Fields {
  /** The largest logit of each, or near it. NaN: `logSumExp` finds its own. */
  aShift: number;
  bShift: number;
  /** 1/temperature. */
  scale: number;
  /** The logit of a below which all count as this far. */
  aLeast: number;
  /** (b - a + offset)·scale is the logarithm of the ratio of both probabilities, or of the e^x. */
  offset: number;
  /** What e^x is multiplied by, and what is taken off. */
  factor: number;
  less: number;
  /** What a gradient is multiplied by. */
  slope: number;
  /** Weight of the first of two distributions in their mixture. */
  weight: number;
  /** What e^y is multiplied by. */
  secondFactor: number;
}

export const NO_FIELDS: Fields = {
  aShift: 0,
  bShift: 0,
  scale: 1,
  aLeast: 0,
  offset: 0,
  factor: 1,
  less: 0,
  slope: 1,
  weight: 0.5,
  secondFactor: 1,
};
