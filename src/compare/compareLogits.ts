import { MOST_LARGEST, MOST_THREADS, RESERVED_BYTES, reservedBytes } from "../backends/layout.js";
import { kindsOf, temperatureOf } from "../call/arguments.js";
import type { InputKind } from "../call/options.js";
import { completeAside } from "../engine/aside.js";
import { checkOptions } from "../engine/checks.js";
import { type EngineOptions, startRuntime } from "../engine/create.js";
import { availableThreads } from "../engine/platform.js";
import type { Runtime } from "../engine/runtime.js";
import type { Work, WorkArray } from "../engine/work.js";
import { areRows, MemorySource } from "./batch.js";
import { checkChoice, checkInteger as checkIntegerOf, checkType } from "./checks.js";
import { Feed, isLogitSource, type Place, type RowArray, type Rows } from "./feed.js";
import { wordsOf } from "./rowChecks.js";
import { Column, type RowResults, rowResultsOf, widthOf } from "./rowResults.js";
import { type CompareSettings, compareLoop } from "./rows.js";
import { isPromise, shownValue } from "./shown.js";
import type { LogitRows, LogitSource, RowsInMemory } from "./source.js";
import { Summary } from "./summary.js";
import { readTokens } from "./token.js";

/** The options of {@link compareLogits}. */
export interface CompareOptions {
  /**
   * The observed token of each row of the sources, as many as they have rows; -1 (or -100) for none. By default those that the sources
   * give with their rows.
   */
  tokens?: ArrayLike<number | bigint>;
  /**
   * What the numbers are: `"logits"`, the default, as which log-probabilities are also accepted, and are normalised;
   * `"probabilities"`, whose sum must be within 1e-2 of 1; `"logProbabilities"`, with such a sum of exponentials. Or a list: one for base
   * and one for all others, or for base and for each other.
   */
  input?: InputKind | readonly InputKind[];
  /** Divides the logits, and log-probabilities that are taken for such; positive, 1 by default. */
  temperature?: number;
  /** How many of the likeliest tokens `topOverlap` is of; 10 by default, 256 at most. */
  topK?: number;
  /** Gives `onRows` so many of the likeliest tokens of each row ({@link TopTokens}); 0 by default, 256 at most. */
  topTokens?: number;
  /** Computes `acceptance` too, which takes another pass over both rows; false by default. */
  acceptance?: boolean;
  /**
   * The group of each row (a prompt, a category), as many as the sources have rows: the report has the means of each, and errors are by
   * groups.
   */
  groups?: ArrayLike<string>;
  /** Neighbouring rows that belong together: {@link SummaryOptions.blockRows}. By default as base says, if it does. */
  blockRows?: number;
  /** Threads that compute, the caller's among them, between reads; `"auto"`, the default, for as many as run at once. */
  threads?: number | "auto";
  /** The first row; 0 by default. */
  start?: number;
  /** The row after the last; all rows by default. */
  end?: number;
  /**
   * Compares the first `classes` of each row, where the rows of some are longer: vocabularies are padded, and not all alike. What is left
   * out of a row may have 1e-6 of its mass. Also the numbers of a row, of sources that do not say.
   */
  classes?: number;
  /** Rows that are read and computed at once; by default as many as take 2 MiB in f32, and two for each thread. */
  batchRows?: number;
  /** What computes, as in `createEngine`. */
  backend?: EngineOptions["backend"];
  /** What the rows are added to; a new one by default. With `start`, this goes on where a summary from JSON ends. */
  summary?: Summary;
  /** Called with the results of rows as they are done, in order; they are in the summary by then. What it throws ends the comparison. */
  onRows?: (first: number, rows: RowResults, summary: Summary) => void;
  /** Called as rows are done; `total` is undefined where no source knows. */
  onProgress?: (done: number, total: number | undefined) => void;
  /** Ends the comparison, with the rows that have been given so far in the summary: the promise is rejected with its reason. */
  signal?: AbortSignal;
}

