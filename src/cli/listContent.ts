// The report of a comparison of lists as data: docs/sparse.md describes it.

import type { ListComparison } from "./listComparison.js";

export const contentOf = ({ base, candidates, ranking }: ListComparison, gates: readonly object[]): object => ({
  format: "logratio comparison of lists",
  version: 1,
  base: base.path,
  candidates: candidates.map(({ path, label, size, bitsPerWeight, report, farthest }) => ({
    ...{ other: path, label, size, bitsPerWeight, ...report },
    farthest: farthest.map(({ bounds, base: p, other: q, ...place }) => ({ ...place, base: p, other: q, ...bounds })),
  })),
  ranking: ranking.map((i) => candidates[i].label),
  gates,
});
