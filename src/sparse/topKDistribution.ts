// A distribution of which a list is known, the top-k that an API gives, and what follows for the rest.

import {
  checkInteger,
  checkNumber,
  checkOptions,
  describe,
  isList,
  isObject,
  mustBe,
  propertyOf,
  show,
} from "../engine/checks.js";
import { exp, expm1, ln } from "../numbers/scalar.js";
import { Sum } from "../numbers/twofold.js";
import { isBytes, shownToken, type Token, textOfBytes, tokenOf } from "./token.js";

/** A token of a list as APIs write it: `token` is the text, its bytes or the id; `bytes`, where they are given, come before `token`. */
export interface ListedToken {
  /** Its id, text or bytes. */
  readonly token: Token | ArrayLike<number>;
  /** Its bytes, which tell texts apart that do not decode. */
  readonly bytes?: ArrayLike<number> | null;
  /** ln p, or p with `input: "probabilities"`. */
  readonly logprob: number;
}

/** A list: objects, pairs, a map, or a plain object whose keys are texts. */
export type Entries =
  | Iterable<ListedToken | readonly [token: Token | ArrayLike<number>, logprob: number]>
  | ReadonlyMap<Token, number>
  | Readonly<Record<string, number>>;

/** The options of {@link topKDistribution}. */
export interface TopKOptions {
  /**
   * Whether the list is the top: no class that is not in it is likelier than the least in it. `true` by default. A number k: the k
   * likeliest of the list are the top, and what else it has is also known, as where an API adds the token that was drawn.
   */
  topK?: boolean | number;
  /** How many classes there are, the vocabulary's size. Any number by default. */
  classes?: number;
  /** What the numbers are: `"logProbabilities"` by default, natural logarithms. */
  input?: "logProbabilities" | "probabilities";
  /** How far each log-probability may be from the true one: 1e-6 by default, what f32 leaves. 0 for numbers of full precision. */
  rounding?: number;
}

const NAME = "topKDistribution";
const KEYS = ["topK", "classes", "input", "rounding"];
const INPUTS = ["logProbabilities", "probabilities"];

/** What f64 adds: the logarithm is rounded, relative to its size, and so is its exponential. */
const ULP = 2 ** -52;

/** How far from 1 the probabilities of all classes may sum, as they were computed. */
const ERROR_OF_SUM = 2 ** -46;

/** A rounding from which on nothing is known. */
const MOST_ROUNDING = 0.5;

/** A distribution known in part. Made by {@link topKDistribution}. */
export class TopKDistribution {
  /** The tokens of the list, in its order. */
  readonly tokens: readonly Token[];
  /** Their log-probabilities, in nats. */
  readonly logProbabilities: Float64Array;
  /** What the list leaves: 1 - Σp, or 0 where rounding made that negative. */
  readonly rest: number;
  /** The most that any class outside the list can have. */
  readonly mostUnlisted: number;
  /** How many classes there are; undefined where it is not known. */
  readonly classes: number | undefined;
  /** How far each log-probability may be from the true one. */
  readonly rounding: number;
  /** The number of tokens that are the top of all. @internal */
  readonly top: number;
  /** e^logProbabilities. @internal */
  readonly probabilities: Float64Array;
  /** By how much each probability may be off, relative to it. @internal */
  readonly errors: Float64Array;
  /** What the rest is at least and at most, with rounding. @internal */
  readonly restLeast: number;
  /** @internal */
  readonly restMost: number;
  /** The place of each token. @internal */
  readonly places: ReadonlyMap<Token, number>;

