// What the mutual information of a table of counts is expected to be, if its variables depend on each other less than they seem to.
//
// λ from 0, no dependence, to 1 is a family of tables: a cell has the mean λ·n + (1 - λ)·row·column/N, n its count. Where cells were seen
// once, others were not seen that could have been: so n is 1 - d for the former, d = n₁/(n₁ + 2n₂) as absolute discounting has it, and the
// latter have what that leaves, in proportion to row·column. Cells are taken for Poisson, of which the margins, being given, take its leverage:
// mean·(1/row + 1/column - 1/N), at most all.

import { excessOf } from "../evidence/excess.js";
import { excessOverIndependence, type Table } from "../evidence/table.js";
import { ln } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import type { Model, ModelState } from "./inversion.js";
import { LARGE_VARIANCE, MomentSums, type Moments, NEGLIGIBLE } from "./moments.js";

/** n ln n. */
export const nLogN = (n: number): number => (n > 0 ? n * ln(n) : 0);

/** All counts that have a probability where the mean is at most {@link LARGE_VARIANCE}. */
const LIKELY = 256;

/** The counts, but with what cells seen once leave to those that were not seen. */
function withUnseen(cells: Float64Array, expected: Float64Array): Float64Array {
  let [once, twice, unseen] = [0, 0, 0];
  cells.forEach((n, i) => {
    if (n === 0) unseen += expected[i];
    else if (n === 1) once++;
    else if (n === 2) twice++;
  });
  if (once === 0 || unseen === 0) return cells;
  const discount = once / (once + 2 * twice);
  const share = (discount * once) / unseen;
  return cells.map((n, i) => (n === 0 ? share * expected[i] : n === 1 ? 1 - discount : n));
}

/** A family of models of a table. */
export class TableModel implements Model {
  readonly observed: number;
  readonly #size: number;
  readonly #rows: number;
  readonly #columns: number;
  /** The means of λ = 0, and of 1. */
  readonly #independent: Float64Array;
  readonly #dependent: Float64Array;
  readonly #moments = new MomentSums(true);
  readonly #nLogN = Float64Array.from({ length: LIKELY }, (_, n) => nLogN(n));

  constructor(table: Table) {
    const { cells, rowLength, rowSums, columnSums, total } = table;
    this.#size = total.high;
    this.#rows = rowSums.length;
    this.#columns = rowLength;
    this.observed = Math.max(0, excessOverIndependence(table)) / total.high;
    this.#independent = cells.map(
      (_, i) => rowSums[Math.floor(i / rowLength)].high * (columnSums.high[i % rowLength] / total.high),
    );
    this.#dependent = withUnseen(cells, this.#independent);
  }

  /** Of n ln(n/mean) - (n - mean), which is n ln n without its tangent. */
  #momentsOf(mean: number): Moments {
    const sums = this.#moments;
    sums.begin(mean, 0);
    if (mean > LARGE_VARIANCE) {
      sums.addNormal(Math.sqrt(mean), 1 / 6, Number.POSITIVE_INFINITY, (n) => excessOf(n, mean, n - mean));
      return sums.end(mean);
    }
    const slope = 1 + ln(mean);
    const mode = Math.floor(mean);
    let w = 1;
    for (let n = mode; w > NEGLIGIBLE; n++) {
      sums.add(w, n, this.#nLogN[n] - n * slope + mean);
      w *= mean / (n + 1);
    }
    w = mode / mean;
    for (let n = mode - 1; n >= 0 && w > NEGLIGIBLE; n--) {
      sums.add(w, n, this.#nLogN[n] - n * slope + mean);
      w *= n / mean;
    }
    return sums.end(mean);
  }

  at(lambda: number): ModelState {
    const [size, columns] = [this.#size, this.#columns];
    const [rowSums, columnSums] = [new Float64Array(this.#rows), new Float64Array(columns)];
    const means = this.#independent.map((e, i) => {
      const mean = lambda * this.#dependent[i] + (1 - lambda) * e;
      rowSums[Math.floor(i / columns)] += mean;
      columnSums[i % columns] += mean;
      return mean;
    });
    const [excess, bias, own, square] = [new Sum(), new Sum(), new Sum(), new Sum()];
    let third = 0;
    means.forEach((mean, i) => {
      const [row, column] = [rowSums[Math.floor(i / columns)], columnSums[i % columns]];
      const e = row * (column / size);
      excess.add(excessOf(mean, e, mean - e));
      if (mean === 0) return;
      const information = ln(mean / e);
      square.add(mean * information * information);
      const leverage = Math.min(1, mean * (1 / row + 1 / column - 1 / size));
      // less the regression on n, which the margins nearly have
      const { mean: expected, ee, eee, ed, eed, edd } = this.#momentsOf(mean);
      const slope = ed / mean;
      bias.add(expected - ((leverage / mean) * (edd - slope * mean)) / 2);
      own.add((1 - leverage) * Math.max(0, ee - slope * ed));
      third += (1 - leverage) * (eee - slope * (3 * eed - slope * (3 * edd - slope * mean)));
    });
    const information = excess.value / size;
    // the margins are random, too: to first order, the variance is that of ln(p/(row·column))
    const ofMargins = Math.max(0, square.value / size - information * information);
    const variance = (own.value / size + ofMargins) / size;
    const deviation = Math.sqrt(variance);
    return {
      divergence: lambda === 0 ? 0 : information,
      ...{ expected: information + bias.value / size, deviation },
      skewness: deviation > 0 ? third / size / size / size / (variance * deviation) : 0,
    };
  }
}
