// Two models' logits in, the whole comparison out.

export { type CompareOptions, compareLogits } from "./compareLogits.js";
export type { Estimate, Quantile, Statistics } from "./moments.js";
export type { RowResults } from "./rowResults.js";
export type { HalfFormat, LogitSource, RowBatch } from "./source.js";
export {
  type PerplexityReport,
  type Report,
  Summary,
  type SummaryJson,
  type SummaryOptions,
  type WorstRow,
} from "./summary.js";
