// Sums of f64 and of their products without any rounding, so that the order in which parts are added does not matter.
//
// A sum is one long integer in units of 2^-2400, in limbs of 32 bits, each kept in an f64: a number touches three of them, and
// carries wait until a limb could leave the exact integers. Every f64, and every product of two, is a whole number of units.

import { productError } from "../numbers/twofold.js";
import type { JsonValue } from "./json.js";

const BITS_BELOW = 2400;
/** Up to 2^2048, and what sums of 2^53 of these need. */
const LIMBS = (BITS_BELOW + 2048 + 64) / 32;
/** Hexadecimal, of the largest sum. */
const MOST_DIGITS = LIMBS * 8;
const RADIX = 4294967296;
/** Additions, each of less than 2^32 to a limb, after which carries must be taken. */
const MOST_PENDING = 2 ** 20;

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** Numbers of these exponents, and products of these, are not so small that they would lose bits, nor so large that they overflow. */
const LEAST = 2 ** -900;
const MOST = 2 ** 900;

/** The exponent of x, whose mantissa in [1, 2) is left in `number[0]`. */
function takeExponent(x: number): number {
  number[0] = x;
  let lift = 0;
  if ((words[HIGH] & 0x7ff00000) === 0) {
    number[0] = x * 2 ** 54; // subnormal
    lift = 54;
  }
  const exponent = ((words[HIGH] >>> 20) & 0x7ff) - 1023 - lift;
  words[HIGH] = (words[HIGH] & 0x800fffff) | 0x3ff00000;
  return exponent;
}

/** The sum of finite numbers, exactly. */
export class ExactSum {
  readonly #limbs = new Float64Array(LIMBS);
  #pending = 0;
  /** Whether the limbs are in the one form that `#carry` gives them. */
  #isCarried = true;

  /** Adds x·2^exponent, x normal or 0. */
  #add(x: number, exponent: number): void {
    if (x === 0) return;
    number[0] = x;
    const high = words[HIGH];
    const low = words[LOW];
    const at = ((high >>> 20) & 0x7ff) - 1075 + exponent + BITS_BELOW;
    const top = (high & 0xfffff) | 0x100000;
    const limb = at >>> 5;
    const shift = at & 31;
    const sign = high >>> 31 === 0 ? 1 : -1;
    const limbs = this.#limbs;
    limbs[limb] += sign * ((low << shift) >>> 0);
    limbs[limb + 1] += sign * (((top << shift) | (shift === 0 ? 0 : low >>> (32 - shift))) >>> 0);
    if (shift > 11) limbs[limb + 2] += sign * (top >>> (32 - shift));
    this.#isCarried = false;
    if (++this.#pending === MOST_PENDING) this.#carry();
  }

  add(x: number): void {
    if (Math.abs(x) >= LEAST) this.#add(x, 0);
    else if (x !== 0) {
      const exponent = takeExponent(x);
      this.#add(number[0], exponent);
    }
  }

  /** Adds x·y: the product, and what rounding has taken of it. */
  addProduct(x: number, y: number): void {
    const product = x * y;
    if (Math.abs(product) >= LEAST && Math.abs(x) <= MOST && Math.abs(y) <= MOST && Math.abs(product) <= MOST) {
      this.#add(product, 0);
      this.#add(productError(x, y, product), 0);
    } else if (x !== 0 && y !== 0) {
      // by their mantissas
      let exponent = takeExponent(x);
      const a = number[0];
      exponent += takeExponent(y);
      const b = number[0];
      this.#add(a * b, exponent);
      this.#add(productError(a, b, a * b), exponent);
    }
  }