  /** @internal */
  constructor(tokens: Token[], logs: Float64Array, options: TopKOptions, functionName: string) {
    const { topK = true, classes, rounding = 1e-6 } = options;
    const count = tokens.length;
    const places = new Map<Token, number>();
    for (let i = 0; i < count; i++) places.set(tokens[i], i);
    if (places.size < count) {
      const i = tokens.findIndex((token, i) => places.get(token) !== i);
      throw new RangeError(`${functionName}: token ${shownToken(tokens[i])} is listed twice; sum up or leave out one`);
    }
    const probabilities = new Float64Array(count);
    const errors = new Float64Array(count);
    const relative = rounding === 0 ? 0 : expm1(rounding);
    const listed = new Sum();
    let error = ERROR_OF_SUM;
    for (let i = 0; i < count; i++) {
      const log = logs[i];
      const p = log === Number.NEGATIVE_INFINITY ? 0 : Math.max(exp(log), Number.MIN_VALUE);
      probabilities[i] = p;
      errors[i] = p === 0 ? 0 : relative + ULP * (2 - log);
      listed.add(p);
      error += p * errors[i];
    }
    const left = 1 - listed.high - listed.low;
    if (left + error < 0) {
      throw new RangeError(
        `${functionName}: the probabilities of entries sum to ${1 - left}, which is above 1 by more than rounding: ${rounding}; ` +
          "pass how far the log-probabilities may be off as rounding, or softmax logits first",
      );
    }
    this.tokens = tokens;
    this.logProbabilities = logs;
    this.probabilities = probabilities;
    this.errors = errors;
    this.places = places;
    this.classes = classes;
    this.rounding = rounding;
    this.rest = Math.max(0, left);
    this.restLeast = Math.max(0, left - error);
    this.top = topK === true ? count : topK === false ? 0 : Math.min(topK, count);
    const most = Math.max(0, left + error);
    this.mostUnlisted = Math.min(most, this.#leastOfTop());
    // as many classes as there are
    const unlisted = (classes ?? Number.POSITIVE_INFINITY) - count;
    const room = this.mostUnlisted === 0 ? 0 : unlisted * this.mostUnlisted;
    if (unlisted < 0) {
      throw new RangeError(`${functionName}: entries has ${count} tokens; classes is ${classes}, which is fewer`);
    }
    if (room < this.restLeast) {
      throw new RangeError(
        `${functionName}: entries leave ${this.rest}, for which ${unlisted} classes of at most ${this.mostUnlisted} have no room; ` +
          (this.top > 0 ? "pass topK: false for a list that is not the top, or a larger rounding" : "check classes"),
      );
    }
    this.restMost = Math.min(most, room);
  }

  /** The least probability of the top, rounded up; 1 where the list is no top. */
  #leastOfTop(): number {
    const { probabilities, errors, top } = this;
    if (top === 0) return 1;
    let least = 0;
    if (top === probabilities.length) {
      for (let i = 1; i < top; i++) if (probabilities[i] < probabilities[least]) least = i;
    } else {
      least = Array.from(probabilities.keys()).sort((i, j) => probabilities[j] - probabilities[i])[top - 1];
    }
    return Math.min(1, probabilities[least] * (1 + errors[least]));
  }

  /**
   * The log-probability of a token.
   *
   * @param token - Its id or text, as the list has it.
   * @returns Nats; undefined for a token that is not in the list.
   */
  logProbability(token: Token): number | undefined {
    const place = this.places.get(token);
    return place === undefined ? undefined : this.logProbabilities[place];
  }

  /** As a line of the neutral JSONL has it. @internal */
  toJSON(): object {
    const { tokens, logProbabilities, top, classes, rounding } = this;
    return {
      // -Infinity is null, as JSON has it
      top: tokens.map((token, i) => [token, logProbabilities[i]]),
      ...(top < tokens.length && { topK: top === 0 ? false : top }),
      ...(classes !== undefined && { classes }),
      ...(rounding !== 1e-6 && { rounding }),
    };
  }
}

/** Throws for options that are none. @internal */
export function checkTopKOptions(functionName: string, options: TopKOptions, count = 1): void {
  const { topK, classes, input, rounding } = options;
  if (topK !== undefined && typeof topK !== "boolean") {
    if (typeof topK !== "number") throw mustBe(functionName, "topK", topK, "a boolean or a number");
    checkInteger(functionName, "topK", topK, 1);
  }
  if (classes !== undefined) checkInteger(functionName, "classes", classes, count);
  if (input !== undefined && !INPUTS.includes(input)) {
    const words = `${functionName}: input is ${show(input)}; it must be "${INPUTS.join('" or "')}"`;
    throw typeof input === "string" ? new RangeError(words) : new TypeError(words);
  }
  if (rounding !== undefined) {
    const isRounding = (x: number) => x >= 0 && x <= MOST_ROUNDING;
    checkNumber(functionName, "rounding", rounding, isRounding, `from 0 to ${MOST_ROUNDING}`);
  }
}

