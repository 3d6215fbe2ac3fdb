/**
 * Two models' logits in, the whole comparison out; docs/compare.md goes from a model to the report.
 *
 * For Node and what is like it: all but {@link compareLogits} and {@link Summary} read or write files.
 *
 * @module
 */

export { type CompareOptions, compareLogits } from "./compareLogits.js";
export type { Estimate, Quantile, Statistics } from "./moments.js";
export { type OpenLogitsOptions, openLogits } from "./openLogits.js";
export type { RowResults } from "./rowResults.js";
export type {
  ElementType,
  HalfFormat,
  LogitFormat,
  LogitSource,
  ReadOptions,
  RowBatch,
  RowBatches,
} from "./source.js";
export {
  type PerplexityReport,
  type Report,
  Summary,
  type SummaryJson,
  type SummaryOptions,
  type WorstRow,
} from "./summary.js";
export { openTokens } from "./tokens.js";
export { type WriteLlamaCppOptions, writeLlamaCpp } from "./writeLlamaCpp.js";
export { type WriteNpyOptions, writeNpy, writeTokens } from "./writeNpy.js";
