// What all families share: the interfaces, and the checks of parameters.

import { checkKeys, describe, isList, isOptions } from "../engine/checks.js";

/** A distribution over values of one kind: numbers, or vectors of them. */
export interface Distribution<Value = number> {
  /** The name of its constructor. */
  readonly family: string;
  /** ln of the probability (discrete) or of the density (continuous) at x; -Infinity outside of the support. */
  logProbability(x: Value): number;
}

/** What {@link discretize} needs of a distribution, one's own included. */
export interface Discretizable {
  /** Whether it has its mass at whole numbers. */
  readonly isDiscrete?: boolean;
  /** ln of the probability of the whole number x: needed where `isDiscrete`. */
  logProbability?(x: number): number;
  /** P(X <= x), to a good relative accuracy where it is small. */
  cumulativeProbability(x: number): number;
  /** P(X > x), to a good relative accuracy where it is small. */
  survivalProbability(x: number): number;
}

/** A distribution over numbers. */
export interface UnivariateDistribution extends Distribution, Discretizable {
  readonly isDiscrete: boolean;
  /** E[x]. */
  readonly mean: number;
  /** E[(x - mean)²]. */
  readonly variance: number;
  logProbability(x: number): number;
}

/** A distribution that knows its entropy, and the divergence from others of its family. */
export abstract class Family<Value = number> implements Distribution<Value> {
  /** Copies and proxies do not have it: they would lack the functions and the private parts, too. */
  readonly #isMade = true;

  /** Whether a constructor of this package made it. @internal */
  static isMade(value: unknown): value is Family<unknown> {
    return typeof value === "object" && value !== null && #isMade in value;
  }

  /** The name of its constructor. */
  abstract readonly family: string;

  /** ln of the density at x; -Infinity outside of the support. */
  abstract logProbability(x: Value): number;

  /** A distribution of another family as one of this family, which contains it. @internal */
  including(_other: Family<unknown>): Family<unknown> | undefined {
    return undefined;
  }

  /** Throws where q, of the same family, cannot be compared with this. @internal */
  checkComparable(_functionName: string, _q: this): void {}

  /** In nats. @internal */
  abstract entropy(): number;

  /** KL(this‖q) in nats, q being of the same family. @internal */
  abstract klDivergence(q: this): number;

  /** In nats. Entropy and divergence add up without cancellation, but where the density of a family has poles. @internal */
  crossEntropy(q: this): number {
    return this.entropy() + this.klDivergence(q);
  }
}

export function frozen<Type extends object>(value: Type): Type {
  Object.freeze(value);
  return value;
}

/** What a constructor is given, if it is an object with no other keys than these. */
export function checkParameters(family: string, parameters: unknown, known: readonly string[]): void {
  if (!isOptions(parameters)) {
    throw new TypeError(
      `${family}: parameters is ${describe(parameters)}; it must be an object of ${known.join(", ")}`,
    );
  }
  checkKeys(family, parameters, known);
}

export function checkNumber(family: string, name: string, value: unknown): asserts value is number {
  if (typeof value !== "number") throw new TypeError(`${family}: ${name} is ${describe(value)}; it must be a number`);
}

export function checkFinite(family: string, name: string, value: unknown): asserts value is number {
  checkNumber(family, name, value);
  if (!Number.isFinite(value)) throw new RangeError(`${family}: ${name} is ${value}; it must be finite`);
}

export function checkPositive(family: string, name: string, value: unknown): asserts value is number {
  checkNumber(family, name, value);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${family}: ${name} is ${value}; it must be positive and finite`);
  }
}

/** Of parameters that enter into products and quotients of several: none of these leaves the range of numbers. */
export function checkModerate(family: string, name: string, value: unknown): asserts value is number {
  checkPositive(family, name, value);
  if (!(value >= 1e-100 && value <= 1e100)) {
    throw new RangeError(`${family}: ${name} is ${value}; it must be from 1e-100 to 1e100`);
  }
}

export function checkProbability(family: string, name: string, value: unknown): asserts value is number {
  checkNumber(family, name, value);
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${family}: ${name} is ${value}; it must be from 0 to 1`);
}

/** A frozen copy of a list of numbers, each checked. */
export function listOf(
  family: string,
  name: string,
  values: unknown,
  check: (family: string, name: string, value: unknown) => void,
): readonly number[] {
  if (!isList(values)) {
    throw new TypeError(`${family}: ${name} is ${describe(values)}; it must be an array of numbers`);
  }
  const { length } = values;
  if (length === 0) throw new RangeError(`${family}: ${name} is empty`);
  const list: number[] = [];
  for (let i = 0; i < length; i++) {
    const value = values[i];
    check(family, `${name}[${i}]`, value);
    list.push(value as number);
  }
  return Object.freeze(list);
}

/** Throws where p and q have not as many of something. */
export function checkSameNumber(functionName: string, what: string, p: number, q: number): void {
  if (p !== q)
    throw new RangeError(`${functionName}: p has ${p} ${what} and q has ${q}; they must have the same number`);
}

export function checkNonNegative(family: string, name: string, value: unknown): asserts value is number {
  checkNumber(family, name, value);
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${family}: ${name} is ${value}; it must be finite and >= 0`);
  }
}

/** The x of a function of a distribution over numbers, if it is a number. */
export function checkValue(family: string, x: unknown): number {
  checkNumber(family, "x", x);
  if (Number.isNaN(x)) throw new RangeError(`${family}: x is NaN`);
  return x;
}

/** Throws where the x of logProbability is no vector of as many numbers as the distribution is over. */
export function checkVector(family: string, x: unknown, length: number): void {
  if (!isList(x)) throw new TypeError(`${family}: x is ${describe(x)}; it must be an array of ${length} numbers`);
  if (x.length !== length) {
    throw new RangeError(`${family}: x has ${x.length} numbers; the distribution has ${length}`);
  }
  for (let i = 0; i < length; i++) {
    checkNumber(family, `x[${i}]`, x[i]);
    if (Number.isNaN(x[i])) throw new RangeError(`${family}: x[${i}] is NaN`);
  }
}