/** The number of an entry as a log-probability. */
function logOf(value: unknown, placeOf: () => string, areProbabilities: boolean, rounding: number): number {
  const kind = areProbabilities ? "probabilities" : "log-probabilities";
  if (typeof value !== "number") throw new TypeError(`${placeOf()} is ${describe(value)}; ${kind} must be numbers`);
  const isValid = areProbabilities ? value >= 0 && value <= 1 + 2 * rounding : value <= rounding;
  if (!isValid) {
    const hint = value > 0 && value <= 1 && !areProbabilities ? '; for probabilities pass input: "probabilities"' : "";
    const demand = areProbabilities ? "from 0 to 1" : "at most 0";
    throw new RangeError(`${placeOf()} is ${value}; ${kind} must be ${demand}${hint}`);
  }
  if (!areProbabilities) return value;
  return value === 0 ? Number.NEGATIVE_INFINITY : ln(value);
}

const WHAT = "must be a map, a plain object, or a list of { token, logprob } or [token, logprob]";

/** What an entry of a list says. */
function readEntry(entry: unknown): [token: unknown, value: unknown] | undefined {
  if (!isObject(entry)) return undefined;
  if (isList(entry)) return entry.length === 2 ? [entry[0], entry[1]] : undefined;
  const bytes = propertyOf(entry, "bytes");
  const token = propertyOf(entry, "token");
  return [isBytes(bytes) && bytes.length > 0 ? textOfBytes(bytes) : token, propertyOf(entry, "logprob")];
}

/** The entries one after the other; throws for what is no list. */
function entriesOf(entries: unknown): [token: unknown, value: unknown][] {
  if (!isObject(entries)) throw new TypeError(`${NAME}: entries is ${describe(entries)}; it ${WHAT}`);
  let list: unknown[];
  try {
    const isIterable = Symbol.iterator in entries;
    const prototype = Object.getPrototypeOf(entries);
    const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
    if (!isIterable && !isPlain) throw new TypeError();
    list = isIterable ? Array.from(entries as Iterable<unknown>) : Object.entries(entries);
  } catch {
    throw new TypeError(`${NAME}: entries is ${describe(entries)}; it ${WHAT}`);
  }
  return list.map((entry, i) => {
    const read = readEntry(entry);
    if (read === undefined) {
      throw new TypeError(
        `${NAME}: entries[${i}] is ${describe(entry)}; it must be { token, logprob } or [token, logprob]`,
      );
    }
    return read;
  });
}

/**
 * Makes a distribution known in part of a list, such as the top-k log-probabilities that APIs of language models give. For
 * {@link divergenceBounds}.
 *
 * What the list leaves, 1 - Σp, lies on classes that it does not have, each of which has at most what the least of the list has. Log-
 * probabilities are rounded, and so may sum to more than 1: by what `rounding` allows.
 *
 * @param entries - A list of `{ token, logprob }` or `[token, logprob]`, a Map, or a plain object of texts. A token is an id, a text or
 * bytes; all lists that are compared must name them alike. The Map of node-llama-cpp has probabilities: pass `input: "probabilities"`.
 * @returns The distribution, which is never changed.
 * @throws TypeError for what is no list, a token that is none, or an unknown option.
 * @throws RangeError for an empty list, a token that is there twice, a log-probability above 0, a sum above 1 (beyond `rounding`), and
 * a rest for which there is no room in the classes that are not listed. Complexity O(tokens).
 * @example
 * topKDistribution([{ token: " Paris", logprob: -0.25 }, { token: " the", logprob: -2 }]).rest.toFixed(4); // "0.0859"
 */
export function topKDistribution(entries: Entries, options: TopKOptions = {}): TopKDistribution {
  checkOptions(NAME, options, KEYS);
  checkTopKOptions(NAME, options);
  const { input = "logProbabilities", rounding = 1e-6 } = options;
  const list = entriesOf(entries);
  if (list.length === 0) throw new RangeError(`${NAME}: entries is empty; at least one token must be known`);
  const tokens: Token[] = [];
  const logs = new Float64Array(list.length);
  for (const [i, [name, value]] of list.entries()) {
    const token = tokenOf(name);
    if (token === undefined) {
      const demand = "an id (an integer >= 0), a text or bytes";
      throw new TypeError(`${NAME}: the token of entries[${i}] is ${show(name)}; it must be ${demand}`);
    }
    tokens.push(token);
    const placeOf = () => `${NAME}: the logprob of entries[${i}], token ${shownToken(token)},`;
    logs[i] = logOf(value, placeOf, input === "probabilities", rounding);
  }
  return new TopKDistribution(tokens, logs, options, NAME);
}
