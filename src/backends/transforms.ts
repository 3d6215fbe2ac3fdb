// What rows of one kind become as they are staged, where a kernel takes another: chunk by chunk in f64, and nothing of a row's size is
// made.

import { ln } from "../numbers/scalar.js";
import type { Transform } from "./backend.js";
import { type Fields, NO_FIELDS } from "./fields.js";
import { TOTAL } from "./js/blocks.js";
import { type Kernel, PARAMETERS } from "./kernel.js";
import * as kernels from "./kernels.js";

/** Probabilities to scale·ln of them; false where there is one that is none. */
export const logarithms: Transform = (backend, { scale }, _start, count, slot) => {
  const target = backend.staging("f64", slot);
  for (let i = 0; i < count; i++) {
    const x = target[i];
    if (!(x >= 0 && x < Number.POSITIVE_INFINITY)) return false;
    target[i] = x === 0 ? Number.NEGATIVE_INFINITY : scale * ln(x);
  }
  return true;
};

/** (z - shift)·lift, of which nothing is too large but the result. */
export const lifted = (z: number, shift: number, lift: number): number =>
  lift < 1 ? z * lift - shift * lift : (z - shift) * lift;

/** e^x of less is hardly a normal number, divided by the sum of them all. */
export const LEAST_EXPONENT = -680;

const parameters = /* @__PURE__ */ new Float64Array(PARAMETERS);
const totals = /* @__PURE__ */ new Float64Array(3 * TOTAL);

/** Logits to e^(scale·lift·(number - shift))·factor; false where there is one that is too small to be normal, unless those become 0. */
export const exponentials: Transform = (backend, row, _start, count, slot) => {
  const { shift = 0, lift = 1, scale, factor = 1, isFlushed } = row;
  const target = backend.staging("f64", slot);
  for (let i = 0; i < count; i++) {
    const z = target[i];
    const x = lifted(z, shift, lift) * scale;
    target[i] = x;
    if (!(x < LEAST_EXPONENT) || z === Number.NEGATIVE_INFINITY) continue;
    if (!isFlushed) return false;
    target[i] = Number.NEGATIVE_INFINITY;
  }
  // totals and parameters stay as they are: the backend may be in the midst of a reduction
  backend.writeParameters(parameters);
  totals.set(backend.totals);
  const location = backend.stagingAt("f64", slot, count);
  const run = (kernel: Kernel, fields: Fields) => {
    backend.fields = fields;
    backend.callMapping(kernel, "f64", [location], location, count);
  };
  run(kernels.exponentials, NO_FIELDS);
  if (factor !== 1) run(kernels.scaled, { ...NO_FIELDS, factor });
  backend.readParameters(parameters);
  backend.totals.set(totals);
  return true;
};
