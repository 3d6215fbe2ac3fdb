// Tables of the same sums of rows and columns as another, drawn as often as wanted: how much information chance alone makes.

import { randomWords } from "../numbers/random.js";
import { sumOfAll } from "../numbers/twofold.js";
import { drawHypergeometric } from "./draws.js";
import { nLogN } from "./tableModel.js";

/** What equal statistics differ by, in another order of their terms, beside that of all observations in one cell. */
const EQUAL = 4e-15;

/**
 * How many of so many permutations of one variable have as much information as the table, or more. To deal out its values anew is to draw
 * each cell from what is left of its column and row, which takes no time per observation.
 */
export function countExceedingTables(
  cells: Float64Array,
  rowSums: readonly number[],
  columnSums: Float64Array,
  permutations: number,
  seed: number,
): number {
  const words = randomWords(seed);
  const size = sumOfAll(columnSums);
  // margins are the same, so that the sum over cells decides
  const least = sumOfAll(cells.map(nLogN)) - EQUAL * nLogN(size);
  let exceeding = 0;
  for (let turn = 0; turn < permutations; turn++) {
    const left = columnSums.slice();
    let [sum, unplaced] = [0, size];
    for (const rowSum of rowSums) {
      let [draws, others] = [rowSum, unplaced];
      for (let j = 0; j < left.length && draws > 0; j++) {
        others -= left[j];
        const cell = drawHypergeometric(left[j], others, draws, words);
        left[j] -= cell;
        draws -= cell;
        sum += nLogN(cell);
      }
      unplaced -= rowSum;
    }
    if (sum >= least) exceeding++;
  }
  return exceeding;
}
