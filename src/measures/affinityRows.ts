// Batches of the distances of Hellinger and Bhattacharyya of probabilities, as row/distances.ts has them of one pair.

import * as kernels from "../backends/kernels.js";
import type { Batch } from "../call/calls.js";
import { decideFar, reduced, surveyedAgain } from "./batches.js";
import * as row from "./row/distances.js";

const kernel = kernels.hellingerDistance;

const sumsOf = (apart: number, root: number, difference: number): [number, number] => [apart + 2 * root, difference];

/** From H²; from BC, if there is `ofAffinity`, where H² is more than a half. */
export const affinityRows =
  (ofSquared: (squared: number) => number, ofAffinity?: (affinity: number) => number): Batch =>
  (backend, call, count, values, at) => {
    reduced(backend, call, kernel, false, count, values, at, (flags, apart, root, difference) => {
      const squared = row.squaredOfRow(call, flags, apart, root, difference);
      return ofAffinity && squared > 0.5 ? ofAffinity(row.affinityFrom(apart, root, difference)) : ofSquared(squared);
    });
    const resultOf = (apart: number, root: number) => {
      const squared = apart / (apart + 2 * root);
      return ofAffinity && squared > 0.5 ? ofAffinity((2 * root) / (apart + 2 * root)) : ofSquared(squared);
    };
    const decide = decideFar(call.precision);
    surveyedAgain(backend, call, { kernel, order: "larger first", decide, resultOf, sumsOf }, count, values, at);
  };
