// The twin of assembly/divergencesOfLogits.ts.

import { excessNear_f32, excessNear_f64, NEGLIGIBLE_F32, NEGLIGIBLE_F64 } from "../../numbers/exponential.js";
import {
  BLOCK_F32,
  BLOCK_F64,
  type Blocks_f32,
  type Blocks_f64,
  type State,
  sumOfTerms_f32,
  sumOfTerms_f64,
  UNUSUAL,
} from "./blocks.js";
import { exponentials_f32, exponentials_f64 } from "./exponentials.js";
import { mixtureTerm_f32, mixtureTerm_f64, nearTerm_f32, nearTerm_f64 } from "./jsDivergenceOfLogits.js";
import {
  addFinite,
  differences_f32,
  differences_f64,
  exponents_f32,
  exponents_f64,
  logitBlocks_f32,
  logitBlocks_f64,
  logRatioOf_f32,
  logRatioOf_f64,
  logRatios_f32,
  logRatios_f64,
  powers_f32,
  powers_f64,
  products_f32,
  products_f64,
  toClampedExponents_f32,
  toClampedExponents_f64,
} from "./logits.js";

const round = Math.fround;

const IMPOSSIBLE = Number.NEGATIVE_INFINITY;

/** x and v of a block; whether every |v| <= 2. */
function prepare_f32(a: Blocks_f32, b: Blocks_f32, size: number, { fields }: State): boolean {
  const { values: p, from } = a;
  const { values: q } = b;
  const shift = round(fields.aShift);
  const scale = round(fields.scale);
  const least = round(fields.aLeast);
  const offset = round(fields.offset);
  let areNear = true;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const v = round(round(round(q[j] - x) + offset) * scale);
    exponents_f32[i] = round((least < x ? x : least) - shift) * scale;
    logRatios_f32[i] = v;
    if (!(v <= 2 && v >= -2)) areNear = false;
  }
  return areNear;
}

/** v² - (1 - v)·(e^v - 1 - v), of which the latter is `excess`. */
function reverseNear_f32(v: number, excess: number): number {
  return round(round(v * v) - round(round(1 - v) * excess));
}

/** The terms of a block to `products`, `differences` and `exponents`. */
function nearTerms_f32(size: number): void {
  for (let i = 0; i < size; i++) {
    const p = powers_f32[i];
    const v = logRatios_f32[i];
    const excess = excessNear_f32(v);
    products_f32[i] = p * excess;
    differences_f32[i] = p * reverseNear_f32(v, excess);
    exponents_f32[i] = p * round(round(Math.sqrt(round(round(1 + v) + excess))) * nearTerm_f32(v));
  }
}

/** The same of any block. */
function anyTerms_f32(a: Blocks_f32, b: Blocks_f32, size: number, { fields }: State): void {
  const { values: aValues, from } = a;
  const { values: bValues, from: bFrom } = b;
  const scale = round(fields.scale);
  const offset = round(fields.offset);
  const aLeast = round(fields.aLeast);
  const bLeast = round(fields.bShift + NEGLIGIBLE_F32 / fields.scale);
  const secondFactor = round(fields.secondFactor);
  toClampedExponents_f32(bValues, bFrom, size, round(fields.bShift), scale);
  exponentials_f32(exponents_f32, differences_f32, size);
  for (let i = 0; i < size; i++) {
    const x = aValues[from + i];
    const y = bValues[bFrom + i];
    const p = powers_f32[i];
    const q = round(differences_f32[i] * secondFactor);
    const v = logRatioOf_f32(x, y, aLeast, offset, scale);
    if (v <= 2 && v >= -2) {
      const excess = excessNear_f32(v);
      products_f32[i] = p * excess;
      differences_f32[i] = p * reverseNear_f32(v, excess);
    } else {
      const w = logRatioOf_f32(y, x, bLeast, -offset, scale);
      products_f32[i] = round(q - p) - round(p * v);
      differences_f32[i] = round(p - q) - round(q * w);
    }
    exponents_f32[i] = mixtureTerm_f32(p, q, v);
  }
}

/** Whether a class is possible in one row alone. */
function isOneSided_f32(a: Blocks_f32, b: Blocks_f32, size: number): boolean {
  for (let i = 0; i < size; i++) {
    if ((a.values[a.from + i] === IMPOSSIBLE) !== (b.values[b.from + i] === IMPOSSIBLE)) return true;
  }
  return false;
}

