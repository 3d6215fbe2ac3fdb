// The twin of assembly/klDivergenceOfLogits.ts.

import { excessNear_f32, excessNear_f64 } from "../../numbers/exponential.js";
import { addTotal, BLOCK_F32, BLOCK_F64, type State, sumOfTerms_f32, sumOfTerms_f64, UNUSUAL } from "./blocks.js";
import { excesses_f32, excesses_f64, exponentials_f32, exponentials_f64 } from "./exponentials.js";
import {
  addFinite,
  differences_f32,
  differences_f64,
  exponents_f32,
  exponents_f64,
  FAR,
  INFINITE,
  logitBlocks_f32,
  logitBlocks_f64,
  logRatios_f32,
  logRatios_f64,
  NEAR,
  powers_f32,
  powers_f64,
  preparePair_f32,
  preparePair_f64,
  products_f32,
  products_f64,
} from "./logits.js";

export function klDivergenceOfLogits_f32(a: Float32Array, b: Float32Array, state: State): number {
  const [aBlocks, bBlocks] = logitBlocks_f32(a, b);
  let flags = 0;
  for (let start = 0; start < a.length; start += BLOCK_F32) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    const kind = preparePair_f32(aBlocks, bBlocks, size, state);
    if (kind & INFINITE) return UNUSUAL;
    exponentials_f32(exponents_f32, powers_f32, size);
    addTotal(state, 1, sumOfTerms_f32(powers_f32, size));
    if (kind & NEAR) for (let i = 0; i < size; i++) products_f32[i] = excessNear_f32(logRatios_f32[i]);
    else excesses_f32(logRatios_f32, products_f32, size);
    for (let i = 0; i < size; i++) {
      differences_f32[i] = powers_f32[i] * logRatios_f32[i];
      products_f32[i] = powers_f32[i] * products_f32[i];
    }
    addTotal(state, 2, sumOfTerms_f32(differences_f32, size));
    if (!addFinite(state, 0, sumOfTerms_f32(products_f32, size))) return UNUSUAL;
    flags |= kind & FAR;
  }
  return flags;
}

export function klDivergenceOfLogits_f64(a: Float64Array, b: Float64Array, state: State): number {
  const [aBlocks, bBlocks] = logitBlocks_f64(a, b);
  let flags = 0;
  for (let start = 0; start < a.length; start += BLOCK_F64) {
    const size = aBlocks.seek(start);
    bBlocks.seek(start);
    const kind = preparePair_f64(aBlocks, bBlocks, size, state);
    if (kind & INFINITE) return UNUSUAL;
    exponentials_f64(exponents_f64, powers_f64, size);
    addTotal(state, 1, sumOfTerms_f64(powers_f64, size));
    if (kind & NEAR) for (let i = 0; i < size; i++) products_f64[i] = excessNear_f64(logRatios_f64[i]);
    else excesses_f64(logRatios_f64, products_f64, size);
    for (let i = 0; i < size; i++) {
      differences_f64[i] = powers_f64[i] * logRatios_f64[i];
      products_f64[i] = powers_f64[i] * products_f64[i];
    }
    addTotal(state, 2, sumOfTerms_f64(differences_f64, size));
    if (!addFinite(state, 0, sumOfTerms_f64(products_f64, size))) return UNUSUAL;
    flags |= kind & FAR;
  }
  return flags;
}
