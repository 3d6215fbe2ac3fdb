// What servers of language models answer, as lists of log-probabilities, position by position. The formats are told apart by their fields.

import { shown } from "../compare/shown.js";
import { describe, isList, isObject, propertyOf, show } from "../engine/checks.js";
import { exp, ln } from "../numbers/scalar.js";
import { type Path, under } from "./jsonText.js";
import { isBytes, type Token, textOfBytes, tokenOf } from "./token.js";
import { TopKDistribution, type TopKOptions } from "./topKDistribution.js";

/** One position of a text. */
export interface Listed {
  /** Of the record: what is new in it begins a record. */
  readonly key: string | undefined;
  readonly token: Token | undefined;
  readonly logProbability: number | undefined;
  readonly distribution: TopKDistribution;
}

/** A value that is not as its format has it. */
export class Misfit {
  readonly path: Path | undefined;
  readonly message: string;
  readonly isRange: boolean;

  constructor(path: Path | undefined, message: string, isRange = false) {
    this.path = path;
    this.message = message;
    this.isRange = isRange;
  }
}

/** Throws for a value that must be something else. */
function fail(path: Path | undefined, value: unknown, demand: string, isRange = false): never {
  throw new Misfit(
    path,
    `is ${typeof value === "string" || typeof value === "number" ? show(value) : describe(value)}; it must be ${demand}`,
    isRange,
  );
}

/** OpenAI's mark of a token that was drawn and is not in the list. */
const UNKNOWN = -9999;

/** llama.cpp's least f32, and less: the logarithm of 0. */
const LOG_OF_ZERO = -1e30;

function readLog(value: unknown, path: () => Path, rounding: number): number {
  if (typeof value !== "number") return fail(path(), value, "a number");
  if (!(value <= rounding)) return fail(path(), value, "a log-probability, at most 0", true);
  return value < LOG_OF_ZERO ? Number.NEGATIVE_INFINITY : value;
}

function readProbability(value: unknown, path: () => Path, rounding: number): number {
  if (typeof value !== "number") return fail(path(), value, "a number");
  if (!(value >= 0 && value <= 1 + 2 * rounding)) return fail(path(), value, "a probability, from 0 to 1", true);
  return value === 0 ? Number.NEGATIVE_INFINITY : Math.min(ln(value), rounding);
}

