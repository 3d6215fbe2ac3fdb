// The twin of assembly/blocks.ts: the same blocks, groups and lanes. A block is surveyed; then its family writes its terms to
// a scratch row, which one function adds in the order that defines the result. f32 and f64 are apart all the way down: a
// loop that has seen both kinds of array is 14 to 39 % slower (measured). A survey that stands apart and is unrolled makes
// f64 a fifth faster than one check among the terms.

import { bitsOf, SMALLEST_NORMAL_F32, SMALLEST_NORMAL_F64 } from "../../numbers/lanes.js";
import { NO_FIELDS } from "../fields.js";
import { COLUMNS, ROWS } from "../layout.js";

export const UNUSUAL = 1;
export const Q_IS_ZERO = 2;
export const P_IS_ZERO = 4;

export const BLOCK_F32 = 512;
export const BLOCK_F64 = 256;
/** Blocks of a chunk. */
const CHUNK = 16;

// A total: the pair (sum, error) of this chunk, the pair of those before it, and how many blocks have been added.
export const TOTAL = 5;
export const BEFORE = 2;
export const BLOCKS = 4;

export const LIMIT = 1.2676506002282294e30; // 2^100

const round = Math.fround;

/** What a class says of its block, where x or y is less than the smallest normal number. */
export function flagsOf(x: number, y: number): number {
  if (x < 0 || y < 0) return UNUSUAL;
  if (x === 0) return y === 0 ? 0 : P_IS_ZERO;
  return y === 0 ? Q_IS_ZERO : UNUSUAL;
}

/** Whether every number that was looked at is normal and positive (or NaN, which the sums tell). */
export interface Survey {
  isDense: boolean;
}

/** Totals of a reduction and what a family needs to know besides its rows. */
export class State {
  /** Three totals, as in assembly/blocks.ts. */
  readonly totals = new Float64Array(3 * TOTAL);
  gamma = 0;
  /** As bits of an exponent: k·2^23 (f32), k·2^20 (f64). */
  k = 0;
  /** β of the families of powers, and the weight of p in what they multiply. */
  beta = 0;
  weight = 1;
  /** Of the families of logits. */
  fields = NO_FIELDS;
  /** Of a batch: its table, and where the line of the row begins. */
  readonly table = new Float64Array(ROWS * COLUMNS);
  line = 0;
}

/** Adds x to the pair (sum, error) at `i` (TwoSum). */
export function addTo(pairs: Float64Array, i: number, x: number, error: number): void {
  const sum = pairs[i];
  const next = sum + x;
  const added = next - sum;
  pairs[i] = next;
  pairs[i + 1] = pairs[i + 1] + (sum - (next - added) + (x - added)) + error;
}

/** Makes total `index` of one number. */
export function setTotal({ totals }: State, index: number, x: number): void {
  const at = index * TOTAL;
  totals[at] = x;
  totals[at + 1] = 0;
  totals[at + BEFORE] = 0;
  totals[at + BEFORE + 1] = 0;
  totals[at + BLOCKS] = 1;
}

/** Adds that of a block to total `index`; once for each block. */
export function addTotal(state: State, index: number, x: number): void {
  const { totals } = state;
  const at = index * TOTAL;
  const blocks = totals[at + BLOCKS];
  if (blocks === 0) {
    setTotal(state, index, x);
    return;
  }
  totals[at + BLOCKS] = blocks + 1;
  if (blocks % CHUNK === 0) {
    addTo(totals, at + BEFORE, totals[at], totals[at + 1]);
    totals[at] = x;
    totals[at + 1] = 0;
  } else {
    addTo(totals, at, x, 0);
  }
}

/** The terms of a block. */
export const terms_f32 = /* @__PURE__ */ new Float32Array(BLOCK_F32);
/** A last block of p, of q and of counts, padded to whole groups. */
const padding_f32 = /* @__PURE__ */ Array.from({ length: 3 }, () => new Float32Array(BLOCK_F32));
const paddingBits_f32 = /* @__PURE__ */ padding_f32.map(bitsOf);

/** One lane of a group from i on. */
function sumOfLane_f32(t: Float32Array, i: number): number {
  return round(round(t[i] + t[i + 4]) + round(t[i + 8] + t[i + 12]));
}

