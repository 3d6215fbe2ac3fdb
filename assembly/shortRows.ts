// Pairs of rows of at most one group, many in a call: their vectors are read where they are, the last one as far as it goes, and
// their sums go straight to the table. What is done to a number, and in which order they are added, is as in blocks.ts, which takes
// three times as long for a row of ten classes (measured): it copies the row, and stores and reads again every total.

import {
  FAMILY, GROUP, SCRATCH, UNUSUAL, copyWith, fillTerms, fillerOf, isPlain, lastVector, leastOf, lesser, paddingOf, sumOfGroup,
  sumOfTerms,
} from "./blocks";
import { addLanes, smallestNormal, sumOfLanes } from "./lanes";
import { leave } from "./rows";

/** As `reducePair`, of rows of `size` <= 64 bytes; flags and totals go to the row's entry in the table. */
// @ts-ignore: decorator
@inline
export function reduceShortPair<T, F>(p: usize, q: usize, size: usize, state: usize, entry: usize): void {
  const family = changetype<F>(state + FAMILY);
  const zero = i32x4.splat(0);
  const filler = fillerOf<T>(size);
  let p0 = lastVector(p, size, zero);
  let q0 = lastVector(q, size, zero);
  let p1 = zero;
  let q1 = zero;
  let p2 = zero;
  let q2 = zero;
  let p3 = zero;
  let q3 = zero;
  if (size > 16) {
    p1 = p0;
    q1 = q0;
    p0 = v128.load(p);
    q0 = v128.load(q);
    if (size > 32) {
      p2 = p1;
      q2 = q1;
      p1 = v128.load(p, 16);
      q1 = v128.load(q, 16);
      if (size > 48) {
        p3 = p2;
        q3 = q2;
        p2 = v128.load(p, 32);
        q2 = v128.load(q, 32);
      }
    }
  }
  const pTotal = sumOfLanes(addLanes<T>(zero, sumOfGroup<T>(p0, p1, p2, p3)));
  const second = sumOfGroup<T>(family.second(p0, q0), family.second(p1, q1), family.second(p2, q2), family.second(p3, q3));
  const secondTotal = sumOfLanes(addLanes<T>(zero, second));
  if (!(isPlain(pTotal) && isPlain(abs(secondTotal)))) {
    leave(entry, UNUSUAL, 0, 0, 0);
    return;
  }
  const least = leastOf<T>(
    v128.or(lesser<T>(p0, q0), v128.load(filler)),
    v128.or(lesser<T>(p1, q1), v128.load(filler, 16)),
    v128.or(lesser<T>(p2, q2), v128.load(filler, 32)),
    v128.or(lesser<T>(p3, q3), v128.load(filler, 48)),
  );
  if (v128.any_true(v128.lt<T>(least, smallestNormal<T>()))) {
    // rows with zeros: through padding
    const pGroup = copyWith(zero, p, size, GROUP, paddingOf(state, 0));
    const flags = fillTerms<T, F>(pGroup, copyWith(zero, q, size, GROUP, paddingOf(state, 1)), GROUP, state, true);
    leave(entry, flags, sumOfTerms<T>(state + SCRATCH, GROUP), pTotal, secondTotal);
    return;
  }
  // of lanes that are not there a term is 0
  const t0 = family.term(p0, q0, true);
  let t1 = zero;
  let t2 = zero;
  let t3 = zero;
  if (size > 16) {
    t1 = family.term(p1, q1, true);
    if (size > 32) {
      t2 = family.term(p2, q2, true);
      if (size > 48) t3 = family.term(p3, q3, true);
    }
  }
  leave(entry, 0, sumOfLanes(addLanes<T>(zero, sumOfGroup<T>(t0, t1, t2, t3))), pTotal, secondTotal);
}
