// What observations are compared under: probabilities of classes, or anything that tells ln p(x).

import type { Numbers } from "../call/inputs.js";
import { describe, isObject, propertyOf } from "../engine/checks.js";
import { logRatio } from "../index.js";
import { ln } from "../numbers/scalar.js";
import { checkSameLength, readNumbers } from "./arguments.js";

/** Tells ln p(x), a probability's or a density's: a distribution of `logratio/families`, or your own. */
export interface LogProbability {
  /** ln p(x), in nats; -Infinity where x is impossible. */
  logProbability(x: number): number;
}

/** Probabilities of the classes 0 … n - 1, which observations are then, or an object that tells ln p(x). */
export type Model = Numbers | LogProbability;

/** ln p(x)/q(x) of observation i, or of one that stands alone: then i is -1. */
export type LogRatio = (x: number, i: number) => number;

const placeOf = (i: number) => (i < 0 ? "the observation" : `observations[${i}]`);

const isLogProbability = (model: unknown): model is LogProbability =>
  isObject(model) && typeof (model as LogProbability).logProbability === "function";

function checkClass(functionName: string, x: number, classes: number, i: number): void {
  if (Number.isInteger(x) && x >= 0 && x < classes) return;
  throw new RangeError(
    `${functionName}: ${placeOf(i)} is ${x}; it must be the index of a class, an integer from 0 to ${classes - 1}`,
  );
}

/** The probabilities, once they are known to be some; with `normalize`, counts too. */
export function readModel(
  functionName: string,
  argument: string,
  model: Model,
  normalize?: boolean,
): LogProbability | Float64Array {
  if (isLogProbability(model)) return model;
  if (!isObject(model) || !("length" in model || "data" in model)) {
    const isCopy = typeof propertyOf(model, "family") === "string";
    throw new TypeError(
      `${functionName}: ${argument} is ${describe(model)}; it must be an array of probabilities, or an object with logProbability(x)` +
        `${isCopy ? ", which a copy of a distribution ({ ...p }, JSON, a message) has not" : ""}`,
    );
  }
  return readNumbers(functionName, argument, model, "probabilities", normalize);
}

function logProbabilityOf(functionName: string, argument: string, model: LogProbability | Float64Array): LogRatio {
  if (model instanceof Float64Array) {
    const logarithms = model.map((p) => (p === 0 ? Number.NEGATIVE_INFINITY : ln(p)));
    return (x, i) => {
      checkClass(functionName, x, model.length, i);
      return logarithms[x];
    };
  }
  return (x, i) => {
    const value = model.logProbability(x);
    if (typeof value === "number" && !Number.isNaN(value)) return value;
    const isNumber = typeof value === "number";
    const shown = isNumber ? "NaN" : describe(value);
    throw new (isNumber ? RangeError : TypeError)(
      `${functionName}: ${argument}.logProbability(${x}) is ${shown}, of ${placeOf(i)}; it must be a number`,
    );
  };
}

/** The log-ratio of two models; -Infinity where an observation is impossible under p, Infinity where it is under q. */
export function logRatioOf(
  functionName: string,
  p: LogProbability | Float64Array,
  q: LogProbability | Float64Array,
): LogRatio {
  const unknown = (x: number, i: number) =>
    new RangeError(
      `${functionName}: ${placeOf(i)} is ${x}, which is impossible under both p and q; the ratio of 0 to 0 is undefined`,
    );
  if (p instanceof Float64Array && q instanceof Float64Array) {
    checkSameLength(functionName, ["p", "q"], [p, q]);
    const ratios = logRatio(p, q);
    return (x, i) => {
      checkClass(functionName, x, ratios.length, i);
      if (Number.isNaN(ratios[x])) throw unknown(x, i);
      return ratios[x];
    };
  }
  const ofP = logProbabilityOf(functionName, "p", p);
  const ofQ = logProbabilityOf(functionName, "q", q);
  return (x, i) => {
    const inP = ofP(x, i);
    const inQ = ofQ(x, i);
    if (inP !== inQ || Number.isFinite(inP)) return inP - inQ;
    if (inP === Number.NEGATIVE_INFINITY) throw unknown(x, i);
    throw new RangeError(
      `${functionName}: ${placeOf(i)} is ${x}, where both densities are infinite; their ratio is undefined`,
    );
  };
}

/** Throws for an observation that is no number. */
export function checkObservation(functionName: string, x: unknown, i: number): asserts x is number {
  if (typeof x !== "number") {
    throw new TypeError(`${functionName}: ${placeOf(i)} is ${describe(x)}; observations must be numbers`);
  }
  if (Number.isNaN(x)) throw new RangeError(`${functionName}: ${placeOf(i)} is NaN; observations must be numbers`);
}
