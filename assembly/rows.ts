// Many rows in one call: `NAMERows_type(state, length, count, mode)` does for `count` rows of `length` numbers, at most a chunk, what
// `NAME_type` does for one. Where they lie is in the job, which JavaScript writes; what comes of each is in its row of the table.
//
//   job    +    0  of each operand 0 … 3 two u32: its pointer, and the bytes from one row to the next, 0 where all share one row
//          +   32  the same of the output
//          +   40  f64: the largest absolute value that a row's largest logit may have
//
//   table  128 bytes per row, 128 rows at most, in f64:
//          +    0  flags
//          +    8  totals 0, 1 and 2, each as one number
//          +   32  largest logit of a and of b, if found here; in mode GIVEN the first says whether operands 0 and 1 are swapped
//          +   48  the ten fields of the row, in mode GIVEN

import { FAMILY, JOB, TABLE, clearTotals, totalOf } from "./blocks";
import { A_LEAST, A_SHIFT, B_SHIFT, OFFSET, SCALE, fieldAs, setField } from "./logits";
import { largestOf } from "./maximum";

// What `mode` says. By default the fields in `state` are those of every row.

/** Each row has its own fields in the table. */
export const GIVEN: i32 = 1;
/** Of logits: the fields are made from the largest number of the row or rows, found first. */
export const FOUND: i32 = 2;
/** Rows that already have flags are left out; not together with FOUND. */
export const SKIP: i32 = 8;

/** A flag: the largest logit is not finite or too large, and the row was not computed. */
export const DECLINED: i32 = 16;

/** Bytes per row of the table. */
export const ROW: usize = 128;
export const TOTALS: usize = 8;
/** The largest logits; or whether to swap. */
export const LARGEST: usize = 32;
const GIVEN_FIELDS: usize = 48;

const OUT: usize = 32;
const MOST: usize = 40;

/** A row of the table. */
// @ts-ignore: decorator
@inline
export function entryOf(state: usize, row: usize): usize {
  return state + TABLE + row * ROW;
}

/** Where operand `index` of a row begins. */
// @ts-ignore: decorator
@inline
export function operand(state: usize, index: usize, row: usize): usize {
  const at = state + JOB + (index << 3);
  return <usize>load<u32>(at) + <usize>load<u32>(at, 4) * row;
}

/** Where the output of a row begins. */
// @ts-ignore: decorator
@inline
export function output(state: usize, row: usize): usize {
  return operand(state, OUT >> 3, row);
}

/** 1 where operands 0 and 1 change places, as the symmetric families want it, else 0. */
// @ts-ignore: decorator
@inline
export function swapOf(state: usize, row: usize, mode: i32): usize {
  return mode & GIVEN ? <usize>(load<f64>(entryOf(state, row), LARGEST) != 0) : 0;
}

/** Takes over the ten fields of a row, and their f32. */
function takeFields(state: usize, entry: usize): void {
  const fields = state + FAMILY;
  const x0 = v128.load(entry, GIVEN_FIELDS);
  const x1 = v128.load(entry, GIVEN_FIELDS + 16);
  const x2 = v128.load(entry, GIVEN_FIELDS + 32);
  const x3 = v128.load(entry, GIVEN_FIELDS + 48);
  const x4 = v128.load(entry, GIVEN_FIELDS + 64);
  v128.store(fields, x0);
  v128.store(fields, x1, 16);
  v128.store(fields, x2, 32);
  v128.store(fields, x3, 48);
  v128.store(fields, x4, 64);
  v128.store_lane<u64>(fields, f32x4.demote_f64x2_zero(x0), 0, 80);
  v128.store_lane<u64>(fields, f32x4.demote_f64x2_zero(x1), 0, 88);
  v128.store_lane<u64>(fields, f32x4.demote_f64x2_zero(x2), 0, 96);
  v128.store_lane<u64>(fields, f32x4.demote_f64x2_zero(x3), 0, 104);
  v128.store_lane<u64>(fields, f32x4.demote_f64x2_zero(x4), 0, 112);
}