export function divergencesOfLogits_f32(a: Float32Array, b: Float32Array, state: State): number {
  const [aBlocks, bBlocks] = logitBlocks_f32(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F32) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    const isNear = prepare_f32(aBlocks, bBlocks, size, state);
    exponentials_f32(exponents_f32, powers_f32, size);
    if (isNear) nearTerms_f32(size);
    else if (isOneSided_f32(aBlocks, bBlocks, size)) return UNUSUAL;
    else anyTerms_f32(aBlocks, bBlocks, size, state);
    if (!addFinite(state, 0, sumOfTerms_f32(products_f32, size))) return UNUSUAL;
    if (!addFinite(state, 1, sumOfTerms_f32(differences_f32, size))) return UNUSUAL;
    if (!addFinite(state, 2, sumOfTerms_f32(exponents_f32, size))) return UNUSUAL;
  }
  return 0;
}

/** x and v of a block; whether every |v| <= 2. */
function prepare_f64(a: Blocks_f64, b: Blocks_f64, size: number, { fields }: State): boolean {
  const { values: p, from } = a;
  const { values: q } = b;
  const shift = fields.aShift;
  const scale = fields.scale;
  const least = fields.aLeast;
  const offset = fields.offset;
  let areNear = true;
  for (let i = 0, j = from; i < size; i++, j++) {
    const x = p[j];
    const v = (q[j] - x + offset) * scale;
    exponents_f64[i] = ((least < x ? x : least) - shift) * scale;
    logRatios_f64[i] = v;
    if (!(v <= 2 && v >= -2)) areNear = false;
  }
  return areNear;
}

/** v² - (1 - v)·(e^v - 1 - v), of which the latter is `excess`. */
function reverseNear_f64(v: number, excess: number): number {
  return v * v - (1 - v) * excess;
}

/** The terms of a block to `products`, `differences` and `exponents`. */
function nearTerms_f64(size: number): void {
  for (let i = 0; i < size; i++) {
    const p = powers_f64[i];
    const v = logRatios_f64[i];
    const excess = excessNear_f64(v);
    products_f64[i] = p * excess;
    differences_f64[i] = p * reverseNear_f64(v, excess);
    exponents_f64[i] = p * (Math.sqrt(1 + v + excess) * nearTerm_f64(v));
  }
}

/** The same of any block. */
function anyTerms_f64(a: Blocks_f64, b: Blocks_f64, size: number, { fields }: State): void {
  const { values: aValues, from } = a;
  const { values: bValues, from: bFrom } = b;
  const scale = fields.scale;
  const offset = fields.offset;
  const aLeast = fields.aLeast;
  const bLeast = fields.bShift + NEGLIGIBLE_F64 / fields.scale;
  const secondFactor = fields.secondFactor;
  toClampedExponents_f64(bValues, bFrom, size, fields.bShift, scale);
  exponentials_f64(exponents_f64, differences_f64, size);
  for (let i = 0; i < size; i++) {
    const x = aValues[from + i];
    const y = bValues[bFrom + i];
    const p = powers_f64[i];
    const q = differences_f64[i] * secondFactor;
    const v = logRatioOf_f64(x, y, aLeast, offset, scale);
    if (v <= 2 && v >= -2) {
      const excess = excessNear_f64(v);
      products_f64[i] = p * excess;
      differences_f64[i] = p * reverseNear_f64(v, excess);
    } else {
      const w = logRatioOf_f64(y, x, bLeast, -offset, scale);
      products_f64[i] = q - p - p * v;
      differences_f64[i] = p - q - q * w;
    }
    exponents_f64[i] = mixtureTerm_f64(p, q, v);
  }
}

/** Whether a class is possible in one row alone. */
function isOneSided_f64(a: Blocks_f64, b: Blocks_f64, size: number): boolean {
  for (let i = 0; i < size; i++) {
    if ((a.values[a.from + i] === IMPOSSIBLE) !== (b.values[b.from + i] === IMPOSSIBLE)) return true;
  }
  return false;
}

export function divergencesOfLogits_f64(a: Float64Array, b: Float64Array, state: State): number {
  const [aBlocks, bBlocks] = logitBlocks_f64(a, b);
  for (let start = 0; start < a.length; start += BLOCK_F64) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    const isNear = prepare_f64(aBlocks, bBlocks, size, state);
    exponentials_f64(exponents_f64, powers_f64, size);
    if (isNear) nearTerms_f64(size);
    else if (isOneSided_f64(aBlocks, bBlocks, size)) return UNUSUAL;
    else anyTerms_f64(aBlocks, bBlocks, size, state);
    if (!addFinite(state, 0, sumOfTerms_f64(products_f64, size))) return UNUSUAL;
    if (!addFinite(state, 1, sumOfTerms_f64(differences_f64, size))) return UNUSUAL;
    if (!addFinite(state, 2, sumOfTerms_f64(exponents_f64, size))) return UNUSUAL;
  }
  return 0;
}
