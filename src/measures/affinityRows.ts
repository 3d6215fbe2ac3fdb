// Batches of the distances of Hellinger and Bhattacharyya of probabilities, as row/distances.ts has them of one pair.

import * as kernels from "../backends/kernels.js";
import type { Batch } from "../call/calls.js";
import { decideFar, reduced, surveyedAgain } from "./batches.js";
import * as row from "./row/distances.js";

const sumsOf = (apart: number, root: number, difference: number): [number, number] => [apart + 2 * root, difference];

/** `resultOf` makes the result of H² and BC; NaN of NaN. */
export const affinityRows =
  (resultOf: (squared: number, affinity: number) => number): Batch =>
  (backend, call, count, values, at) => {
    const kernel = kernels.hellingerDistance;
    reduced(backend, call, kernel, false, count, values, at, (flags, apart, root, difference) => {
      const squared = row.squaredOfRow(call, flags, apart, root, difference);
      return resultOf(squared, row.affinityFrom(apart, root, difference));
    });
    const ofTotals = (apart: number, root: number) =>
      resultOf(apart / (apart + 2 * root), (2 * root) / (apart + 2 * root));
    const measure = {
      kernel,
      order: "larger first",
      decide: decideFar(call.precision),
      resultOf: ofTotals,
      sumsOf,
    } as const;
    surveyedAgain(backend, call, measure, count, values, at);
  };
