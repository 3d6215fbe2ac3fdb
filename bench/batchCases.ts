// Batches of rows: the call of a matrix, and the loop that a user would write over it.

import type * as logratio from "../dist/index.js";

/** Row-major matrices of f32. */
export interface Batch {
  rowLength: number;
  /** Probabilities, weights whose sums differ, or logits. */
  p: Float32Array;
  q: Float32Array;
  /** Where a matrix of results is written. */
  out: Float32Array;
  /** One a row. */
  labels: Int32Array;
  /** Where the loop writes one result a row. */
  values: Float64Array;
}

export type BatchInput = "logits" | "weights";

export interface BatchCase {
  name: string;
  input?: BatchInput;
  mode?: string;
  call(functions: typeof logratio, batch: Batch): unknown;
  /** Self-contained: it is compiled anew for each case, from its text. It gives what `call` does. */
  loop(batch: Batch): unknown;
}

const klDivergence: BatchCase = {
  name: "klDivergence",
  call: ({ klDivergence }, { p, q, rowLength }) => klDivergence.rows(p, q, { rowLength }),
  loop: ({ p, q, values, rowLength }) => {
    for (let r = 0, at = 0; r < values.length; r++) {
      let sum = 0;
      for (const end = at + rowLength; at < end; at++) if (p[at] > 0) sum += p[at] * Math.log(p[at] / q[at]);
      values[r] = sum;
    }
    return values;
  },
};

const klDivergenceOfWeights: BatchCase = {
  name: "klDivergence",
  input: "weights",
  call: ({ klDivergence }, { p, q, rowLength }) => klDivergence.rows(p, q, { rowLength, normalize: true }),
  loop: ({ p, q, values, rowLength }) => {
    for (let r = 0, start = 0; r < values.length; r++, start += rowLength) {
      const end = start + rowLength;
      let pSum = 0;
      let qSum = 0;
      let sum = 0;
      for (let i = start; i < end; i++) {
        pSum += p[i];
        qSum += q[i];
        if (p[i] > 0) sum += p[i] * Math.log(p[i] / q[i]);
      }
      values[r] = sum / pSum - Math.log(pSum / qSum);
    }
    return values;
  },
};

const totalVariationOfWeights: BatchCase = {
  name: "totalVariationDistance",
  input: "weights",
  call: ({ totalVariationDistance }, { p, q, rowLength }) =>
    totalVariationDistance.rows(p, q, { rowLength, normalize: true }),
  loop: ({ p, q, values, rowLength }) => {
    for (let r = 0, start = 0; r < values.length; r++, start += rowLength) {
      const end = start + rowLength;
      let pSum = 0;
      let qSum = 0;
      for (let i = start; i < end; i++) {
        pSum += p[i];
        qSum += q[i];
      }
      let sum = 0;
      for (let i = start; i < end; i++) sum += Math.abs(p[i] / pSum - q[i] / qSum);
      values[r] = sum / 2;
    }
    return values;
  },
};

const entropy: BatchCase = {
  name: "entropy",
  call: ({ entropy }, { p, rowLength }) => entropy.rows(p, { rowLength }),
  loop: ({ p, values, rowLength }) => {
    for (let r = 0, at = 0; r < values.length; r++) {
      let sum = 0;
      for (const end = at + rowLength; at < end; at++) if (p[at] > 0) sum -= p[at] * Math.log(p[at]);
      values[r] = sum;
    }
    return values;
  },
};

const jsDivergence: BatchCase = {
  name: "jsDivergence",
  call: ({ jsDivergence }, { p, q, rowLength }) => jsDivergence.rows(p, q, { rowLength }),
  loop: ({ p, q, values, rowLength }) => {
    for (let r = 0, at = 0; r < values.length; r++) {
      let sum = 0;
      for (const end = at + rowLength; at < end; at++) {
        const mean = (p[at] + q[at]) / 2;
        if (p[at] > 0) sum += p[at] * Math.log(p[at] / mean);
        if (q[at] > 0) sum += q[at] * Math.log(q[at] / mean);
      }
      values[r] = sum / 2;
    }
    return values;
  },
};

const logSumExp: BatchCase = {
  name: "logSumExp",
  input: "logits",
  call: ({ logSumExp }, { p, rowLength }) => logSumExp.rows(p, { rowLength }),
  loop: ({ p, values, rowLength }) => {
    for (let r = 0, start = 0; r < values.length; r++, start += rowLength) {
      const end = start + rowLength;
      let most = Number.NEGATIVE_INFINITY;
      for (let i = start; i < end; i++) if (p[i] > most) most = p[i];
      let sum = 0;
      for (let i = start; i < end; i++) sum += Math.exp(p[i] - most);
      values[r] = most + Math.log(sum);
    }
    return values;
  },
};