function differenceOfLane_f32(p: Float32Array, q: Float32Array, i: number): number {
  return round(
    round(round(p[i] - q[i]) + round(p[i + 4] - q[i + 4])) +
      round(round(p[i + 8] - q[i + 8]) + round(p[i + 12] - q[i + 12])),
  );
}

function hasSmall_f32(t: Float32Array, i: number): boolean {
  return (
    t[i] < SMALLEST_NORMAL_F32 ||
    t[i + 4] < SMALLEST_NORMAL_F32 ||
    t[i + 8] < SMALLEST_NORMAL_F32 ||
    t[i + 12] < SMALLEST_NORMAL_F32
  );
}

/** Σ of the terms of a block. */
export function sumOfTerms_f32(terms: Float32Array, size: number): number {
  let l0 = 0;
  let l1 = 0;
  for (let i = 0; i < size; i += 16) {
    l0 += sumOfLane_f32(terms, i) + sumOfLane_f32(terms, i + 2);
    l1 += sumOfLane_f32(terms, i + 1) + sumOfLane_f32(terms, i + 3);
  }
  return l0 + l1;
}

/** Σ of the numbers of a block. */
export function sumOfBlock_f32(t: Float32Array, start: number, size: number, survey: Survey): number {
  let l0 = 0;
  let l1 = 0;
  for (let i = start; i < start + size; i += 16) {
    if (
      survey.isDense &&
      (hasSmall_f32(t, i) || hasSmall_f32(t, i + 1) || hasSmall_f32(t, i + 2) || hasSmall_f32(t, i + 3))
    )
      survey.isDense = false;
    l0 += sumOfLane_f32(t, i) + sumOfLane_f32(t, i + 2);
    l1 += sumOfLane_f32(t, i + 1) + sumOfLane_f32(t, i + 3);
  }
  return l0 + l1;
}

/** Σ(p - q) of a block; the survey is of q. */
function sumOfDifferences_f32(p: Float32Array, q: Float32Array, start: number, size: number, survey: Survey): number {
  let l0 = 0;
  let l1 = 0;
  for (let i = start; i < start + size; i += 16) {
    if (
      survey.isDense &&
      (hasSmall_f32(q, i) || hasSmall_f32(q, i + 1) || hasSmall_f32(q, i + 2) || hasSmall_f32(q, i + 3))
    )
      survey.isDense = false;
    l0 += differenceOfLane_f32(p, q, i) + differenceOfLane_f32(p, q, i + 2);
    l1 += differenceOfLane_f32(p, q, i + 1) + differenceOfLane_f32(p, q, i + 3);
  }
  return l0 + l1;
}

/** Reads a row block by block: the row itself, or a padded copy of a last block that ends inside a group. */
export class Blocks_f32 {
  values: Float32Array;
  bits: Int32Array;
  /** Where the block starts in `values`. */
  from = 0;
  readonly #row: Float32Array;
  readonly #slot: number;
  readonly #filler: number;

  constructor(row: Float32Array, slot: number, filler = 0) {
    this.values = row;
    // of one block that is padded they are not read, and to make them takes longer than to compute a few classes
    this.bits = row.length & 15 && row.length < BLOCK_F32 ? paddingBits_f32[slot] : bitsOf(row);
    this.#row = row;
    this.#slot = slot;
    this.#filler = filler;
  }

