// The types of numbers that rows are stored in, little-endian.

import type { ElementType, RowBatch } from "./source.js";

export type { ElementType };

export const ELEMENT_BYTES: Record<ElementType, number> = { f16: 2, bf16: 2, f32: 4, f64: 8 };

export const ELEMENT_TYPES = Object.keys(ELEMENT_BYTES) as ElementType[];

/** `bytes` (at a multiple of 8) as numbers of a type. */
export function viewOf(type: ElementType, { buffer, byteOffset, length }: Uint8Array): RowBatch {
  if (type === "f32") return { data: new Float32Array(buffer, byteOffset, length / 4) };
  if (type === "f64") return { data: new Float64Array(buffer, byteOffset, length / 8) };
  return { data: new Uint16Array(buffer, byteOffset, length / 2), format: type };
}
