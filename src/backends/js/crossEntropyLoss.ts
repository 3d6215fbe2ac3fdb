// The twin of assembly/crossEntropyLoss.ts, of one row.

import { exp, ln } from "../../numbers/scalar.js";
import {
  ALL_PRODUCTS,
  FACTOR,
  LABEL_LOGIT,
  LABEL_NUMBER,
  LARGEST,
  LESS,
  OWN_PRODUCTS,
  OWN_SUM,
  SWAP,
  TOTALS,
} from "../batch.js";
import { type State, setTotal } from "./blocks.js";

const partOfLoss = (part: number, sum: number, logSum: number, products: number): number =>
  part === 0 ? 0 : part * (sum * logSum - products);

export function crossEntropyLoss(state: State): number {
  const { table, line } = state;
  // as the fields of logits: assembly/crossEntropyLoss.ts
  const { scale, aShift: share, bShift: even, aLeast: allSum, offset: hasLabels } = state.fields;
  const { factor: part, less, slope, weight: lambda } = state.fields;
  const sum = table[line + TOTALS + 1];
  const largest = table[line + LARGEST];
  const ownSum = table[line + OWN_SUM];
  const x = (table[line + LABEL_LOGIT] - largest) * scale;
  const logSum = ln(sum);
  const ofLabel = ownSum === 0 ? 0 : ownSum * x;
  const own = partOfLoss(share, ownSum, logSum, hasLabels === 0 ? table[line + OWN_PRODUCTS] : ofLabel);
  const logSumExp = largest * scale + logSum;
  const factor = scale * (part * (share * ownSum + even * allSum) + slope * logSumExp);
  table[line + LABEL_NUMBER] = factor * exp(x - logSum) - scale * part * ((share + even) * ownSum);
  table[line + FACTOR] = factor / sum;
  table[line + LESS] = less;
  table[line + SWAP] = 0;
  setTotal(state, 0, own + partOfLoss(even, allSum, logSum, table[line + ALL_PRODUCTS]));
  setTotal(state, 1, sum);
  setTotal(state, 2, lambda === 0 ? 0 : lambda * logSumExp * logSumExp);
  return 0;
}