/** The options of {@link compareLogits} with a list of candidates. */
export interface CompareManyOptions extends Omit<CompareOptions, "summary" | "onRows"> {
  /** What the rows are added to, for each candidate; new ones by default. */
  summary?: readonly Summary[];
  /** Called with the results of rows as they are done, in order: of each candidate. What it throws ends the comparison. */
  onRows?: (first: number, rows: readonly RowResults[], summaries: readonly Summary[]) => void;
}

const KEYS: readonly (keyof CompareOptions)[] = [
  "tokens",
  "input",
  "temperature",
  "topK",
  "topTokens",
  "acceptance",
  "groups",
  "blockRows",
  "threads",
  "start",
  "end",
  "classes",
  "batchRows",
  "backend",
  "summary",
  "onRows",
  "onProgress",
  "signal",
];

/** Of base and one other, together: memory that is read for the first time is slow, and what is small stays in caches. */
const BATCH_BYTES = 2 ** 22;
/** Of a batch, for each thread. */
const LEAST_ROWS = 2;
const MOST_BATCH_ROWS = 4096;
/** Numbers in all that are done by the time other threads have started: in a tenth of a second. */
const FEW = 2 ** 24;
/** What a thread is told of a batch has room for some more. */
const MOST_CANDIDATES = 64;
type Source = AsyncIterable<RowsInMemory>;

/**
 * Compares a base model's logits with those of another model, or of several, of the same tokens, row by row. Of each row: KL(base‖other)
 * and KL(other‖base), JS, both entropies and cross-entropies, the observed token's log-probabilities, the likeliest tokens; of all rows,
 * their statistics.
 *
 * Log-probabilities will do as well as logits: they are taken for such, so that each row is a distribution. Probabilities need
 * `input`. Memory stays at a few batches of rows, and the results' bits depend on neither threads nor batches, nor on which other
 * candidates there are. With several, base is read once, and what is found of its rows alone is found once. Files stay open until their
 * `close`.
 *
 * @param base - Rows of one model's logits, finite or -Infinity, or of what `input` says: of a file ({@link openLogits}), any async
 * iterable of batches, or rows in memory: a tensor, or `{ data }` with a matrix or rows.
 * @param other - The same rows of the other's; or a list of such sources, 64 at most: an array is always such a list.
 * @returns A promise of the {@link Summary}, `summary` if it is given: {@link Summary.report} has the statistics, in nats. Each
 * row is computed to the accuracy of {@link index!klDivergence} from logits; sums over rows are exact. Of a list, a list of them.
 * @throws TypeError for sources that are no async iterables, and for an option that is unknown or of the wrong kind.
 * @throws RangeError for a number that is NaN or Infinity, a row of only -Infinity or with a sum that is not 1, a token out of range,
 * more or fewer tokens than rows, sources of different classes or numbers of rows, no rows, and an option out of range. Batches before
 * that have been given to `onRows`, and are in `summary`.
 * @throws What a source or `onRows` throws, and the reason of `signal`.
 * @example
 * const base = await openLogits("base.npy");
 * const other = await openLogits("other.npy");
 * const summary = await compareLogits(base, other, { tokens: await openTokens("tokens.npy") });
 * summary.report().kl.mean; // 0.011470671723253972
 * await Promise.all([base.close(), other.close()]);
 * @see {@link pairedDifference}
 */