  /** Goes to the block at `start`; returns its size, whole groups. */
  seek(start: number): number {
    const left = this.#row.length - start;
    const size = Math.min((left + 15) & ~15, BLOCK_F32);
    this.from = start;
    if (left < size) {
      const copy = padding_f32[this.#slot];
      for (let i = 0; i < left; i++) copy[i] = this.#row[start + i];
      for (let i = left; i < size; i++) copy[i] = this.#filler;
      this.values = copy;
      this.bits = paddingBits_f32[this.#slot];
      this.from = 0;
    }
    return size;
  }
}

/** Writes the terms of a block. */
export type Terms_f32 = (p: Blocks_f32, q: Blocks_f32, size: number, state: State) => void;

/** What a family adds over a pair of rows: its terms, of blocks without zeros and with them, or q itself; and Σ(p - q) or Σq. */
export interface Family_f32 {
  readonly dense: Terms_f32 | undefined;
  /** Also says what the block holds (flags). */
  readonly sparse: (p: Blocks_f32, q: Blocks_f32, size: number, state: State) => number;
  readonly second: "q" | "p - q";
}

/** Totals of a pair of rows: 0 is Σ of the family's terms, 1 is Σp, 2 is Σq or Σ(p - q). */
export function reducePair_f32(p: Float32Array, q: Float32Array, state: State, family: Family_f32): number {
  const { dense, sparse, second } = family;
  const pBlocks = new Blocks_f32(p, 0);
  const qBlocks = new Blocks_f32(q, 1);
  const survey: Survey = { isDense: true };
  let flags = 0;
  for (let start = 0; start < p.length; start += BLOCK_F32) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    const { values: x, from } = pBlocks;
    const { values: y } = qBlocks;
    survey.isDense = true;
    const pTotal = sumOfBlock_f32(x, from, size, survey);
    const secondTotal =
      second === "q" ? sumOfBlock_f32(y, from, size, survey) : sumOfDifferences_f32(x, y, from, size, survey);
    if (!(pTotal < LIMIT && Math.abs(secondTotal) < LIMIT)) return UNUSUAL;
    addTotal(state, 1, pTotal);
    addTotal(state, 2, secondTotal);
    if (survey.isDense) {
      dense?.(pBlocks, qBlocks, size, state);
    } else {
      flags |= sparse(pBlocks, qBlocks, size, state);
      if (flags & UNUSUAL) return UNUSUAL;
    }
    addTotal(state, 0, dense ? sumOfTerms_f32(terms_f32, size) : sumOfBlock_f32(y, from, size, survey));
  }
  return flags;
}

/** Total 0 alone, of rows that a survey found to be plain. */
export function reduceSurveyed_f32(p: Float32Array, q: Float32Array, state: State, terms: Terms_f32): void {
  const pBlocks = new Blocks_f32(p, 0);
  const qBlocks = new Blocks_f32(q, 1);
  for (let start = 0; start < p.length; start += BLOCK_F32) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    terms(pBlocks, qBlocks, size, state);
    addTotal(state, 0, sumOfTerms_f32(terms_f32, size));
  }
}

/** The terms of a block. */
export const terms_f64 = /* @__PURE__ */ new Float64Array(BLOCK_F64);
/** A last block of p, of q and of counts, padded to whole groups. */
const padding_f64 = /* @__PURE__ */ Array.from({ length: 3 }, () => new Float64Array(BLOCK_F64));
const paddingBits_f64 = /* @__PURE__ */ padding_f64.map(bitsOf);

/** Σ of the terms of a block. */
export function sumOfTerms_f64(terms: Float64Array, size: number): number {
  let l0 = 0;
  let l1 = 0;
  for (let i = 0; i < size; i += 8) {
    l0 += terms[i] + terms[i + 2] + (terms[i + 4] + terms[i + 6]);
    l1 += terms[i + 1] + terms[i + 3] + (terms[i + 5] + terms[i + 7]);
  }
  return l0 + l1;
}

const areSmall_f64 = (a: number, b: number, c: number, d: number): boolean =>
  a < SMALLEST_NORMAL_F64 || b < SMALLEST_NORMAL_F64 || c < SMALLEST_NORMAL_F64 || d < SMALLEST_NORMAL_F64;

/** Σ of the numbers of a block. Each is loaded once: the loop is a sixth faster for it. */
export function sumOfBlock_f64(t: Float64Array, start: number, size: number, survey: Survey): number {
  let l0 = 0;
  let l1 = 0;
  for (let i = start; i < start + size; i += 8) {
    const t0 = t[i];
    const t1 = t[i + 1];
    const t2 = t[i + 2];
    const t3 = t[i + 3];
    const t4 = t[i + 4];
    const t5 = t[i + 5];
    const t6 = t[i + 6];
    const t7 = t[i + 7];
    if (survey.isDense && (areSmall_f64(t0, t1, t2, t3) || areSmall_f64(t4, t5, t6, t7))) survey.isDense = false;
    l0 += t0 + t2 + (t4 + t6);
    l1 += t1 + t3 + (t5 + t7);
  }
  return l0 + l1;
}