  addAll(other: ExactSum): void {
    other.#carry();
    const [limbs, others] = [this.#limbs, other.#limbs];
    for (let i = 0; i < LIMBS; i++) limbs[i] += others[i];
    this.#isCarried = false;
    if (++this.#pending === MOST_PENDING) this.#carry();
  }

  equals(other: ExactSum): boolean {
    this.#carry();
    other.#carry();
    return this.#limbs.every((limb, i) => limb === other.#limbs[i]);
  }

  /** Every limb but the last to [0, 2^32): the one form that a sum has. */
  #carry(): void {
    if (this.#isCarried) return;
    const limbs = this.#limbs;
    for (let i = 0; i < LIMBS - 1; i++) {
      const carry = Math.floor(limbs[i] / RADIX);
      if (carry === 0) continue;
      limbs[i] -= carry * RADIX;
      limbs[i + 1] += carry;
    }
    this.#pending = 1; // a limb may be as large as what one addition brings
    this.#isCarried = true;
  }

  /** In units of 2^-2400. */
  toUnits(): bigint {
    this.#carry();
    let digits = "";
    for (let i = LIMBS - 2; i >= 0; i--) digits += this.#limbs[i].toString(16).padStart(8, "0");
    return BigInt(`0x${digits}`) + (BigInt(this.#limbs[LIMBS - 1]) << BigInt(32 * (LIMBS - 1)));
  }

  /** The f64 nearest to the sum. */
  get value(): number {
    return toNumber(this.toUnits(), -BITS_BELOW);
  }

  /** Hexadecimal digits and how many zeros follow them: `-1f:580`. */
  toString(): string {
    this.#carry();
    const isNegative = this.#limbs[LIMBS - 1] < 0;
    const limbs = isNegative ? ExactSum.#negated(this.#limbs) : this.#limbs;
    let top = LIMBS - 1;
    while (top >= 0 && limbs[top] === 0) top--;
    if (top < 0) return "0:0";
    let low = 0;
    while (limbs[low] === 0) low++;
    let digits = limbs[top].toString(16);
    for (let i = top - 1; i >= low; i--) digits += limbs[i].toString(16).padStart(8, "0");
    const significant = digits.replace(/0+$/, "");
    return `${isNegative ? "-" : ""}${significant}:${digits.length - significant.length + 8 * low}`;
  }

  static #scratch: ExactSum | undefined;

  /** The limbs of the number with the other sign, until the next call. */
  static #negated(limbs: Float64Array): Float64Array {
    ExactSum.#scratch ??= new ExactSum();
    const sum = ExactSum.#scratch;
    for (let i = 0; i < LIMBS; i++) sum.#limbs[i] = 0 - limbs[i];
    sum.#isCarried = false;
    sum.#carry();
    return sum.#limbs;
  }

  /** What `toString` gave. */
  static from(json: JsonValue): ExactSum {
    const text = json.text();
    const [, sign, digits, zeros] = /^(-?)([0-9a-f]{1,1200}):(\d{1,4})$/.exec(text) ?? [];
    if (zeros === undefined || digits.length + Number(zeros) > MOST_DIGITS) return json.fail("an exact sum");
    const sum = new ExactSum();
    const whole = digits + "0".repeat(Number(zeros) % 8);
    let limb = Math.floor(Number(zeros) / 8);
    for (let end = whole.length; end > 0; end -= 8) {
      sum.#limbs[limb++] = Number.parseInt(whole.slice(Math.max(0, end - 8), end), 16);
    }
    if (sign === "-") sum.#limbs.set(ExactSum.#negated(sum.#limbs));
    return sum.toString() === text ? sum : json.fail("an exact sum, without zeros at its ends");
  }
}

/** The f64 nearest to units·2^exponent. */
export function toNumber(units: bigint, exponent: number): number {
  if (units < 0n) return -toNumber(-units, exponent);
  if (units === 0n) return 0;
  const bits = units.toString(16).length * 4;
  // 64 bits and whether any follow: then Number() rounds once, as it must
  const dropped = Math.max(0, bits - 68);
  const kept = units >> BigInt(dropped);
  const isExact = kept << BigInt(dropped) === units;
  const scale = exponent + dropped;
  const rounded = Number(isExact ? kept : kept | 1n);
  const half = Math.trunc(scale / 2);
  return rounded * 2 ** half * 2 ** (scale - half);
}

/** n·Σxy - Σx·Σy, to one rounding: n² times the covariance of n pairs, or n² times the variance where both are one. */
export function spread(count: number, products: ExactSum, first: ExactSum, second: ExactSum): number {
  const units = BigInt(count) * (products.toUnits() << BigInt(BITS_BELOW)) - first.toUnits() * second.toUnits();
  return toNumber(units, -2 * BITS_BELOW);
}
