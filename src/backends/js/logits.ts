// The twin of assembly/logits.ts: a family goes through each block in a few loops, from one row of scratch to the next.

import { NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import { addTotal, BLOCK_F32, BLOCK_F64, Blocks_f32, Blocks_f64, type State } from "./blocks.js";

const round = Math.fround;

/** What a block of a pair is: every |v| <= 2; KL is infinite; some v > 6 (f32) or 64 (f64). */
export const NEAR = 1;
export const INFINITE = 2;
export const FAR = 4;

const scratch_f32 = () => new Float32Array(BLOCK_F32);
const scratch_f64 = () => new Float64Array(BLOCK_F64);

/** x of a block, ln(q/p) or nearly, e^x, and what a family makes of them. */
export const exponents_f32 = /* @__PURE__ */ scratch_f32();
export const logRatios_f32 = /* @__PURE__ */ scratch_f32();
export const powers_f32 = /* @__PURE__ */ scratch_f32();
export const products_f32 = /* @__PURE__ */ scratch_f32();
export const differences_f32 = /* @__PURE__ */ scratch_f32();

/** x of a row's block; whether none is less than `negligible`. */
export function toExponents_f32(z: Float32Array, from: number, size: number, shift: number, scale: number): boolean {
  let least = 0;
  if (scale === 1) {
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = round(z[j] - shift);
      exponents_f32[i] = x;
      if (x < least) least = x;
    }
  } else {
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = round(round(z[j] - shift) * scale);
      exponents_f32[i] = x;
      if (x < least) least = x;
    }
  }
  return least >= NEGLIGIBLE_F32;
}

/** The exponents that are less than `negligible` become so. */
export function clampExponents_f32(size: number): void {
  for (let i = 0; i < size; i++) if (exponents_f32[i] < NEGLIGIBLE_F32) exponents_f32[i] = NEGLIGIBLE_F32;
}

/** x of a row's block, no less than `negligible`. */
export function toClampedExponents_f32(
  z: Float32Array,
  from: number,
  size: number,
  shift: number,
  scale: number,
): void {
  if (!toExponents_f32(z, from, size, shift, scale)) clampExponents_f32(size);
}

/** v of one class. A class below `least` counts as one at it, and as no less likely in b. */
export function logRatioOf_f32(x: number, y: number, least: number, offset: number, scale: number): number {
  if (!(x < least)) return round(round(round(y - x) + offset) * scale);
  const v = round(round(round(y - least) + offset) * scale);
  return 0 < v ? v : 0;
}

/** x and v of a block, and what it is: NEAR, INFINITE, FAR. */
export function preparePair_f32(a: Blocks_f32, b: Blocks_f32, size: number, { fields }: State): number {
  const { values: p, from } = a;
  const { values: q } = b;
  const shift = round(fields.aShift);
  const scale = round(fields.scale);
  const least = round(fields.aLeast);
  const offset = round(fields.offset);
  let kind = NEAR;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    const v = logRatioOf_f32(x, y, least, offset, scale);
    exponents_f32[i] = round((x < least ? least : x) - shift) * scale;
    logRatios_f32[i] = v;
    if (!(v <= 2 && v >= -2)) kind &= ~NEAR;
    if (v > 6) kind |= FAR;
    if (y === Number.NEGATIVE_INFINITY && x !== y) kind |= INFINITE;
  }
  return kind;
}

/** Two rows of logits, block by block. */
export function logitBlocks_f32(a: Float32Array, b: Float32Array): [Blocks_f32, Blocks_f32] {
  return [new Blocks_f32(a, 0, Number.NEGATIVE_INFINITY), new Blocks_f32(b, 1, Number.NEGATIVE_INFINITY)];
}

/** x of a block, ln(q/p) or nearly, e^x, and what a family makes of them. */
export const exponents_f64 = /* @__PURE__ */ scratch_f64();
export const logRatios_f64 = /* @__PURE__ */ scratch_f64();
export const powers_f64 = /* @__PURE__ */ scratch_f64();
export const products_f64 = /* @__PURE__ */ scratch_f64();
export const differences_f64 = /* @__PURE__ */ scratch_f64();

/** x of a row's block; whether none is less than `negligible`. */
export function toExponents_f64(z: Float64Array, from: number, size: number, shift: number, scale: number): boolean {
  let least = 0;
  if (scale === 1) {
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = z[j] - shift;
      exponents_f64[i] = x;
      if (x < least) least = x;
    }
  } else {
    for (let i = 0, j = from; i < size; i++, j++) {
      const x = (z[j] - shift) * scale;
      exponents_f64[i] = x;
      if (x < least) least = x;
    }
  }
  return least >= NEGLIGIBLE_F64;
}

/** The exponents that are less than `negligible` become so. */
export function clampExponents_f64(size: number): void {
  for (let i = 0; i < size; i++) if (exponents_f64[i] < NEGLIGIBLE_F64) exponents_f64[i] = NEGLIGIBLE_F64;
}

/** x of a row's block, no less than `negligible`. */
export function toClampedExponents_f64(
  z: Float64Array,
  from: number,
  size: number,
  shift: number,
  scale: number,
): void {
  if (!toExponents_f64(z, from, size, shift, scale)) clampExponents_f64(size);
}

/** v of one class. A class below `least` counts as one at it, and as no less likely in b. */
export function logRatioOf_f64(x: number, y: number, least: number, offset: number, scale: number): number {
  if (!(x < least)) return (y - x + offset) * scale;
  const v = (y - least + offset) * scale;
  return 0 < v ? v : 0;
}

/** x and v of a block, and what it is: NEAR, INFINITE, FAR. */
export function preparePair_f64(a: Blocks_f64, b: Blocks_f64, size: number, { fields }: State): number {
  const { values: p, from } = a;
  const { values: q } = b;
  const shift = fields.aShift;
  const scale = fields.scale;
  const least = fields.aLeast;
  const offset = fields.offset;
  let kind = NEAR;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const y = q[j];
    const v = logRatioOf_f64(x, y, least, offset, scale);
    exponents_f64[i] = ((x < least ? least : x) - shift) * scale;
    logRatios_f64[i] = v;
    if (!(v <= 2 && v >= -2)) kind &= ~NEAR;
    if (v > 64) kind |= FAR;
    if (y === Number.NEGATIVE_INFINITY && x !== y) kind |= INFINITE;
  }
  return kind;
}

/** Two rows of logits, block by block. */
export function logitBlocks_f64(a: Float64Array, b: Float64Array): [Blocks_f64, Blocks_f64] {
  return [new Blocks_f64(a, 0, Number.NEGATIVE_INFINITY), new Blocks_f64(b, 1, Number.NEGATIVE_INFINITY)];
}

/** Adds x to total `index`; whether it is finite. */
export function addFinite(state: State, index: number, x: number): boolean {
  addTotal(state, index, x);
  return x - x === 0;
}
