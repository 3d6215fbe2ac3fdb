// Positions of texts with the log-probabilities that a server gave, from its answers: objects, or files of them.

import { shown } from "../compare/shown.js";
import { checkOptions, isObject, mustBe } from "../engine/checks.js";
import { nodeModule } from "../engine/platform.js";
import { fileChunks } from "./fileChunks.js";
import { type Listed, Misfit, readAnswers } from "./formats.js";
import { isIterable } from "./iterables.js";
import { placeOf, shownPath } from "./jsonText.js";
import { type JsonValue, jsonValues } from "./jsonValues.js";
import type { Token } from "./token.js";
import { checkTopKOptions, type TopKDistribution, type TopKOptions } from "./topKDistribution.js";

/** The options of {@link readPositions} and {@link positionsOf}; where they are given, they come before what a file says. */
export interface PositionOptions extends Omit<TopKOptions, "input"> {
  /** Of the source, for messages, where that is not a path. */
  name?: string;
}

/** A place in a text, and what a model says comes there. */
export interface Position {
  /** Of which answer, counted from 0: each answer, each of several choices of one, and each prompt with what follows it. */
  readonly record: number;
  /** The place in the record, counted from 0 over what has log-probabilities. */
  readonly index: number;
  /** The token that is there; undefined where the format does not say. */
  readonly token: Token | undefined;
  /** Its log-probability in nats; undefined where that is not known. */
  readonly logProbability: number | undefined;
  /** What is known of all tokens there. */
  readonly distribution: TopKDistribution;
}

const KEYS = ["topK", "classes", "rounding", "name"];

function checkPositionOptions(functionName: string, options: PositionOptions): void {
  checkOptions(functionName, options, KEYS);
  checkTopKOptions(functionName, options);
  const { name } = options;
  if (name !== undefined && typeof name !== "string") throw mustBe(functionName, "name", name, "a string");
}

/** Answers whose parts come one among another. */
const MOST_OPEN = 1024;

/** Counts records, and positions within them. */
class Counter {
  readonly #open = new Map<string, { readonly record: number; count: number }>();
  #records = 0;

  position({ key = "", token, logProbability, distribution }: Listed): Position {
    let open = this.#open.get(key);
    if (open === undefined) {
      open = { record: this.#records++, count: 0 };
      this.#open.set(key, open);
      for (const oldest of this.#open.keys()) {
        if (this.#open.size <= MOST_OPEN) break;
        this.#open.delete(oldest);
      }
    }
    return { record: open.record, index: open.count++, token, logProbability, distribution };
  }
}

const errorOf = ({ message, isRange }: Misfit, place: string, path: string): Error =>
  new (isRange ? RangeError : TypeError)(`${place}: ${shown(`${path || "it"} ${message}`, Infinity)}`);

/**
 * The positions of a server's answer that is there as an object: of one answer, or an array of them.
 *
 * Known are OpenAI's chat completions, completions and responses, and its batches; vLLM's, with `prompt_logprobs`; SGLang's; those of
 * llama.cpp's server; Ollama's; and the neutral format of docs/sparse.md. Two tokens of one text are one class where a format has no ids
 * or bytes.
 *
 * @param response - The answer, as `JSON.parse` or a client gives it.
 * @returns One position for each token that has log-probabilities.
 * @throws TypeError for what is none of these formats, with the path of what does not fit, and for an answer without log-probabilities.
 * @throws RangeError for numbers that are no log-probabilities, and lists that are no distributions. Complexity O(tokens).
 * @example
 * const top_logprobs = [{ token: "Hi", logprob: -0.5 }, { token: "Yo", logprob: -1.5 }];
 * const content = [{ token: "Hi", logprob: -0.5, top_logprobs }];
 * positionsOf({ choices: [{ index: 0, logprobs: { content } }] })[0].distribution.tokens; // ["Hi", "Yo"]
 */
export function positionsOf(response: object, options: PositionOptions = {}): Position[] {
  const functionName = "positionsOf";
  checkPositionOptions(functionName, options);
  if (!isObject(response)) throw mustBe(functionName, "response", response, "an object");
  const { name = "response", ...ofLists } = options;
  const counter = new Counter();
  try {
    return Array.from(readAnswers(response, undefined, ofLists, { line: "0" }), (listed) => counter.position(listed));
  } catch (error) {
    if (error instanceof Misfit) throw errorOf(error, functionName, shownPath(error.path) || name);
    throw error;
  }
}

/** The line and the column of a place in a value, each counted from 1. */
export function lineAndColumn({ text, line, column }: JsonValue, at: number): string {
  const before = text.slice(0, at);
  const lines = before.split("\n").length - 1;
  const inLine = at - (before.lastIndexOf("\n") + 1);
  return `${line + lines}:${lines === 0 ? column + inLine : inLine + 1}`;
}

/**
 * Reads a file of servers' answers: JSON Lines, one JSON value, an array of them, or what a server streams (`data: …`). Which format each
 * answer has is found by its fields; {@link positionsOf} says which are known. The file is read as it is needed, so that it may be larger
 * than memory.
 *
 * @param source - The path of a file (in Node, Bun and Deno), or an iterable of its bytes or text, such as a `ReadableStream`.
 * @returns Positions, one after the other.
 * @throws TypeError for text that is no JSON, and answers of no known format, with file, line and column: `base.jsonl:17:203: …`.
 * @throws RangeError for numbers that are no log-probabilities, and lists that are no distributions, likewise.
 * @throws Error for a path that cannot be read, with the system's `code`. Memory: one answer.
 * @example
 * const lines = ['{"record":0,"token":"Hi","top":[["Hi",-0.5],["Yo",-1.5]]}\n'];
 * const tokens = [];
 * for await (const { token } of readPositions(lines)) tokens.push(token);
 * tokens; // ["Hi"]
 */
export async function* readPositions(
  source: string | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  options: PositionOptions = {},
): AsyncGenerator<Position, void, undefined> {
  const functionName = "readPositions";
  checkPositionOptions(functionName, options);
  const isPath = typeof source === "string";
  if (!isPath && !isIterable(source)) {
    throw mustBe(functionName, "source", source, "a path, or an iterable of bytes or text");
  }
  if (isPath && nodeModule === undefined) {
    throw new TypeError(`${functionName}: source is a path, which needs Node, Bun or Deno; pass an iterable of bytes`);
  }
  const { name = isPath ? source : "source", ...ofLists } = options;
  const counter = new Counter();
  const progress = { line: "0" };
  for await (const value of jsonValues(isPath ? fileChunks(source) : source, functionName)) {
    const place = (at: number) => `${shown(name, Infinity)}:${lineAndColumn(value, at)}`;
    if (value.fault !== undefined) {
      throw new TypeError(
        `${place(value.fault)}: this is not JSON: ${shown(value.text.slice(value.fault), 20) || "it ends here"}`,
      );
    }
    try {
      for (const listed of readAnswers(value.value, undefined, ofLists, progress)) yield counter.position(listed);
    } catch (error) {
      if (error instanceof Misfit) {
        throw errorOf(error, place(placeOf(value.text, error.path)), shownPath(error.path) || "the answer");
      }
      throw error;
    }
  }
}