/** Σ(p - q) of a block; the survey is of q. */
function sumOfDifferences_f64(p: Float64Array, q: Float64Array, start: number, size: number, survey: Survey): number {
  let l0 = 0;
  let l1 = 0;
  for (let i = start; i < start + size; i += 8) {
    const q0 = q[i];
    const q1 = q[i + 1];
    const q2 = q[i + 2];
    const q3 = q[i + 3];
    const q4 = q[i + 4];
    const q5 = q[i + 5];
    const q6 = q[i + 6];
    const q7 = q[i + 7];
    if (survey.isDense && (areSmall_f64(q0, q1, q2, q3) || areSmall_f64(q4, q5, q6, q7))) survey.isDense = false;
    l0 += p[i] - q0 + (p[i + 2] - q2) + (p[i + 4] - q4 + (p[i + 6] - q6));
    l1 += p[i + 1] - q1 + (p[i + 3] - q3) + (p[i + 5] - q5 + (p[i + 7] - q7));
  }
  return l0 + l1;
}

/** Reads a row block by block: the row itself, or a padded copy of a last block that ends inside a group. */
export class Blocks_f64 {
  values: Float64Array;
  bits: Int32Array;
  /** Where the block starts in `values`. */
  from = 0;
  readonly #row: Float64Array;
  readonly #slot: number;
  readonly #filler: number;

  constructor(row: Float64Array, slot: number, filler = 0) {
    this.values = row;
    // of one block that is padded they are not read, and to make them takes longer than to compute a few classes
    this.bits = row.length & 7 && row.length < BLOCK_F64 ? paddingBits_f64[slot] : bitsOf(row);
    this.#row = row;
    this.#slot = slot;
    this.#filler = filler;
  }

  /** Goes to the block at `start`; returns its size, whole groups. */
  seek(start: number): number {
    const left = this.#row.length - start;
    const size = Math.min((left + 7) & ~7, BLOCK_F64);
    this.from = start;
    if (left < size) {
      const copy = padding_f64[this.#slot];
      for (let i = 0; i < left; i++) copy[i] = this.#row[start + i];
      for (let i = left; i < size; i++) copy[i] = this.#filler;
      this.values = copy;
      this.bits = paddingBits_f64[this.#slot];
      this.from = 0;
    }
    return size;
  }
}

/** Writes the terms of a block. */
export type Terms_f64 = (p: Blocks_f64, q: Blocks_f64, size: number, state: State) => void;

/** What a family adds over a pair of rows: its terms, of blocks without zeros and with them, or q itself; and Σ(p - q) or Σq. */
export interface Family_f64 {
  readonly dense: Terms_f64 | undefined;
  /** Also says what the block holds (flags). */
  readonly sparse: (p: Blocks_f64, q: Blocks_f64, size: number, state: State) => number;
  readonly second: "q" | "p - q";
}

/** Totals of a pair of rows: 0 is Σ of the family's terms, 1 is Σp, 2 is Σq or Σ(p - q). */
export function reducePair_f64(p: Float64Array, q: Float64Array, state: State, family: Family_f64): number {
  const { dense, sparse, second } = family;
  const pBlocks = new Blocks_f64(p, 0);
  const qBlocks = new Blocks_f64(q, 1);
  const survey: Survey = { isDense: true };
  let flags = 0;
  for (let start = 0; start < p.length; start += BLOCK_F64) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    const { values: x, from } = pBlocks;
    const { values: y } = qBlocks;
    survey.isDense = true;
    const pTotal = sumOfBlock_f64(x, from, size, survey);
    const secondTotal =
      second === "q" ? sumOfBlock_f64(y, from, size, survey) : sumOfDifferences_f64(x, y, from, size, survey);
    if (!(pTotal < LIMIT && Math.abs(secondTotal) < LIMIT)) return UNUSUAL;
    addTotal(state, 1, pTotal);
    addTotal(state, 2, secondTotal);
    if (survey.isDense) {
      dense?.(pBlocks, qBlocks, size, state);
    } else {
      flags |= sparse(pBlocks, qBlocks, size, state);
      if (flags & UNUSUAL) return UNUSUAL;
    }
    addTotal(state, 0, dense ? sumOfTerms_f64(terms_f64, size) : sumOfBlock_f64(y, from, size, survey));
  }
  return flags;
}

/** Total 0 alone, of rows that a survey found to be plain. */
export function reduceSurveyed_f64(p: Float64Array, q: Float64Array, state: State, terms: Terms_f64): void {
  const pBlocks = new Blocks_f64(p, 0);
  const qBlocks = new Blocks_f64(q, 1);
  for (let start = 0; start < p.length; start += BLOCK_F64) {
    const size = pBlocks.seek(start);
    qBlocks.seek(start);
    terms(pBlocks, qBlocks, size, state);
    addTotal(state, 0, sumOfTerms_f64(terms_f64, size));
  }
}
