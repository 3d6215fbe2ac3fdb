// Batches of Jeffreys' and Jensen and Shannon's divergences of probabilities, as row/symmetric.ts has them of one pair.

import type { Precision } from "../backends/backend.js";
import type { Kernel } from "../backends/kernel.js";
import type { Batch } from "../call/calls.js";
import { PENDING, surveyed } from "./batches.js";
import * as row from "./row/symmetric.js";
import { SCALED, ScaledRows } from "./scaledRows.js";

const left = /* @__PURE__ */ new ScaledRows();

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
    left.count = 0;
    const leave = (r: number, pSum: number, qSum: number, isSwapped: boolean) => {
      const [a, b] = row.scalesFor(pSum, qSum);
      if (isSwapped) left.add(r, b, a, true);
      else left.add(r, a, b);
    };
    surveyed(backend, call, call.precision === "f32" ? inF32 : inF64, count, values, at, leave);
    const scaledCall = { ...call, precision: "f64", normalize: true } as const;
    left.compute(backend, call, "f64", sources, first, values, at, (of, results) =>
      surveyed(backend, scaledCall, inF64, of, results, 0, undefined, SCALED),
    );
  };
}