export function compareLogits(
  base: LogitRows,
  other: readonly LogitRows[],
  options?: CompareManyOptions,
): Promise<Summary[]>;
export function compareLogits(base: LogitRows, other: LogitRows, options?: CompareOptions): Promise<Summary>;
export async function compareLogits(
  base: LogitRows,
  other: LogitRows | readonly LogitRows[],
  options: CompareOptions | CompareManyOptions = {},
): Promise<Summary | Summary[]> {
  const isList = Array.isArray(other);
  const given: readonly LogitRows[] = isList ? [base, ...other] : [base, other as LogitRows];
  const named = given.map((_, side) => (side === 0 ? "base" : isList ? `others[${side - 1}]` : "other"));
  const sources = given.map((source, side) => sourceOf(named[side], source));
  const plan = planOf(sources, named, options, isList);
  const { threads, batchRows, classes, summaries } = plan;
  options.signal?.throwIfAborted();
  const end = new AbortController();
  const engine = {
    backend: options.backend,
    threads,
    shared: threads > 1,
    maxBytes: bytesFor(threads, batchRows * classes * sources.length),
  };
  const { first, whole } = await startRuntime("createEngine", engine, end.signal);
  const comparison = new Comparison(plan, options, first, sources);
  whole.then((runtime) => comparison.goOnWith(runtime));
  try {
    await comparison.run((first, results) => {
      if (isList) (options as CompareManyOptions).onRows?.(first, results, summaries);
      else (options as CompareOptions).onRows?.(first, results[0], summaries[0]);
    });
    return isList ? summaries : summaries[0];
  } finally {
    end.abort();
    whole.then(({ pool }) => pool?.dispose());
    comparison.end();
  }
}

/** For sources that ask for their arrays too: six a source of f64, and one of f32. */
function bytesFor(threads: number, numbers: number): number {
  const needed = Math.max(RESERVED_BYTES, reservedBytes(threads)) + numbers * (6 * 8 + 4) + 2 ** 20;
  return Math.min(2 ** 32, needed);
}

/** What an argument has to give. */
function sourceOf(argument: string, given: LogitRows): Source {
  if (typeof (given as Source)?.[Symbol.asyncIterator] === "function") return given as Source;
  if (areRows(given) || Object(given).data !== undefined) {
    return new MemorySource("compareLogits", argument, given as RowsInMemory);
  }
  const what = isPromise(given)
    ? "await openLogits(…)"
    : "it must be an AsyncIterable of rows, as openLogits gives, a tensor, or { data }";
  throw new TypeError(`compareLogits: ${argument} is ${shownValue(given)}: ${what}`);
}

/** What a source may tell of itself. */
type Known = Partial<Pick<LogitSource, "classes" | "rows" | "input" | "blockRows">>;

interface Plan {
  /** For messages. */
  readonly names: readonly string[];
  readonly classes: number;
  /** Numbers of a row of each source; undefined where it does not say. */
  readonly lengths: readonly (number | undefined)[];
  readonly start: number;
  /** Infinity where no source knows. */
  readonly end: number;
  /** Whether it is an option. */
  readonly isEndAsked: boolean;
  readonly threads: number;
  readonly batchRows: number;
  readonly kinds: readonly InputKind[];
  readonly temperature: number;
  readonly topK: number;
  readonly topTokens: number;
  readonly acceptance: boolean;
  /** Those of the options. */
  readonly tokens: Int32Array | undefined;
  readonly groups: readonly string[] | undefined;
  /** Of each candidate. */
  readonly summaries: Summary[];
}

