// The kernels that only comparisons call: the k largest numbers of a row, and f32 of 16-bit floats.

import { isFloat32 } from "../backends/arrays.js";
import type { Backend, FloatArray } from "../backends/backend.js";
import { FORMATS } from "../backends/halves.js";
import type { HalfFormat } from "../backends/kernel.js";
import * as kernels from "../backends/kernels.js";
import { LARGEST } from "../backends/layout.js";
import { SimdBackend } from "../backends/simd.js";

/** The indices of the largest numbers, that of the largest first, to `indices`: MOST_LARGEST at most. */
export function findLargest(
  backend: Backend,
  source: FloatArray,
  start: number,
  length: number,
  indices: Int32Array,
): void {
  const precision = isFloat32(source) ? "f32" : "f64";
  if (!(backend instanceof SimdBackend && backend.holds(source))) {
    kernels.largest[precision](source, start, length, indices);
    return;
  }
  const { state } = backend.region;
  backend.loopsOf(kernels.largest)[precision](backend.at(source, start), length, state, indices.length);
  indices.set(new Int32Array(source.buffer, state + LARGEST, indices.length));
}

/** Makes f32 of 16-bit floats, exactly. Both must lie in the memory of the backend. */
export function widen(backend: Backend, format: HalfFormat, from: Uint16Array, out: Float32Array): void {
  const kernel = kernels.widenHalves;
  const index = FORMATS.indexOf(format);
  if (!(backend instanceof SimdBackend)) kernel.f32(from, out, index);
  else backend.loopsOf(kernel).f32(from.byteOffset, from.length, backend.region.state, out.byteOffset, index);
}
