import type { Numbers } from "../call/inputs.js";
import { productError } from "../numbers/twofold.js";
import { checkSameLength, checkTotal, readNumbers } from "./arguments.js";
import { excessOf } from "./excess.js";
import { twofoldSumOf } from "./expected.js";

/**
 * Keyness: how much each word tells two corpora apart. Signed G² of the 2×2 table of a word against all others in corpus A and in B:
 * 2 Σ n ln(n/E) over the four cells, positive where the word is more frequent in A.
 *
 * @param countsA - How often each word occurs in A: numbers >= 0, one a word of a vocabulary that both share.
 * @param countsB - And in B.
 * @returns One number a word, in nats: ±G², 0 where the frequencies are equal, and for a word that occurs in neither. |G²| is of χ² of
 * one degree of freedom where the word is as frequent in both: {@link chiSquaredTail}(|G²|, 1) is its p-value. Relative error 4e-15,
 * for counts whose sums are below 2^53 or not. `keywords` of logratio/counts takes words, and adds corrected p-values and effect sizes.
 * @throws TypeError for what is not an array of numbers.
 * @throws RangeError for a number that is negative, NaN or infinite, for lengths
 * that differ, and for an empty corpus. Complexity O(words).
 * @example
 * keyness([10, 90], [20, 980]); // Float64Array [14.191540436996299, -14.191540436996299]
 * @see T. Dunning, Accurate Methods for the Statistics of Surprise and Coincidence (1993). The two-cell sum that some tools call
 * log-likelihood leaves out all other words: it is less by what they add.
 */
export function keyness(countsA: Numbers, countsB: Numbers): Float64Array {
  const name = "keyness";
  const a = readNumbers(name, "countsA", countsA, "counts", true);
  const b = readNumbers(name, "countsB", countsB, "counts", true);
  checkSameLength(name, ["countsA", "countsB"], [a, b]);
  const sumA = twofoldSumOf(a);
  const sumB = twofoldSumOf(b);
  checkTotal(name, "countsA", sumA.high);
  checkTotal(name, "countsB", sumB.high);
  const total = sumA.high + sumB.high;
  const shareA = sumA.high / total;
  const shareB = sumB.high / total;

  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x === 0 && y === 0) continue;
    // all four cells are as far from what is expected: (x·ΣB - y·ΣA)/(ΣA + ΣB), by products to twice the precision
    const first = x * sumB.high;
    const second = y * sumA.high;
    const rest = productError(x, sumB.high, first) - productError(y, sumA.high, second) + (x * sumB.low - y * sumA.low);
    const d = (first - second + rest) / total;
    if (d === 0) continue;
    const word = x + y;
    const [otherA, otherB] = [sumA.high - x + sumA.low, sumB.high - y + sumB.low];
    const others = otherA + otherB;
    const g =
      excessOf(x, word * shareA, d) +
      excessOf(y, word * shareB, -d) +
      excessOf(otherA, others * shareA, -d) +
      excessOf(otherB, others * shareB, d);
    out[i] = d < 0 ? -2 * g : 2 * g;
  }
  return out;
}