function planOf(
  sources: readonly Source[],
  named: readonly string[],
  options: CompareOptions | CompareManyOptions,
  isList: boolean,
): Plan {
  checkOptions("compareLogits", options, KEYS);
  const candidates = sources.length - 1;
  if (candidates < 1 || candidates > MOST_CANDIDATES) {
    throw new RangeError(`compareLogits: others has ${candidates} sources; there must be from 1 to ${MOST_CANDIDATES}`);
  }
  const given = summariesOf(options, candidates, isList);
  checkObjects(options);
  const names = sources.map((source, side) => (isLogitSource(source) ? source.name : named[side]));
  const known = sources.map((source): Known => (isLogitSource(source) || source instanceof MemorySource ? source : {}));
  const lengths = known.map((source) => source.classes);
  const classes = classesOf(options.classes, lengths, names);
  const { start = 0, end } = options;
  checkInteger("start", start, 0);
  if (end !== undefined) {
    checkInteger("end", end, start + 1);
    known.forEach((source, side) => {
      if (source.rows !== undefined && source.rows < end) {
        throw new RangeError(`compareLogits: end is ${end}, but ${names[side]} has ${source.rows} rows`);
      }
    });
  }
  const allRows = known.map((source) => source.rows);
  const rows = end ?? agreed(allRows, names, "rows");
  if (rows !== undefined && rows <= start) {
    throw new RangeError(`compareLogits: start is ${start}, but there are ${rows} rows`);
  }
  const count = (rows ?? Number.POSITIVE_INFINITY) - start;
  const threads = threadsOf(options.threads, count * classes * sources.length);
  const few = Math.floor(BATCH_BYTES / 4 / sources.length / classes);
  const most = Math.min(count, MOST_BATCH_ROWS);
  const { batchRows = Math.min(most, Math.max(LEAST_ROWS * threads, few)) } = options;
  checkInteger("batchRows", batchRows, 1);
  const own = given[0]?.options;
  const temperature = temperatureOf("compareLogits", options.temperature ?? own?.temperature);
  const kinds = kindsFor(options.input, known, named, names);
  if (temperature !== 1 && !kinds.includes("logits")) {
    throw new RangeError(`compareLogits: temperature is ${temperature}, but neither base nor other are logits`);
  }
  const { topTokens = 0, topK = own?.topK ?? 10, blockRows = own?.blockRows ?? known[0].blockRows ?? 0 } = options;
  checkInteger("topK", topK, 1, MOST_LARGEST);
  checkInteger("topTokens", topTokens, 0, MOST_LARGEST);
  checkInteger("blockRows", blockRows, 0);
  const rowOptions = { temperature, topK, blockRows };
  for (const { options: theirs } of given) {
    for (const key of ["temperature", "topK", "blockRows"] as const) {
      if (theirs[key] === rowOptions[key]) continue;
      throw new RangeError(
        `compareLogits: the summary is of ${key} ${theirs[key]}, the rows are to be of ${rowOptions[key]}`,
      );
    }
  }
  return {
    names,
    classes,
    lengths,
    start,
    end: rows ?? Number.POSITIVE_INFINITY,
    isEndAsked: end !== undefined,
    threads,
    batchRows,
    kinds,
    temperature,
    topK,
    topTokens: Math.min(topTokens, classes),
    acceptance: options.acceptance === true,
    tokens: tokensOf(options.tokens, classes, allRows, names),
    groups: groupsOf(options.groups, allRows, names),
    summaries: sources.slice(1).map((_, i) => given[i] ?? new Summary(rowOptions)),
  };
}

/** Those that are given: of each candidate, or none. */
function summariesOf({ summary }: CompareOptions | CompareManyOptions, candidates: number, isList: boolean): Summary[] {
  if (summary === undefined) return [];
  const given: Summary[] = isList && Array.isArray(summary) ? summary : [summary];
  const wrong = given.find((one) => !(one instanceof Summary));
  if (wrong !== undefined || Array.isArray(summary) !== isList || given.length !== candidates) {
    const demand = isList ? `a list of ${candidates}, one for each candidate` : "a Summary (Summary.fromJSON)";
    throw new TypeError(`compareLogits: summary is ${shownValue(wrong ?? summary)}; it must be ${demand}`);
  }
  if (new Set(given).size < candidates) throw new RangeError("compareLogits: summary has one Summary twice");
  return given;
}

/** Those of the option, as many as the sources have rows, if they know. */
function groupsOf(
  groups: CompareOptions["groups"],
  rows: readonly (number | undefined)[],
  names: readonly string[],
): readonly string[] | undefined {
  if (groups === undefined) return undefined;
  if (typeof groups !== "object" || !Number.isInteger(groups?.length)) {
    throw new TypeError(`compareLogits: groups is ${shownValue(groups)}; it must be an array of texts`);
  }
  const read = Array.from(groups);
  const wrong = read.findIndex((group) => typeof group !== "string" || group === "");
  if (wrong >= 0) {
    throw new TypeError(`compareLogits: groups[${wrong}] is ${shownValue(read[wrong])}; it must be a text, not empty`);
  }
  checkCount("groups", read.length, rows, names);
  return read;
}

