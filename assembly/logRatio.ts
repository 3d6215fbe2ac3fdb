// logRatio: out = ln(p/q), elementwise, within 2 ulp. Lanes with a number that is not normal (0 among them) hold anything;
// UNUSUAL tells of them, and src/measures/logRatio.ts sets them right.

import { BLOCK, GROUP, LIMIT, UNUSUAL, blockSize, copyTo, padded, paddingOf } from "./blocks";
import { exponentGap, gapToNumber, scaleByGap, smallestNormal, splat } from "./lanes";
import { logOfRatio } from "./logarithm";

// @ts-ignore: decorator
@inline
export function logRatioLanes<T>(p: v128, q: v128): v128 {
  const gap = exponentGap<T>(p, q);
  const shiftedQ = scaleByGap(q, gap);
  const sum = v128.pmax<T>(v128.add<T>(p, shiftedQ), smallestNormal<T>());
  return logOfRatio<T>(v128.div<T>(v128.sub<T>(p, shiftedQ), sum), gapToNumber<T>(gap));
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
      v128.store(target + i, logRatioLanes<T>(x, y));
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
