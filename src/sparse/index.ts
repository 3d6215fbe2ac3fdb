// logratio/sparse: distributions of which only a list is known, such as the top-k log-probabilities of an API, and bounds that hold.

export {
  type CompareListsOptions,
  compareLists,
  type ListMean,
  type ListsReport,
  type MeanBounds,
} from "./compareLists.js";
export {
  type Bounds,
  type BoundsOptions,
  type DivergenceBounds,
  divergenceBounds,
} from "./divergenceBounds.js";
export { type PermutationTest, type PermutationTestOptions, permutationTest } from "./permutationTest.js";
export { type Position, type PositionOptions, positionsOf, readPositions } from "./readPositions.js";
export type { Token } from "./token.js";
export { type TopKOfLogitsOptions, topK } from "./topK.js";
export {
  type Entries,
  type ListedToken,
  type TopKDistribution,
  type TopKOptions,
  topKDistribution,
} from "./topKDistribution.js";
