// Batches of Jeffreys' and Jensen and Shannon's divergences of probabilities, as row/symmetric.ts has them of one pair.

import type { Precision } from "../backends/backend.js";
import type { Kernel } from "../backends/kernel.js";
import type { Batch } from "../call/calls.js";
import { PENDING, surveyed, surveyedScaled } from "./batches.js";
import * as row from "./row/symmetric.js";
import type { ScaledRow } from "./scaledRows.js";

/** `infinite`: flags for which the result is infinite. `resultOf` makes it of Σ term(p/Σp, q/Σq). */
export function symmetricRows(kernel: Kernel, infinite: number, resultOf: (sum: number) => number): Batch {
  const measureIn = (precision: Precision) => ({
    kernel,
    order: "larger first" as const,
    decide: (flags: number, pSum: number, qSum: number) => {
      if (flags & infinite) return Number.POSITIVE_INFINITY;
      return row.areComparable(pSum, qSum) ? PENDING : Number.NaN;
    },
    resultOf: (total: number, _: number, pSum: number, gamma: number) => {
      const sum = total / pSum;
      return row.isTooCoarse(precision, gamma, sum) ? Number.NaN : resultOf(sum);
    },
  });
  const [inF32, inF64] = [measureIn("f32"), measureIn("f64")];
  return (backend, call, count, values, at, _kind, sources, first) => {
    const left: ScaledRow[] = [];
    const measure = call.precision === "f32" ? inF32 : inF64;
    surveyed(backend, call, measure, count, values, at, (r, pSum, qSum, isSwapped) =>
      left.push({ r, scales: row.scalesFor(pSum, qSum), isSwapped }),
    );
    surveyedScaled(backend, call, left, inF64, sources, first, values, at);
  };
}