const softmax: BatchCase = {
  name: "softmax",
  input: "logits",
  call: ({ softmax }, { p, out, rowLength }) => softmax.rows(p, { rowLength, out }),
  loop: ({ p, out, values, rowLength }) => {
    for (let r = 0, start = 0; r < values.length; r++, start += rowLength) {
      const end = start + rowLength;
      let most = Number.NEGATIVE_INFINITY;
      for (let i = start; i < end; i++) if (p[i] > most) most = p[i];
      let sum = 0;
      for (let i = start; i < end; i++) {
        const power = Math.exp(p[i] - most);
        out[i] = power;
        sum += power;
      }
      for (let i = start; i < end; i++) out[i] /= sum;
    }
    return out;
  },
};

const klDivergenceOfLogits: BatchCase = {
  name: "klDivergence",
  input: "logits",
  call: ({ klDivergence }, { p, q, rowLength }) => klDivergence.rows(p, q, { rowLength, input: "logits" }),
  loop: ({ p, q, values, rowLength }) => {
    const logSumExp = (z: Float32Array, start: number) => {
      const end = start + rowLength;
      let most = Number.NEGATIVE_INFINITY;
      for (let i = start; i < end; i++) if (z[i] > most) most = z[i];
      let sum = 0;
      for (let i = start; i < end; i++) sum += Math.exp(z[i] - most);
      return most + Math.log(sum);
    };
    for (let r = 0, start = 0; r < values.length; r++, start += rowLength) {
      const pTotal = logSumExp(p, start);
      const qTotal = logSumExp(q, start);
      let sum = 0;
      for (let i = start; i < start + rowLength; i++) {
        const log = p[i] - pTotal;
        sum += Math.exp(log) * (log - (q[i] - qTotal));
      }
      values[r] = sum;
    }
    return values;
  },
};

/** Of the mean over rows: the gradient is what is compared. */
export const lossWithGradient: BatchCase = {
  name: "crossEntropyLoss",
  input: "logits",
  mode: "with gradient",
  call: ({ crossEntropyLoss }, { p, labels, out, rowLength }) =>
    crossEntropyLoss(p, labels, { rowLength, gradient: out }).gradient,
  loop: ({ p, labels, out, rowLength }) => {
    let loss = 0;
    for (let r = 0, start = 0; r < labels.length; r++, start += rowLength) {
      const end = start + rowLength;
      let most = Number.NEGATIVE_INFINITY;
      for (let i = start; i < end; i++) if (p[i] > most) most = p[i];
      let sum = 0;
      for (let i = start; i < end; i++) {
        const power = Math.exp(p[i] - most);
        out[i] = power;
        sum += power;
      }
      const factor = 1 / (sum * labels.length);
      for (let i = start; i < end; i++) out[i] *= factor;
      out[start + labels[r]] -= 1 / labels.length;
      loss += Math.log(sum) - (p[start + labels[r]] - most);
    }
    return Number.isFinite(loss / labels.length) ? out : undefined;
  },
};

export const BATCH_CASES: readonly BatchCase[] = [
  klDivergence,
  klDivergenceOfWeights,
  totalVariationOfWeights,
  entropy,
  jsDivergence,
  klDivergenceOfLogits,
  logSumExp,
  softmax,
  lossWithGradient,
];

export interface SingleCase {
  name: string;
  input?: BatchInput;
  call(functions: typeof logratio, p: ArrayLike<number>, q: ArrayLike<number>): unknown;
  /** Self-contained. */
  loop(p: ArrayLike<number>, q: ArrayLike<number>): unknown;
}

/** One row, of arrays that lie in no engine's memory, without options where there need be none. */
export const SINGLE_CASES: readonly SingleCase[] = [
  {
    name: "klDivergence",
    call: ({ klDivergence }, p, q) => klDivergence(p, q),
    loop: (p, q) => {
      let sum = 0;
      for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] * Math.log(p[i] / q[i]);
      return sum;
    },
  },
  {
    name: "entropy",
    call: ({ entropy }, p) => entropy(p),
    loop: (p) => {
      let sum = 0;
      for (let i = 0; i < p.length; i++) if (p[i] > 0) sum -= p[i] * Math.log(p[i]);
      return sum;
    },
  },
  {
    name: "logSumExp",
    input: "logits",
    call: ({ logSumExp }, p) => logSumExp(p),
    loop: (p) => {
      let most = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < p.length; i++) if (p[i] > most) most = p[i];
      let sum = 0;
      for (let i = 0; i < p.length; i++) sum += Math.exp(p[i] - most);
      return most + Math.log(sum);
    },
  },
];
