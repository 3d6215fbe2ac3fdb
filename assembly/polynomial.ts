// Polynomials on lanes. Their coefficients lie in memory, as f32 and as f64: V8 builds a v128 literal anew on every turn of a
// loop, but hoists these loads.

import { multiplyAdd } from "./lanes";

// @ts-ignore: decorator
@inline
export function coefficient<T>(table32: usize, table64: usize, index: usize): v128 {
  return sizeof<T>() == 4 ? v128.load_splat<f32>(table32 + (index << 2)) : v128.load_splat<f64>(table64 + (index << 3));
}

/** Coefficient + next coefficient·x. */
// @ts-ignore: decorator
@inline
export function pair<T>(table32: usize, table64: usize, index: usize, x: v128): v128 {
  return multiplyAdd<T>(coefficient<T>(table32, table64, index + 1), x, coefficient<T>(table32, table64, index));
}

/**
 * high·x² + b·x + a. In pairs (Estrin) the chain of dependent operations is half of Horner's. Fused, Horner's has fewer
 * operations and fewer values at a time: up to a sixth faster (measured).
 */
// @ts-ignore: decorator
@inline
export function extended<T>(high: v128, x: v128, xx: v128, b: v128, a: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return multiplyAdd<T>(multiplyAdd<T>(high, x, b), x, a);
  return multiplyAdd<T>(high, xx, multiplyAdd<T>(b, x, a));
}

/** high·x² + next coefficient·x + coefficient. */
// @ts-ignore: decorator
@inline
export function withPair<T>(high: v128, x: v128, xx: v128, table32: usize, table64: usize, index: usize): v128 {
  return extended<T>(high, x, xx, coefficient<T>(table32, table64, index + 1), coefficient<T>(table32, table64, index));
}
