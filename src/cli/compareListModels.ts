// Models are compared by their lists, wherever these come from.

import { compareLists, type Position } from "../sparse/index.js";
import { ListCharts } from "./listCharts.js";
import { type ListCandidate, type ListComparison, type ListPosition, rankingOf } from "./listComparison.js";
import type { Model } from "./models.js";

/** How many positions are shown of those that are farthest apart. */
const FARTHEST = 10;

/**
 * Compares each of the others with the first.
 *
 * @param positionsOf - Gives the positions of a model, those of base once for each of the others.
 * @param onPosition - Is told of each position: of the i-th of the others.
 */
export async function compareListModels(
  [base, ...others]: readonly Model[],
  positionsOf: (model: Model) => AsyncIterable<Position>,
  onPosition?: (i: number, model: Model, position: ListPosition) => void | Promise<void>,
): Promise<ListComparison> {
  const candidates: ListCandidate[] = [];
  for (const [i, model] of others.entries()) {
    const farthest: ListPosition[] = [];
    const charts = new ListCharts();
    const report = await compareLists(positionsOf(base), positionsOf(model), {
      onPosition({ record, index, token, distribution }, other, bounds) {
        const position = { record, index, token, base: distribution, other: other.distribution, bounds };
        keepFarthest(farthest, position);
        charts.add(bounds);
        return onPosition?.(i, model, position);
      },
    });
    candidates.push({ ...model, floor: null, report, charts, farthest });
  }
  return { base, candidates, ranking: rankingOf(candidates) };
}

function keepFarthest(farthest: ListPosition[], position: ListPosition): void {
  const isBefore = (it: ListPosition) => it.bounds.js.lower < position.bounds.js.lower;
  const place = farthest.findIndex(isBefore);
  farthest.splice(place < 0 ? farthest.length : place, 0, position);
  farthest.length = Math.min(farthest.length, FARTHEST);
}
