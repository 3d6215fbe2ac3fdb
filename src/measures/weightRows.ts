// Batches of logits for measures of weights: rows become their e^x over a power of 2, in f64, as `weightsOf` (row/weights.ts) has it of one, and
// then they are rows of probabilities.

import { NO_FIELDS } from "../backends/fields.js";
import { halvesOf } from "../backends/halves.js";
import { CHUNK } from "../backends/kernel.js";
import * as kernels from "../backends/kernels.js";
import { LEAST_EXPONENT } from "../backends/transforms.js";
import type { Batch } from "../call/calls.js";
import { powerOf2 } from "../numbers/lanes.js";
import { exponentOf } from "../numbers/scalar.js";
import { isLogSum, LogSums, scaleOfLogits } from "./batches.js";
import type { Care } from "./row/weights.js";
import { SCALED } from "./scaledRows.js";

const sums = /* @__PURE__ */ [/* @__PURE__ */ new LogSums(), /* @__PURE__ */ new LogSums()];

/** `batch` is that of probabilities, which takes the rows of operands 0 and 1. */
export const weightRows =
  (batch: Batch, care: Care): Batch =>
  (backend, call, count, values, at, kind, sources, first) => {
    const { precision, length } = call;
    const scale = scaleOfLogits(backend, call, kind);
    for (let i = 0; i < 2; i++) sums[i].find(backend, call, count, i);
    const inF64 = { ...call, precision: "f64", normalize: true } as const;
    const step = Math.floor(CHUNK.f64 / length);
    values.fill(Number.NaN, at, at + count);
    for (let from = 0; step > 0 && from < count; from += step) {
      const rows = Math.min(step, count - from);
      const areLeft = new Uint8Array(rows);
      const weights = sources.map((source, i) => {
        const { largest, sum } = sums[i];
        const slot = SCALED + i;
        const target = backend.placeStaged(slot, "f64", length);
        const isHalf = halvesOf(source) !== undefined;
        const numbers = isHalf ? backend.staging(precision, i) : source;
        const oneStep = source.length > length ? length : 0;
        const start = isHalf ? 0 : first * oneStep;
        for (let n = 0, to = 0; n < rows; n++) {
          const r = from + n;
          // not of a row that has been declined, whose sum is NaN
          if (!isLogSum(sums[i].logSumExp(r, scale), kind, call) || Number.isNaN(sum[r])) areLeft[n] = 1;
          for (let j = 0, k = start + r * oneStep; j < length; j++, k++, to++) {
            const x = (numbers[k] - largest[r]) * scale;
            target[to] = x < LEAST_EXPONENT ? Number.NEGATIVE_INFINITY : x;
            if (care === "exact" && x < LEAST_EXPONENT && numbers[k] !== Number.NEGATIVE_INFINITY) areLeft[n] = 1;
          }
        }
        const location = backend.stagingAt("f64", slot, rows * length);
        backend.fields = NO_FIELDS;
        backend.callMapping(kernels.exponentials, "f64", [location], location, rows * length);
        for (let n = 0, to = 0; n < rows; n++) {
          const factor = areLeft[n] ? 1 : powerOf2(-exponentOf(sum[from + n]));
          for (let j = 0; j < length; j++, to++) target[to] *= factor;
        }
        backend.repeatOperand(slot, i);
        return target.slice(0, rows * length);
      });
      batch(backend, inF64, rows, values, at + from, kind, weights, 0);
      for (let n = 0; n < rows; n++) if (areLeft[n]) values[at + from + n] = Number.NaN;
    }
  };