function checkCount(
  what: "tokens" | "groups",
  count: number,
  rows: readonly (number | undefined)[],
  names: readonly string[],
): void {
  rows.forEach((own, side) => {
    if (own === undefined || own === count) return;
    throw new RangeError(
      `compareLogits: ${what} has ${count} ${what}, ${names[side]} ${own} rows; there must be one a row`,
    );
  });
}

/** Of base, of each other. */
function kindsFor(
  input: CompareOptions["input"],
  sources: readonly Known[],
  named: readonly string[],
  names: readonly string[],
): readonly InputKind[] {
  if (input === undefined) return sources.map(() => "logits");
  const isOfTwo = Array.isArray(input) && input.length === 2;
  const spread = isOfTwo ? sources.map((_, side) => input[Math.min(side, 1)]) : input;
  const kinds: readonly InputKind[] =
    kindsOf("compareLogits", spread, named, true) ?? sources.map(() => "probabilities");
  sources.forEach((source, side) => {
    if (kinds[side] !== "probabilities" || source.input !== "logProbabilities") return;
    throw new RangeError(`compareLogits: input is "probabilities", but ${names[side]} has log-probabilities`);
  });
  return kinds;
}

function checkObjects(options: CompareOptions | CompareManyOptions): void {
  const { backend, onRows, onProgress, signal, acceptance } = options;
  checkChoice("compareLogits", "backend", backend, ["auto", "relaxed", "simd", "js"]);
  checkType("compareLogits", "onRows", onRows, "function");
  checkType("compareLogits", "onProgress", onProgress, "function");
  checkType("compareLogits", "acceptance", acceptance, "boolean");
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw new TypeError(`compareLogits: signal is ${shownValue(signal)}; it must be an AbortSignal`);
  }
}

/** Those of the option, as many as the sources have rows, if they know. */
function tokensOf(
  tokens: CompareOptions["tokens"],
  classes: number,
  rows: readonly (number | undefined)[],
  names: readonly string[],
): Int32Array | undefined {
  if (tokens === undefined) return undefined;
  const read = readTokens("compareLogits", tokens, classes);
  checkCount("tokens", read.length, rows, names);
  return read;
}

/** The option, which may be less than what sources say, or that which all say. */
function classesOf(
  classes: number | undefined,
  lengths: readonly (number | undefined)[],
  names: readonly string[],
): number {
  const hint = "; for the first n of each row pass { classes: n }";
  const found = classes ?? agreed(lengths, names, "classes", hint);
  if (found === undefined) throw new TypeError("compareLogits: classes is undefined, and no source says what it is");
  checkInteger("classes", found, 1);
  lengths.forEach((length = found, side) => {
    if (length >= found) return;
    throw new RangeError(`compareLogits: classes is ${found}; a row of ${names[side]} has ${length} numbers`);
  });
  return found;
}

/** What all that know say. */
function agreed(
  values: readonly (number | undefined)[],
  names: readonly string[],
  what: string,
  hint = "",
): number | undefined {
  const first = values.findIndex((value) => value !== undefined);
  values.forEach((value, i) => {
    if (value === undefined || value === values[first]) return;
    throw new RangeError(
      `compareLogits: ${names[first]} has ${values[first]} ${what}, ${names[i]} has ${value}${hint}`,
    );
  });
  return values[first];
}

const checkInteger = (key: string, value: number, least: number, most?: number): void =>
  checkIntegerOf("compareLogits", key, value, least, most);

function threadsOf(threads: number | "auto" = "auto", numbers: number): number {
  if (threads === "auto" && numbers < FEW) return 1;
  if (threads === "auto") return Math.max(1, Math.min(16, availableThreads()));
  checkInteger("threads", threads, 1, MOST_THREADS);
  return threads;
}

/** Rows of all, read. */
interface Batch {
  readonly first: number;
  readonly count: number;
  readonly rows: readonly Rows[];
  readonly tokens: Int32Array;
}

