// divergencesOfLogits: KL both ways and JS of a pair of rows, in one pass once both sums Zp and Zq are known: OFFSET is such that
// v = (b - a + offset)·scale is ln(q/p), p = e^x and q = e^y·Zp/Zq (SECOND_FACTOR) having one sum.
//
//   total 0  Σ p·(e^v - 1 - v)      = Σ [q - p - p·v]:  Zp·KL(p‖q)
//   total 1  Σ q·(e^-v - 1 + v)     = Σ p·(v² - (1 - v)·(e^v - 1 - v)) = Σ [p - q + q·v]:  Zp·KL(q‖p)
//   total 2  Σ [p ln(p/m) + q ln(q/m)], m = (p + q)/2, as in jsDivergenceOfLogits.ts:  2·Zp·JS
//
// Every term is >= 0, and of second order in v where |v| <= 2. Where a block has a |v| > 2 its q comes from b itself: e^v would
// carry what rounding has done to a large v. UNUSUAL: a class is possible in one row alone, or a sum is not finite.

import { BLOCK, GROUP, SCRATCH, UNUSUAL, blockSize, sumOfGroup } from "./blocks";
import { excessNear, exponential, negligible } from "./exponential";
import { mixtureTerm, nearTerm } from "./jsDivergenceOfLogits";
import { addLanes, one, splat, subtractProduct, sumOfLanes, two } from "./lanes";
import {
  A_LEAST, A_SHIFT, B_SHIFT, OFFSET, SCALE, SECOND_FACTOR, addFinite, clampedExponents, field, fieldAs, impossible,
  logRatioOf, paddedLogits,
} from "./logits";

/** p of four vectors of a block to scratch, and v behind it; all ones in the lanes where |v| <= 2. */
// @ts-ignore: decorator
@inline
function prepareOne<T>(a: usize, b: usize, at: usize, state: usize): v128 {
  const z = v128.load(a);
  const scale = field<T>(state, SCALE);
  const v = v128.mul<T>(v128.add<T>(v128.sub<T>(v128.load(b), z), field<T>(state, OFFSET)), scale);
  const x = v128.mul<T>(v128.sub<T>(v128.pmax<T>(field<T>(state, A_LEAST), z), field<T>(state, A_SHIFT)), scale);
  v128.store(at, exponential<T>(x));
  v128.store(at, v, BLOCK);
  return v128.le<T>(v128.abs<T>(v), two<T>()); // not for NaN
}

/** p and v of a block; whether every |v| <= 2. */
function prepare<T>(a: usize, b: usize, size: usize, state: usize): bool {
  const scratch = state + SCRATCH;
  let areNear = i32x4.splat(-1);
  for (let i: usize = 0; i < size; i += GROUP) {
    const near0 = prepareOne<T>(a + i, b + i, scratch + i, state);
    const near1 = prepareOne<T>(a + i + 16, b + i + 16, scratch + i + 16, state);
    const near2 = prepareOne<T>(a + i + 32, b + i + 32, scratch + i + 32, state);
    const near3 = prepareOne<T>(a + i + 48, b + i + 48, scratch + i + 48, state);
    areNear = v128.and(areNear, v128.and(v128.and(near0, near1), v128.and(near2, near3)));
  }
  return i32x4.all_true(areNear);
}

/** v² - (1 - v)·(e^v - 1 - v), of which the latter is `excess`. */
// @ts-ignore: decorator
@inline
function reverseNear<T>(v: v128, excess: v128): v128 {
  return subtractProduct<T>(v128.mul<T>(v, v), v128.sub<T>(one<T>(), v), excess);
}

/** √(q/p) times what is in nearTerm. */
// @ts-ignore: decorator
@inline
function mixtureNear<T>(v: v128, excess: v128): v128 {
  return v128.mul<T>(v128.sqrt<T>(v128.add<T>(v128.add<T>(one<T>(), v), excess)), nearTerm<T>(v));
}

/** Adds the terms of a block from scratch; whether their sums are finite. */
function addUpNear<T>(size: usize, state: usize): bool {
  let forward = f64x2.splat(0);
  let reverse = f64x2.splat(0);
  let mixture = f64x2.splat(0);
  const end = state + SCRATCH + size;
  for (let at = state + SCRATCH; at < end; at += GROUP) {
    const p0 = v128.load(at);
    const p1 = v128.load(at, 16);
    const p2 = v128.load(at, 32);
    const p3 = v128.load(at, 48);
    const v0 = v128.load(at, BLOCK);
    const v1 = v128.load(at, BLOCK + 16);
    const v2 = v128.load(at, BLOCK + 32);
    const v3 = v128.load(at, BLOCK + 48);
    const s0 = excessNear<T>(v0);
    const s1 = excessNear<T>(v1);
    const s2 = excessNear<T>(v2);
    const s3 = excessNear<T>(v3);
    forward = addLanes<T>(
      forward,
      sumOfGroup<T>(v128.mul<T>(p0, s0), v128.mul<T>(p1, s1), v128.mul<T>(p2, s2), v128.mul<T>(p3, s3)),
    );
    reverse = addLanes<T>(
      reverse,
      sumOfGroup<T>(
        v128.mul<T>(p0, reverseNear<T>(v0, s0)),
        v128.mul<T>(p1, reverseNear<T>(v1, s1)),
        v128.mul<T>(p2, reverseNear<T>(v2, s2)),
        v128.mul<T>(p3, reverseNear<T>(v3, s3)),
      ),
    );
    mixture = addLanes<T>(
      mixture,
      sumOfGroup<T>(
        v128.mul<T>(p0, mixtureNear<T>(v0, s0)),
        v128.mul<T>(p1, mixtureNear<T>(v1, s1)),
        v128.mul<T>(p2, mixtureNear<T>(v2, s2)),
        v128.mul<T>(p3, mixtureNear<T>(v3, s3)),
      ),
    );
  }
  return addAll(state, forward, reverse, mixture);
}

