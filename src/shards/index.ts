/**
 * A comparison in parts, on one machine or on many, by any scheduler: shards are planned, computed and merged to the bits of one run.
 * docs/scaling.md shows how.
 *
 * For Node and what is like it. Shards and parts are plain JSON.
 *
 * @module
 */

export type { ComparisonFiles, ComparisonOptions } from "./comparison.js";
export type { InputIdentity } from "./identity.js";
export {
  type CompareShardOptions,
  compareShard,
  mergeSummaries,
  type PlanShardsOptions,
  planShards,
  type Shard,
} from "./library.js";
export type { PartJson } from "./part.js";