/** Makes all ready for a row; false where it is left out. */
export function begins(state: usize, row: usize, mode: i32): bool {
  clearTotals(state);
  return beginsShort(state, row, mode);
}

/** Whether a row is left out. */
// @ts-ignore: decorator
@inline
export function isSkipped(entry: usize, mode: i32): bool {
  return (mode & SKIP) != 0 && load<f64>(entry) != 0;
}

/** A row's own field. */
// @ts-ignore: decorator
@inline
export function givenField(entry: usize, index: usize): f64 {
  return load<f64>(entry + (index << 3), GIVEN_FIELDS);
}

/** `begins` where the totals of `state` are not used. */
// @ts-ignore: decorator
@inline
export function beginsShort(state: usize, row: usize, mode: i32): bool {
  const entry = entryOf(state, row);
  if (isSkipped(entry, mode)) return false;
  if (mode & GIVEN) takeFields(state, entry);
  return true;
}

/** Leaves flags and totals of a row in the table. */
// @ts-ignore: decorator
@inline
export function leave(entry: usize, flags: i32, total0: f64, total1: f64, total2: f64): void {
  store<f64>(entry, <f64>flags);
  store<f64>(entry, total0, TOTALS);
  store<f64>(entry, total1, TOTALS + 8);
  store<f64>(entry, total2, TOTALS + 16);
}

/** Leaves flags and the totals of `state`. */
export function ends(state: usize, row: usize, flags: i32): void {
  leave(entryOf(state, row), flags, totalOf(state, 0), totalOf(state, 1), totalOf(state, 2));
}

/** Whether a row with this largest logit is computed: it is neither NaN nor infinite nor too large. */
// @ts-ignore: decorator
@inline
export function isTaken(state: usize, largest: f64): bool {
  const size = abs(largest);
  return size <= load<f64>(state + JOB, MOST) && size < Infinity;
}

/**
 * The same as `begins` for rows of logits, a and b: b is a where both have the same numbers, and 0 where there is no b. The fields of
 * a found row are those of `fieldsFor` in src/measures/logits.ts.
 */
function beginsLogits<T>(state: usize, row: usize, length: usize, mode: i32, a: usize, b: usize): bool {
  if (!(mode & FOUND)) return begins(state, row, mode);
  const entry = entryOf(state, row);
  const aLargest = largestOf<T>(a, length) + 0; // not -0
  let bLargest: f64 = 0;
  store<f64>(entry, aLargest, LARGEST);
  if (b) {
    bLargest = b == a ? aLargest : largestOf<T>(b, length) + 0;
    store<f64>(entry, bLargest, LARGEST + 8);
  }
  clearTotals(state);
  if (!isTaken(state, aLargest) || !isTaken(state, bLargest)) {
    leave(entry, DECLINED, 0, 0, 0);
    return false;
  }
  setField(state, A_SHIFT, aLargest);
  setField(state, B_SHIFT, bLargest);
  setField(state, A_LEAST, aLargest + (sizeof<T>() == 4 ? -64.0 : -256.0) / fieldAs<f64>(state, SCALE));
  setField(state, OFFSET, b ? offsetOf<T>(aLargest, bLargest) : 0);
  return true;
}

// @ts-ignore: decorator
@inline
function offsetOf<T>(aLargest: f64, bLargest: f64): f64 {
  return <f64>(<T>(aLargest - bLargest));
}

/** For one row of logits. */
// @ts-ignore: decorator
@inline
export function beginsOne<T>(state: usize, row: usize, length: usize, mode: i32, z: usize): bool {
  return beginsLogits<T>(state, row, length, mode, z, 0);
}

/** For a pair of rows of logits; or for one that counts as both, a = b. */
// @ts-ignore: decorator
@inline
export function beginsPair<T>(state: usize, row: usize, length: usize, mode: i32, a: usize, b: usize): bool {
  return beginsLogits<T>(state, row, length, mode, a, b);
}