// @ts-ignore: decorator
@inline
function addAll(state: usize, forward: v128, reverse: v128, mixture: v128): bool {
  const isFinite = addFinite(state, 0, sumOfLanes(forward)) && addFinite(state, 1, sumOfLanes(reverse));
  return isFinite && addFinite(state, 2, sumOfLanes(mixture));
}

/** Of any block: one vector's terms to `terms`, `terms + BLOCK`, and returned. */
// @ts-ignore: decorator
@inline
function farTerms<T>(a: usize, b: usize, at: usize, bLeast: v128, state: usize): v128 {
  const scale = field<T>(state, SCALE);
  const offset = field<T>(state, OFFSET);
  const x = v128.load(a);
  const y = v128.load(b);
  const p = v128.load(at);
  const q = v128.mul<T>(
    exponential<T>(clampedExponents<T>(y, field<T>(state, B_SHIFT), scale)),
    field<T>(state, SECOND_FACTOR),
  );
  const v = logRatioOf<T>(x, y, field<T>(state, A_LEAST), offset, scale);
  const w = logRatioOf<T>(y, x, bLeast, v128.neg<T>(offset), scale);
  const isNear = v128.le<T>(v128.abs<T>(v), two<T>());
  const excess = excessNear<T>(v128.pmin<T>(two<T>(), v128.pmax<T>(v128.neg<T>(two<T>()), v)));
  const forward = v128.sub<T>(v128.sub<T>(q, p), v128.mul<T>(p, v));
  const reverse = v128.sub<T>(v128.sub<T>(p, q), v128.mul<T>(q, w));
  v128.store(at, v128.bitselect(v128.mul<T>(p, excess), forward, isNear));
  v128.store(at, v128.bitselect(v128.mul<T>(p, reverseNear<T>(v, excess)), reverse, isNear), BLOCK);
  return mixtureTerm<T>(p, q, v);
}

/** Whether a class is possible in one row alone. */
function isOneSided<T>(a: usize, b: usize, size: usize): bool {
  let differ = i32x4.splat(0);
  for (let i: usize = 0; i < size; i += 16) {
    const inA = v128.eq<T>(v128.load(a + i), impossible<T>());
    differ = v128.or(differ, v128.xor(inA, v128.eq<T>(v128.load(b + i), impossible<T>())));
  }
  return v128.any_true(differ);
}

function addUpAny<T>(a: usize, b: usize, size: usize, state: usize): bool {
  if (isOneSided<T>(a, b, size)) return false;
  const bLeast = splat<T>(fieldAs<f64>(state, B_SHIFT) + negligibleOf<T>() / fieldAs<f64>(state, SCALE));
  let forward = f64x2.splat(0);
  let reverse = f64x2.splat(0);
  let mixture = f64x2.splat(0);
  const scratch = state + SCRATCH;
  for (let i: usize = 0; i < size; i += GROUP) {
    const at = scratch + i;
    const m0 = farTerms<T>(a + i, b + i, at, bLeast, state);
    const m1 = farTerms<T>(a + i + 16, b + i + 16, at + 16, bLeast, state);
    const m2 = farTerms<T>(a + i + 32, b + i + 32, at + 32, bLeast, state);
    const m3 = farTerms<T>(a + i + 48, b + i + 48, at + 48, bLeast, state);
    mixture = addLanes<T>(mixture, sumOfGroup<T>(m0, m1, m2, m3));
    forward = addLanes<T>(
      forward,
      sumOfGroup<T>(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48)),
    );
    reverse = addLanes<T>(
      reverse,
      sumOfGroup<T>(
        v128.load(at, BLOCK), v128.load(at, BLOCK + 16), v128.load(at, BLOCK + 32), v128.load(at, BLOCK + 48),
      ),
    );
  }
  return addAll(state, forward, reverse, mixture);
}

// @ts-ignore: decorator
@inline
function negligibleOf<T>(): f64 {
  return sizeof<T>() == 4 ? -64 : -256;
}

// @ts-ignore: decorator
@inline
function divergencesOfLogits<T>(a: usize, b: usize, length: usize, state: usize): i32 {
  const end = a + length * sizeof<T>();
  for (; a < end; a += BLOCK, b += BLOCK) {
    const left = end - a;
    const size = blockSize(a, end);
    const p = paddedLogits<T>(a, left, size, state, 0);
    const q = paddedLogits<T>(b, left, size, state, 1);
    const isNear = prepare<T>(p, q, size, state);
    if (!(isNear ? addUpNear<T>(size, state) : addUpAny<T>(p, q, size, state))) return UNUSUAL;
  }
  return 0;
}

export function divergencesOfLogits_f32(a: usize, b: usize, length: usize, state: usize): i32 {
  return divergencesOfLogits<f32>(a, b, length, state);
}

export function divergencesOfLogits_f64(a: usize, b: usize, length: usize, state: usize): i32 {
  return divergencesOfLogits<f64>(a, b, length, state);
}
