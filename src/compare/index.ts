/**
 * Two models' logits in, the whole comparison out; docs/compare.md goes from a model to the report.
 *
 * For Node, Bun, Deno and pages: files are read from paths, URLs, Blobs, streams and memory ({@link FileSource}); paths, and functions that
 * write files, are for Node, Bun and Deno.
 *
 * @module
 */

export type { BlobLike, ByteSource, FileSource, RequestLike, ResponseLike, StreamLike } from "./bytes.js";
export type { ClusterKind } from "./clusters.js";
export { type CompareManyOptions, type CompareOptions, compareLogits } from "./compareLogits.js";
export type { ConfidenceBucket } from "./confidence.js";
export type { Estimate, Quantile, Statistics } from "./moments.js";
export { type OpenLogitsOptions, openLogits } from "./openLogits.js";
export { type PairedDifference, type PairedDifferenceOptions, pairedDifference } from "./pairedDifference.js";
export type { RowResults, TopTokens } from "./rowResults.js";
export type {
  ElementType,
  HalfFormat,
  LogitFormat,
  LogitRows,
  LogitSource,
  ReadOptions,
  RowBatch,
  RowBatches,
  RowsInMemory,
} from "./source.js";
export {
  type ClusteredEstimates,
  type GroupReport,
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