function listOf(value: unknown, path: Path | undefined): readonly unknown[] {
  return Array.isArray(value) ? value : fail(path, value, "an array");
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => isObject(value) && !isList(value);

const fieldsOf = (value: unknown, path: Path | undefined): Fields =>
  isFields(value) ? value : fail(path, value, "an object");

/** What a reader is told. */
type ReaderOptions = Omit<TopKOptions, "input">;

/** Begins the messages that are passed on. */
const LIST = "list";

/** The list of one position, as it is gathered. */
class Listing {
  readonly #path: Path;
  readonly #options: ReaderOptions;
  readonly #tokens: Token[] = [];
  readonly #logs: number[] = [];
  /** How many of the list are the top, where the format says so. */
  top: number | undefined;

  constructor(path: Path, options: ReaderOptions) {
    this.#path = path;
    this.#options = options;
  }

  get count(): number {
    return this.#tokens.length;
  }

  get rounding(): number {
    return this.#options.rounding ?? 1e-6;
  }

  add(token: Token, log: number): void {
    this.#tokens.push(token);
    this.#logs.push(log);
  }

  /** Two tokens of one text are one class. */
  #merge(): void {
    const sums = new Map<Token, number>();
    for (const [i, token] of this.#tokens.entries()) {
      const log = this.#logs[i];
      const sum = sums.get(token);
      sums.set(token, sum === undefined ? log : Math.min(0, ln(exp(sum) + exp(log))));
    }
    this.#tokens.splice(0, Infinity, ...sums.keys());
    this.#logs.splice(0, Infinity, ...sums.values());
  }

  /** The position, with the token that is there, and its log-probability where the format has it. */
  done(key: string | undefined, token: Token | undefined, log: number | undefined): Listed {
    const tokens = this.#tokens;
    const count = tokens.length;
    const place = token === undefined ? -1 : tokens.indexOf(token);
    let known = place < 0 ? log : this.#logs[place];
    let top = this.top ?? count;
    if (place < 0 && token !== undefined && log !== undefined) {
      if (log > UNKNOWN) this.add(token, log);
      else known = undefined;
    } else if (place >= 0 && this.top === undefined && this.#isLeast(place)) {
      // it may be there because it was drawn, below others that are not listed
      top = count - 1;
    }
    if (tokens.length === 0) {
      throw new Misfit(this.#path, "lists no token; ask the server for the top log-probabilities");
    }
    try {
      return { key, token, logProbability: known, distribution: this.#distribution(top) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (new Set(tokens).size < tokens.length) {
        this.#merge();
        this.top = Math.min(top, tokens.length);
        return this.done(key, token, log);
      }
      throw new Misfit(this.#path, `is no distribution: ${error.message.slice(LIST.length + 2)}`, true);
    }
  }

  #distribution(top: number): TopKDistribution {
    const topK = this.#options.topK ?? (top === 0 ? false : top);
    return new TopKDistribution(this.#tokens, Float64Array.from(this.#logs), { ...this.#options, topK }, LIST);
  }

  #isLeast(place: number): boolean {
    const least = this.#logs[place];
    for (let i = 0; i < this.#logs.length; i++) if (i !== place && this.#logs[i] <= least) return false;
    return true;
  }
}

/** vLLM's spelling of ids, where it is asked for them. */
const TOKEN_ID = /^token_id:(\d+)$/;

function tokenFrom(text: unknown, path: () => Path): Token {
  const token = tokenOf(text);
  if (token === undefined) return fail(path(), text, "a token");
  const id = typeof token === "string" && token.startsWith("token_id:") ? TOKEN_ID.exec(token)?.[1] : undefined;
  return id === undefined ? token : Number(id);
}

/** What texts have of bytes that do not decode: the replacement character, or as OpenAI spells them, "\\xe2". */
const UNDECODED = /[\ufffd\\]/;

/** The token of { id } (llama.cpp), { bytes } or { token }. */
function tokenOfItem(item: Fields, path: Path): Token {
  if (typeof item.id === "number") return tokenFrom(item.id, () => under(path, "id"));
  const { bytes, token } = item;
  // most texts say it all
  if (typeof token === "string" && !UNDECODED.test(token)) return tokenFrom(token, () => under(path, "token"));
  if (isBytes(bytes) && bytes.length > 0) return tokenFrom(textOfBytes(bytes), () => under(path, "bytes"));
  return tokenFrom(token ?? item.tok_str ?? item.content, () => under(path, "token"));
}

/** The log-probability of { logprob }, or after sampling { prob }. */
const logOfItem = (item: Fields, path: Path, rounding: number): number =>
  item.prob === undefined
    ? readLog(item.logprob, () => under(path, "logprob"), rounding)
    : readProbability(item.prob, () => under(path, "prob"), rounding);

/** Positions of OpenAI's chat, Ollama and llama.cpp: { token, logprob, top_logprobs: [{ token, logprob }] }. */
function* readItems(items: unknown, path: Path, key: string | undefined, options: ReaderOptions): Generator<Listed> {
  for (const [i, value] of listOf(items, path).entries()) {
    const place = under(path, i);
    const item = fieldsOf(value, place);
    // top_probs after sampling, as llama.cpp has it, and probs before that
    const name = ["top_logprobs", "top_probs", "probs"].find((name) => item[name] !== undefined) ?? "top_logprobs";
    const placeOfList = under(place, name);
    const listing = new Listing(item[name] === undefined ? place : placeOfList, options);
    for (const [j, listed] of listOf(item[name] ?? [], placeOfList).entries()) {
      const placeOfEntry = under(placeOfList, j);
      const fields = fieldsOf(listed, placeOfEntry);
      listing.add(tokenOfItem(fields, placeOfEntry), logOfItem(fields, placeOfEntry, listing.rounding));
    }
    const hasNumber = item.logprob !== undefined || item.prob !== undefined;
    yield listing.done(key, tokenOfItem(item, place), hasNumber ? logOfItem(item, place, listing.rounding) : undefined);
  }
}

/** Positions of OpenAI's completions: { tokens, token_logprobs, top_logprobs: [{ text: logprob }] }. The first of a prompt has none. */
function* readColumns(columns: Fields, path: Path, key: string | undefined, options: ReaderOptions): Generator<Listed> {
  const placeOfLists = under(path, "top_logprobs");
  const tokens = listOf(columns.tokens, under(path, "tokens"));
  const logs = listOf(columns.token_logprobs, under(path, "token_logprobs"));
  for (const [i, list] of listOf(columns.top_logprobs, placeOfLists).entries()) {
    const place = under(placeOfLists, i);
    if (list === null) continue;
    const listing = new Listing(place, options);
    for (const [text, value] of Object.entries(fieldsOf(list, place))) {
      const placeOfEntry = () => under(place, text);
      listing.add(tokenFrom(text, placeOfEntry), readLog(value, placeOfEntry, listing.rounding));
    }
    const token = tokenFrom(tokens[i], () => under(under(path, "tokens"), i));
    const log = readLog(logs[i], () => under(under(path, "token_logprobs"), i), listing.rounding);
    yield listing.done(key, token, log);
  }
}

/** Positions of vLLM's prompt_logprobs: [null, { id: { logprob, rank, decoded_token } }]. */
function* readRanks(
  lists: unknown,
  path: Path,
  ids: unknown,
  key: string | undefined,
  options: ReaderOptions,
): Generator<Listed> {
  for (const [i, list] of listOf(lists, path).entries()) {
    if (list === null) continue;
    const place = under(path, i);
    const listing = new Listing(place, options);
    const ranks = new Map<number, Token>();
    for (const [id, value] of Object.entries(fieldsOf(list, place))) {
      const placeOfEntry = under(place, id);
      const token = tokenFrom(/^\d+$/.test(id) ? Number(id) : id, () => placeOfEntry);
      const isNumber = typeof value === "number";
      const fields = isNumber ? { logprob: value } : fieldsOf(value, placeOfEntry);
      const placeOfLog = () => (isNumber ? placeOfEntry : under(placeOfEntry, "logprob"));
      listing.add(token, readLog(fields.logprob, placeOfLog, listing.rounding));
      if ("rank" in fields && typeof fields.rank === "number") ranks.set(fields.rank, token);
    }
    let token = Array.isArray(ids) ? tokenOf(ids[i]) : undefined;
    if (ranks.size > 0) {
      let top = 0;
      while (ranks.has(top + 1)) top++;
      listing.top = top;
      // one that is beyond the top is there since it is the prompt's
      for (const [rank, listed] of ranks) if (rank > top) token ??= listed;
    }
    yield listing.done(key, token, undefined);
  }
}

/** Positions of SGLang: lists of [logprob, id, text]. The first of a prompt has none. */
function* readTriples(
  lists: unknown,
  chosen: unknown,
  [path, pathOfChosen]: readonly [Path, Path],
  key: string | undefined,
  options: ReaderOptions,
): Generator<Listed> {
  const triple = (value: unknown, place: Path, rounding: number): [Token, number] => {
    const parts = listOf(value, place);
    return [tokenFrom(parts[1], () => under(place, 1)), readLog(parts[0], () => under(place, 0), rounding)];
  };
  const drawn = chosen === undefined ? [] : listOf(chosen, pathOfChosen);
  for (const [i, list] of listOf(lists, path).entries()) {
    const place = under(path, i);
    if (list === null || (isList(list) && list.length === 0)) continue;
    const listing = new Listing(place, options);
    for (const [j, entry] of listOf(list, place).entries()) {
      listing.add(...triple(entry, under(place, j), listing.rounding));
    }
    const hasDrawn = isList(drawn[i]) && drawn[i][0] !== null;
    const [token, log] = hasDrawn ? triple(drawn[i], under(pathOfChosen, i), listing.rounding) : [];
    yield listing.done(key, token, log);
  }
}

const NO_NUMBERS = "has no log-probabilities; ask the server for them, and for the top ones";

function* readChoices(
  response: Fields,
  path: Path | undefined,
  line: string,
  options: ReaderOptions,
): Generator<Listed> {
  const places = under(path, "choices");
  for (const [i, value] of listOf(response.choices, places).entries()) {
    const place = under(places, i);
    const choice = fieldsOf(value, place);
    const isPart = typeof response.object === "string" && response.object.endsWith(".chunk");
    const index = choice.index ?? i;
    const key = isPart ? `${response.id} ${index}` : `${line} ${index}`;
    const prompt = choice.prompt_logprobs ?? response.prompt_logprobs;
    if (isObject(prompt)) {
      const placeOfPrompt = under(choice.prompt_logprobs ? place : path, "prompt_logprobs");
      yield* readRanks(prompt, placeOfPrompt, choice.prompt_token_ids ?? response.prompt_token_ids, key, options);
    }
    const numbers = choice.logprobs;
    const placeOfNumbers = under(place, "logprobs");
    if (isFields(numbers)) {
      if (isObject(numbers.content)) yield* readItems(numbers.content, under(placeOfNumbers, "content"), key, options);
      else if (isObject(numbers.top_logprobs)) yield* readColumns(numbers, placeOfNumbers, key, options);
      else if (!isPart) throw new Misfit(placeOfNumbers, NO_NUMBERS);
    } else if (!isPart && !isObject(prompt)) throw new Misfit(place, NO_NUMBERS);
  }
}

function* readSglang(
  response: Fields,
  path: Path | undefined,
  line: string,
  options: ReaderOptions,
): Generator<Listed> {
  const place = under(path, "meta_info");
  const meta = fieldsOf(response.meta_info, place);
  let isThere = false;
  for (const part of ["input", "output"]) {
    const [lists, chosen] = [`${part}_top_logprobs`, `${part}_token_logprobs`];
    if (!isObject(meta[lists])) continue;
    isThere = true;
    const places = [under(place, lists), under(place, chosen)] as const;
    yield* readTriples(meta[lists], meta[chosen] ?? undefined, places, line, options);
  }
  if (!isThere) throw new Misfit(place, NO_NUMBERS);
}

/** OpenAI's responses: { output: [{ content: [{ logprobs }] }] }. */
function* readOutput(
  response: Fields,
  path: Path | undefined,
  line: string,
  options: ReaderOptions,
): Generator<Listed> {
  const places = under(path, "output");
  let isThere = false;
  for (const [i, item] of listOf(response.output, places).entries()) {
    const contents = propertyOf(item, "content");
    if (!Array.isArray(contents)) continue;
    for (const [j, content] of contents.entries()) {
      const logs = propertyOf(content, "logprobs");
      if (!Array.isArray(logs)) continue;
      isThere = true;
      const place = under(under(under(under(places, i), "content"), j), "logprobs");
      yield* readItems(logs, place, line, options);
    }
  }
  if (!isThere) throw new Misfit(places, NO_NUMBERS);
}

/** A line of the neutral format: { top: [[token, logprob]], token, logprob, record, topK, classes, rounding }. */
function* readNeutral(line: Fields, path: Path | undefined, options: ReaderOptions): Generator<Listed> {
  const placeOfTop = under(path, "top");
  const own: Record<string, unknown> = {};
  for (const name of ["topK", "classes", "rounding"] as const) {
    const value = line[name];
    if (value === undefined) continue;
    const isValid =
      name === "rounding"
        ? Number.isFinite(value) && (value as number) >= 0 && (value as number) <= 0.5
        : Number.isInteger(value) && (value as number) > 0;
    if (!isValid && !(name === "topK" && typeof value === "boolean"))
      fail(under(path, name), value, `a ${name} as topKDistribution takes it`);
    own[name] = value;
  }
  const listing = new Listing(placeOfTop, { ...own, ...options });
  const logOf = (value: unknown, place: () => Path) =>
    value === null ? Number.NEGATIVE_INFINITY : readLog(value, place, listing.rounding);
  for (const [i, entry] of listOf(line.top, placeOfTop).entries()) {
    const place = under(placeOfTop, i);
    const pair = listOf(entry, place);
    listing.add(
      tokenFrom(pair[0], () => under(place, 0)),
      logOf(pair[1], () => under(place, 1)),
    );
  }
  const { record, token, logprob } = line;
  if (record !== undefined && typeof record !== "number" && typeof record !== "string") {
    fail(under(path, "record"), record, "a number or a text");
  }
  // what is said to be the top is
  listing.top = listing.count;
  yield listing.done(
    record === undefined ? undefined : String(record),
    token === undefined ? undefined : tokenFrom(token, () => under(path, "token")),
    logprob === undefined ? undefined : logOf(logprob, () => under(path, "logprob")),
  );
}

/** Of answers that come in parts: the record goes on until one says that it is done. */
export interface Progress {
  line: string;
}

const KNOWN =
  "of a known format: choices (OpenAI, vLLM), meta_info (SGLang), completion_probabilities (llama.cpp), logprobs (Ollama), output (OpenAI) or top (logratio)";

/** The positions of an answer, or of an array of them. `progress` tells parts of one answer from the next one. */
export function* readAnswers(
  value: unknown,
  path: Path | undefined,
  options: ReaderOptions,
  progress: Progress,
): Generator<Listed> {
  if (!Array.isArray(value)) yield* readAnswer(value, path, options, progress);
  else for (const [i, answer] of value.entries()) yield* readAnswer(answer, under(path, i), options, progress);
}

function* readAnswer(
  value: unknown,
  path: Path | undefined,
  options: ReaderOptions,
  progress: Progress,
): Generator<Listed> {
  const response = fieldsOf(value, path);
  const { line } = progress;
  const next = () => {
    progress.line = `${Number(line) + 1}`;
  };
  if (response.top !== undefined) yield* readNeutral(response, path, options);
  else if (response.choices !== undefined) {
    next();
    yield* readChoices(response, path, line, options);
  } else if (response.meta_info !== undefined) {
    next();
    yield* readSglang(response, path, line, options);
  } else if (
    response.completion_probabilities !== undefined ||
    (response.stop !== undefined && "content" in response)
  ) {
    if (response.stop !== false) next();
    const place = under(path, "completion_probabilities");
    yield* readItems(response.completion_probabilities ?? [], place, line, options);
  } else if (response.done !== undefined || Array.isArray(response.logprobs)) {
    if (response.done !== false) next();
    yield* readItems(response.logprobs ?? [], under(path, "logprobs"), line, options);
  } else if (response.output !== undefined) {
    next();
    yield* readOutput(response, path, line, options);
  } else if (isFields(propertyOf(response.response, "body"))) {
    // a line of OpenAI's batches
    yield* readAnswer(propertyOf(response.response, "body"), under(under(path, "response"), "body"), options, progress);
  } else throw new Misfit(path, `has the keys ${keysOf(response) || "of none"}; it must be ${KNOWN}`);
}

const keysOf = (response: Fields): string =>
  Object.keys(response)
    .slice(0, 8)
    .map((key) => shown(key, 40))
    .join(", ");
