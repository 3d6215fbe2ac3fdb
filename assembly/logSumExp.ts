// maximum: the largest logit (total 0), before everything else. UNUSUAL: one is NaN or +Infinity.
// logSumExp: Z = Σ e^x (total 1); ln Σ e^z = shift·scale + ln Z.
// exponentials: out = e^x, down to subnormal numbers and 0, and Z: the first pass of softmax.

import {
  BLOCK, GROUP, UNUSUAL, addTotal, blockSize, isEmpty, paddingOf, setTotal, sumOfGroup,
} from "./blocks";
import { exponential, exponentialToZero, negligible } from "./exponential";
import { addLanes, splat, sumOfLanes } from "./lanes";
import { A_SHIFT, SCALE, exponents, field, impossible, paddedLogits, reduceLogits } from "./logits";

// @ts-ignore: decorator
@inline
function larger(a: f64, b: f64): f64 {
  return a < b ? b : a;
}

// @ts-ignore: decorator
@inline
function maximum<T>(z: usize, length: usize, state: usize): i32 {
  const end = z + length * sizeof<T>();
  let most = impossible<T>();
  let unordered = i32x4.splat(0);
  for (; z < end; z += BLOCK) {
    const size = blockSize(z, end);
    const block = paddedLogits<T>(z, end - z, size, state, 0);
    for (let at = block; at < block + size; at += GROUP) {
      const z0 = v128.load(at);
      const z1 = v128.load(at, 16);
      const z2 = v128.load(at, 32);
      const z3 = v128.load(at, 48);
      most = v128.pmax<T>(most, v128.pmax<T>(v128.pmax<T>(z0, z1), v128.pmax<T>(z2, z3)));
      const first = v128.or(v128.ne<T>(z0, z0), v128.ne<T>(z1, z1));
      unordered = v128.or(unordered, v128.or(first, v128.or(v128.ne<T>(z2, z2), v128.ne<T>(z3, z3))));
    }
  }
  if (v128.any_true(unordered)) return UNUSUAL;
  // of a row in parts, the largest so far
  let result: f64 = isEmpty(state, 0) ? -Infinity : load<f64>(state);
  if (sizeof<T>() == 4) {
    result = larger(result, larger(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)));
    result = larger(result, larger(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)));
  } else {
    result = larger(result, larger(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
  }
  setTotal(state, 0, result);
  return result == Infinity ? UNUSUAL : 0;
}

export function maximum_f32(z: usize, length: usize, state: usize): i32 {
  return maximum<f32>(z, length, state);
}

export function maximum_f64(z: usize, length: usize, state: usize): i32 {
  return maximum<f64>(z, length, state);
}

// @ts-ignore: decorator
@final @unmanaged class LogSumExp {
  // @ts-ignore: decorator
  @inline
  hasTerm(): bool {
    return false;
  }

  // @ts-ignore: decorator
  @inline
  term(e: v128, x: v128): v128 {
    return e;
  }
}

export function logSumExp_f32(z: usize, length: usize, state: usize): i32 {
  return reduceLogits<f32, LogSumExp>(z, length, state);
}

export function logSumExp_f64(z: usize, length: usize, state: usize): i32 {
  return reduceLogits<f64, LogSumExp>(z, length, state);
}

// @ts-ignore: decorator
@inline
function exponentialsOf<T>(x: v128, areNormal: bool): v128 {
  return areNormal ? exponential<T>(x) : exponentialToZero<T>(x);
}

/** e^x of a block to `target`; adds its sum. */
// @ts-ignore: decorator
@inline
function exponentialBlock<T>(block: usize, size: usize, state: usize, target: usize, areNormal: bool): void {
  const shift = field<T>(state, A_SHIFT);
  const scale = field<T>(state, SCALE);
  let sums = f64x2.splat(0);
  for (let i: usize = 0; i < size; i += GROUP) {
    const e0 = exponentialsOf<T>(exponents<T>(v128.load(block + i), shift, scale), areNormal);
    const e1 = exponentialsOf<T>(exponents<T>(v128.load(block + i, 16), shift, scale), areNormal);
    const e2 = exponentialsOf<T>(exponents<T>(v128.load(block + i, 32), shift, scale), areNormal);
    const e3 = exponentialsOf<T>(exponents<T>(v128.load(block + i, 48), shift, scale), areNormal);
    v128.store(target + i, e0);
    v128.store(target + i, e1, 16);
    v128.store(target + i, e2, 32);
    v128.store(target + i, e3, 48);
    sums = addLanes<T>(sums, sumOfGroup<T>(e0, e1, e2, e3));
  }
  addTotal(state, 1, sumOfLanes(sums));
}

function normalBlock<T>(block: usize, size: usize, state: usize, target: usize): void {
  exponentialBlock<T>(block, size, state, target, true);
}

function anyBlock<T>(block: usize, size: usize, state: usize, target: usize): void {
  exponentialBlock<T>(block, size, state, target, false);
}

/** Whether every e^x of a block is a normal number: then it takes two thirds of the time. */
function hasNormalsOnly<T>(block: usize, size: usize, state: usize): bool {
  let least = v128.load(block);
  for (let at = block; at < block + size; at += GROUP) {
    const first = v128.pmin<T>(v128.load(at), v128.load(at, 16));
    const second = v128.pmin<T>(v128.load(at, 32), v128.load(at, 48));
    least = v128.pmin<T>(least, v128.pmin<T>(first, second));
  }
  const x = v128.mul<T>(v128.sub<T>(least, field<T>(state, A_SHIFT)), field<T>(state, SCALE));
  return !v128.any_true(v128.lt<T>(x, negligible<T>()));
}

// @ts-ignore: decorator
@inline
function exponentials<T>(z: usize, length: usize, state: usize, out: usize): i32 {
  const end = z + length * sizeof<T>();
  for (; z < end; z += BLOCK, out += BLOCK) {
    const left = end - z;
    const size = blockSize(z, end);
    const block = paddedLogits<T>(z, left, size, state, 0);
    const target = left >= size ? out : paddingOf(state, 1);
    if (hasNormalsOnly<T>(block, size, state)) normalBlock<T>(block, size, state, target);
    else anyBlock<T>(block, size, state, target);
    if (target != out) memory.copy(out, target, left);
  }
  return 0;
}

export function exponentials_f32(z: usize, length: usize, state: usize, out: usize): i32 {
  return exponentials<f32>(z, length, state, out);
}

export function exponentials_f64(z: usize, length: usize, state: usize, out: usize): i32 {
  return exponentials<f64>(z, length, state, out);
}