class Comparison {
  readonly #plan: Plan;
  readonly #options: CompareOptions | CompareManyOptions;
  #runtime: Runtime;
  /** Of base, of each candidate. */
  readonly #feeds: readonly Feed[];
  /** Where f32 of 16-bit floats are written. */
  readonly #wide: Float32Array[] = [];

  constructor(plan: Plan, options: CompareOptions | CompareManyOptions, runtime: Runtime, sources: readonly Source[]) {
    this.#plan = plan;
    this.#options = options;
    this.#runtime = runtime;
    const { memory } = runtime;
    const place: Place = {
      allocate: (type, length) => memory.allocate(type, length),
      holds: ({ buffer }) => memory.holds(buffer),
    };
    const { names, kinds, lengths, temperature } = plan;
    this.#feeds = sources.map((source, side) => {
      const kind = kinds[side];
      const scale = kind === "logits" ? 1 / temperature : 1;
      return new Feed(names[side], source, { ...plan, rowLength: lengths[side], kind, scale, place });
    });
  }

  /** The same with threads: the first rows do not wait until they have started. */
  goOnWith(runtime: Runtime): void {
    this.#runtime = runtime;
  }

  /** Each batch is computed while the next is being read. */
  async run(onRows: (first: number, results: readonly RowResults[]) => void): Promise<void> {
    const { onProgress, signal } = this.#options;
    const { start, end, batchRows, summaries } = this.#plan;
    const total = end === Number.POSITIVE_INFINITY ? undefined : end - start;
    let next = this.#read(start);
    let rows = start;
    for (;;) {
      const batch = await orAborted(next, signal);
      const { first, count } = batch;
      if (count === 0) break;
      rows = first + count;
      const isLast = count < batchRows || first + count === end;
      if (!isLast) {
        next = this.#read(first + count);
        next.catch(() => {}); // until it is waited for
      }
      const results = await this.#compute(batch);
      summaries.forEach((summary, i) => {
        summary.add(first, results[i]);
      });
      onRows(first, results);
      onProgress?.(first + count - start, total);
      if (isLast) break;
    }
    await orAborted(this.#checkEnds(), signal);
    const { tokens, groups, isEndAsked } = this.#plan;
    if (isEndAsked) return;
    for (const [what, given] of Object.entries({ tokens, groups })) {
      if (given === undefined || given.length <= rows) continue;
      throw new RangeError(
        `compareLogits: ${what} has ${given.length} ${what} for ${rows} rows; there must be one a row`,
      );
    }
  }

  /** Lets go of the sources, whenever they let go. */
  end(): void {
    for (const feed of this.#feeds) feed.end().catch(() => {});
  }

  async #read(first: number): Promise<Batch> {
    const { batchRows, start, end, isEndAsked } = this.#plan;
    const rows = await all(this.#feeds.map((feed) => feed.take(batchRows)));
    const counts = rows.map(({ count }) => count);
    const most = Math.max(...counts);
    const least = Math.min(...counts);
    if (least < most || (end !== Number.POSITIVE_INFINITY && least < Math.min(batchRows, end - first))) {
      const short = this.#feeds[counts.indexOf(least)];
      const awaited = isEndAsked ? `up to row ${end} were asked for` : `there should be more`;
      throw new RangeError(
        `compareLogits: ${short.name} ends after ${first + least} rows, ` +
          (least < most ? `${this.#feeds[counts.indexOf(most)].name} goes on` : awaited),
      );
    }
    if (least === 0 && first === start) {
      throw new RangeError(`compareLogits: there are no rows from row ${start} on`);
    }
    return { first, count: least, rows, tokens: this.#tokensOf(first, rows) };
  }

  /** Those of the option, or of the sources, which may not say different things. */
  #tokensOf(first: number, rows: readonly Rows[]): Int32Array {
    const { tokens, groups } = this.#plan;
    const end = first + rows[0].count;
    for (const [what, given] of Object.entries({ tokens, groups })) {
      if (given === undefined || end <= given.length) continue;
      throw new RangeError(`compareLogits: ${what} has ${given.length} ${what}; row ${given.length} has none`);
    }
    if (tokens !== undefined) return tokens.slice(first, end);
    const known = rows[0].tokens.slice();
    const sides = new Uint8Array(known.length);
    for (const [side, { tokens: theirs }] of rows.entries()) {
      for (const [r, token] of theirs.entries()) {
        if (token < 0 || token === known[r]) continue;
        if (known[r] >= 0) {
          throw new RangeError(
            `compareLogits: the token of row ${first + r} is ${known[r]} in ${this.#feeds[sides[r]].name} and ${token} in ` +
              `${this.#feeds[side].name}: they are not of one text`,
          );
        }
        known[r] = token;
        sides[r] = side;
      }
    }
    return known;
  }

  /** Of each candidate. */
  async #compute({ first, count, rows, tokens }: Batch): Promise<RowResults[]> {
    const { classes, kinds, temperature, topK, topTokens, acceptance, groups, summaries } = this.#plan;
    const arrays: (WorkArray | undefined)[] = rows.map(({ data }) => ({ array: data, perRow: classes }));
    arrays.push({ array: tokens, perRow: 1 });
    rows.forEach(({ format, data }, side) => {
      arrays.push(
        format === undefined ? undefined : { array: this.#wideOf(side, data), perRow: classes, isWritten: true },
      );
    });
    const formats = rows.map(({ format }) => format ?? null);
    const work: Work<Float64Array, CompareSettings> = {
      functionName: "compareLogits",
      loopName: "compareLogits",
      loop: compareLoop,
      rows: count,
      width: widthOf(topTokens) * summaries.length,
      arrays,
      settings: { classes, kinds, temperature, topK, topTokens, formats, acceptance },
      finish: (values) => values,
    };
    const { signal } = this.#options;
    const values = await completeAside(() => this.#runtime, work, { signal }, true);
    this.#checkRows(first, count, values);
    const own = groups?.slice(first, first + count);
    return summaries.map((_, i) => rowResultsOf(values, tokens, own, topTokens, i, summaries.length));
  }

  #wideOf(side: number, { length }: RowArray): Float32Array {
    const wide = this.#wide[side];
    if (wide !== undefined && wide.length >= length) return wide.subarray(0, length);
    const fresh = this.#runtime.memory.allocate(Float32Array, length);
    this.#wide[side] = fresh;
    return fresh;
  }

  /** Throws for the first row that cannot be. */
  #checkRows(first: number, count: number, values: Float64Array): void {
    const candidates = this.#plan.summaries.length;
    const width = widthOf(this.#plan.topTokens);
    for (let i = 0; i < count * candidates; i++) {
      const row = values.subarray(i * width, (i + 1) * width);
      if (row[Column.problem] === 0) continue;
      const r = Math.floor(i / candidates);
      const side = row[Column.problem] === 1 ? 0 : 1 + (i % candidates);
      const problem = { column: row[Column.problemColumn], value: row[Column.problemValue] };
      const feed = this.#feeds[side];
      const place = feed.placeOf(first + r, problem.column);
      throw new RangeError(`compareLogits: ${wordsOf(problem, this.#plan.kinds[side], feed.name, first + r, place)}`);
    }
  }

  /** Throws where the sources have not come to their ends together; of a range that was asked for, only where one has changed. */
  async #checkEnds(): Promise<void> {
    if (this.#plan.isEndAsked) {
      await all(this.#feeds.map((feed) => feed.finish()));
      return;
    }
    const ends = await all(this.#feeds.map((feed) => feed.isAtEnd()));
    const longer = this.#feeds[ends.indexOf(false)];
    if (longer === undefined) return;
    const shorter = this.#feeds[ends.indexOf(true)];
    throw new RangeError(
      shorter === undefined
        ? `compareLogits: ${this.#feeds.map(({ name }) => name).join(" and ")} have more rows than they said`
        : `compareLogits: ${shorter.name} ends before ${longer.name}`,
    );
  }
}

/** What all give; where one fails, not before the others have settled. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** What `promise` gives, or the reason of the signal if it comes first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
