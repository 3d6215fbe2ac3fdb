// logRatio: out = ln(p/q), elementwise, within 2 ulp. Lanes with a number that is not normal (0 among them) hold anything;
// UNUSUAL tells of them, and src/measures/row/logRatio.ts sets them right.

import { BLOCK, LIMIT, UNUSUAL, blockSize, copyTo, padded, paddingOf } from "./blocks";
import { exponentGap, exponentOf, gapToNumber, one, scaleByGap, smallestNormal, splat } from "./lanes";
import { logOfParts, logOfRatio } from "./logarithm";

/** The sign, the exponent and the upper half of the 24 digits of an f32. */
const UPPER_F32 = memory.data<u32>([0xfffff000], 16);

/** The upper digits: 12 of f32, cut off, or 24 of f64, rounded. Products of two such numbers are exact. */
// @ts-ignore: decorator
@inline
function upper<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return v128.and(x, v128.load_splat<u32>(UPPER_F32));
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(x));
}

/** Within 3.5 ulp: s = (p - q')/(p + q') is rounded twice. */
// @ts-ignore: decorator
@inline
export function logRatioLanes<T>(p: v128, q: v128): v128 {
  const gap = exponentGap<T>(p, q);
  const shiftedQ = scaleByGap(q, gap);
  const sum = v128.pmax<T>(v128.add<T>(p, shiftedQ), smallestNormal<T>());
  return logOfRatio<T>(v128.div<T>(v128.sub<T>(p, shiftedQ), sum), gapToNumber<T>(gap));
}

/**
 * Within 2 ulp: s in two parts, its upper digits and the rest. With u half an ulp of 1, the part of the result that is not 2·upper(s)
 * or e·ln 2 is at most 0.027 of it at e = 0, and is wrong by at most 13u of itself besides the error of A(z) (logarithm.ts), which is
 * largest at z = 1/9: there that is 0.34u + 1.07u (f64), the last addition 0.5u, and an ulp of ln 2 is u. Nearer to 1 both fall
 * faster than an ulp; at e != 0, where the last addition is of e·ln 2, what it is added to has been rounded to half an ulp of 0.31.
 */
// @ts-ignore: decorator
@inline
function preciseLogRatio<T>(p: v128, q: v128): v128 {
  const gap = exponentGap<T>(p, q);
  const exponent = exponentOf<T>(p);
  // near 1, so that no product is subnormal
  const x = v128.sub<i32>(p, exponent);
  const y = scaleByGap(q, v128.sub<i32>(gap, exponent));
  const d = v128.sub<T>(x, y);
  const sum = v128.add<T>(x, y);
  const reciprocal = v128.div<T>(one<T>(), sum);
  const s = v128.mul<T>(d, reciprocal);
  const high = upper<T>(s);
  const sumHigh = upper<T>(sum);
  // exact, from the larger one on
  const sumLow = v128.add<T>(v128.sub<T>(v128.pmax<T>(x, y), sumHigh), v128.pmin<T>(x, y));
  const rest = v128.sub<T>(v128.sub<T>(d, v128.mul<T>(high, sumHigh)), v128.mul<T>(high, sumLow));
  return logOfParts<T>(s, high, v128.mul<T>(rest, reciprocal), gapToNumber<T>(gap));
}

// @ts-ignore: decorator
@inline
function logRatio<T>(p: usize, q: usize, length: usize, state: usize, out: usize): i32 {
  const tiny = smallestNormal<T>();
  const limit = splat<T>(LIMIT);
  const end = p + length * sizeof<T>();
  let usual = i32x4.splat(-1);
  for (; p < end; p += BLOCK, q += BLOCK, out += BLOCK) {
    const left = end - p;
    const size = blockSize(p, end);
    const pBlock = padded(p, left, size, state, 0);
    const qBlock = padded(q, left, size, state, 1);
    const target = left >= size ? out : paddingOf(state, 2);
    for (let i: usize = 0; i < size; i += 16) {
      const x = v128.load(pBlock + i);
      const y = v128.load(qBlock + i);
      const normal = v128.and(v128.ge<T>(v128.pmin<T>(x, y), tiny), v128.le<T>(v128.pmax<T>(x, y), limit));
      usual = v128.and(usual, v128.and(normal, v128.eq<T>(y, y)));
      v128.store(target + i, preciseLogRatio<T>(x, y));
    }
    if (target != out) copyTo(out, target, left);
  }
  return v128.all_true<i32>(usual) ? 0 : UNUSUAL;
}

export function logRatio_f32(p: usize, q: usize, length: usize, state: usize, out: usize): i32 {
  return logRatio<f32>(p, q, length, state, out);
}

export function logRatio_f64(p: usize, q: usize, length: usize, state: usize, out: usize): i32 {
  return logRatio<f64>(p, q, length, state, out);
}
