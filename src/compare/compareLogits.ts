import { MOST_LARGEST, MOST_THREADS, RESERVED_BYTES, reservedBytes } from "../backends/layout.js";
import { kindsOf, temperatureOf } from "../call/arguments.js";
import type { InputKind } from "../call/options.js";
import { completeAside } from "../engine/aside.js";
import { checkOptions } from "../engine/checks.js";
import { createRuntime, type EngineOptions } from "../engine/create.js";
import { availableThreads } from "../engine/platform.js";
import type { Runtime } from "../engine/runtime.js";
import type { Work, WorkArray } from "../engine/work.js";
import { checkChoice, checkInteger as checkIntegerOf, checkType } from "./checks.js";
import { Feed, isLogitSource, type Place, type RowArray, type Rows } from "./feed.js";
import { wordsOf } from "./rowChecks.js";
import { COLUMNS, Column, type RowResults, rowResultsOf } from "./rowResults.js";
import { type CompareSettings, compareLoop } from "./rows.js";
import { isPromise, shownValue } from "./shown.js";
import type { LogitSource, RowBatch } from "./source.js";
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
   * `"probabilities"`, whose sum must be within 1e-2 of 1; `"logProbabilities"`, with such a sum of exponentials. Or a list of one for
   * base and one for other.
   */
  input?: InputKind | readonly InputKind[];
  /** Divides the logits, and log-probabilities that are taken for such; positive, 1 by default. */
  temperature?: number;
  /** How many of the likeliest tokens `topOverlap` is of; 10 by default, 256 at most. */
  topK?: number;
  /** Threads that compute, the caller's among them, between reads; `"auto"`, the default, for as many as run at once. */
  threads?: number | "auto";
  /** The first row; 0 by default. */
  start?: number;
  /** The row after the last; all rows by default. */
  end?: number;
  /** Numbers of a row, of sources that do not say. */
  classes?: number;
  /** Rows that are read and computed at once; by default as many as take 8 MiB in f32. */
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

const KEYS: readonly (keyof CompareOptions)[] = [
  "tokens",
  "input",
  "temperature",
  "topK",
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

const BATCH_BYTES = 2 ** 23;
const MOST_BATCH_ROWS = 4096;
type Pair<T> = readonly [base: T, other: T];
type Source = AsyncIterable<RowBatch>;

/**
 * Compares two models' logits of the same tokens, row by row. Of each row: KL(base‖other) and KL(other‖base), JS, both
 * entropies and cross-entropies, the observed token's log-probabilities, the likeliest tokens; of all rows, their statistics.
 *
 * Log-probabilities will do as well as logits: they are taken for such, so that each row is a distribution. Probabilities need
 * `input`. Memory stays at a few batches of rows, and the results' bits depend on neither threads nor batches. Files stay open until
 * their `close`.
 *
 * @param base - Rows of one model's logits, finite or -Infinity, or of what `input` says: of a file ({@link openLogits}), or any
 * async iterable of batches.
 * @param other - The same rows of the other's.
 * @returns A promise of the {@link Summary}, `summary` if it is given: {@link Summary.report} has the statistics, in nats. Each
 * row is computed to the accuracy of {@link index!klDivergence} from logits; sums over rows are exact.
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
 */
export async function compareLogits(
  base: AsyncIterable<RowBatch>,
  other: AsyncIterable<RowBatch>,
  options: CompareOptions = {},
): Promise<Summary> {
  const plan = planOf([base, other], options);
  const { threads, batchRows, classes } = plan;
  options.signal?.throwIfAborted();
  const runtime = await createRuntime("createEngine", {
    backend: options.backend,
    threads,
    shared: threads > 1,
    maxBytes: bytesFor(threads, batchRows * classes),
  });
  const comparison = new Comparison(plan, options, runtime, [base, other]);
  try {
    await comparison.run();
    return plan.summary;
  } finally {
    runtime.pool?.dispose();
    comparison.end();
  }
}

/** For sources that ask for their arrays too: five a side of f64, and one of f32. */
function bytesFor(threads: number, numbers: number): number {
  const needed = Math.max(RESERVED_BYTES, reservedBytes(threads)) + numbers * 2 * (5 * 8 + 4) + 2 ** 20;
  return Math.min(2 ** 32, needed);
}

interface Plan {
  readonly classes: number;
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
  /** Those of the option. */
  readonly tokens: Int32Array | undefined;
  readonly summary: Summary;
}

const NAMES: Pair<string> = ["base", "other"];

function planOf(sources: Pair<Source>, options: CompareOptions): Plan {
  checkOptions("compareLogits", options, KEYS);
  sources.forEach((source, side) => {
    if (typeof source?.[Symbol.asyncIterator] === "function") return;
    const what = isPromise(source) ? "await openLogits(…)" : "it must be an AsyncIterable of rows, as openLogits gives";
    throw new TypeError(`compareLogits: ${NAMES[side]} is ${shownValue(source)}: ${what}`);
  });
  checkObjects(options);
  const names = sources.map((source, side) => (isLogitSource(source) ? source.name : NAMES[side]));
  const known = sources.map((source) => (isLogitSource(source) ? source : undefined));
  const classes = agreed(
    [options.classes, known[0]?.classes, known[1]?.classes],
    ["the option classes", ...names],
    "classes",
  );
  if (classes === undefined) throw new TypeError("compareLogits: classes is undefined, and no source says what it is");
  checkInteger("classes", classes, 1);
  const { start = 0, end, summary } = options;
  checkInteger("start", start, 0);
  if (end !== undefined) {
    checkInteger("end", end, start + 1);
    known.forEach((source, side) => {
      if (source?.rows !== undefined && source.rows < end) {
        throw new RangeError(`compareLogits: end is ${end}, but ${names[side]} has ${source.rows} rows`);
      }
    });
  }
  const rows = end ?? agreed([known[0]?.rows, known[1]?.rows], names, "rows");
  if (rows !== undefined && rows <= start) {
    throw new RangeError(`compareLogits: start is ${start}, but there are ${rows} rows`);
  }
  const threads = threadsOf(options.threads);
  const few = Math.floor(BATCH_BYTES / 4 / classes);
  const { batchRows = Math.max(threads, Math.min(few, MOST_BATCH_ROWS)) } = options;
  checkInteger("batchRows", batchRows, 1);
  const temperature = temperatureOf("compareLogits", options.temperature ?? summary?.options.temperature);
  const kinds = kindsFor(options.input, known, names);
  if (temperature !== 1 && !kinds.includes("logits")) {
    throw new RangeError(`compareLogits: temperature is ${temperature}, but neither base nor other are logits`);
  }
  const { topK = summary?.options.topK ?? 10 } = options;
  checkInteger("topK", topK, 1, MOST_LARGEST);
  if (summary !== undefined && (summary.options.topK !== topK || summary.options.temperature !== temperature)) {
    throw new RangeError(
      `compareLogits: the summary is of temperature ${summary.options.temperature} and topK ${summary.options.topK}, ` +
        `the rows are to be of ${temperature} and ${topK}`,
    );
  }
  return {
    classes,
    start,
    end: rows ?? Number.POSITIVE_INFINITY,
    isEndAsked: end !== undefined,
    threads,
    batchRows,
    kinds,
    temperature,
    topK,
    tokens: tokensOf(options.tokens, classes, [known[0]?.rows, known[1]?.rows], names),
    summary: summary ?? new Summary({ topK, temperature }),
  };
}

/** Of base, of other. */
function kindsFor(
  input: CompareOptions["input"],
  sources: readonly (LogitSource | undefined)[],
  names: readonly string[],
): readonly InputKind[] {
  if (input === undefined) return ["logits", "logits"];
  const kinds = kindsOf("compareLogits", input, NAMES, true) ?? ["probabilities", "probabilities"];
  sources.forEach((source, side) => {
    if (kinds[side] !== "probabilities" || source?.input !== "logProbabilities") return;
    throw new RangeError(`compareLogits: input is "probabilities", but ${names[side]} has log-probabilities`);
  });
  return kinds;
}

function checkObjects({ backend, summary, onRows, onProgress, signal }: CompareOptions): void {
  checkChoice("compareLogits", "backend", backend, ["auto", "relaxed", "simd", "js"]);
  checkType("compareLogits", "onRows", onRows, "function");
  checkType("compareLogits", "onProgress", onProgress, "function");
  if (summary !== undefined && !(summary instanceof Summary)) {
    throw new TypeError(`compareLogits: summary is ${shownValue(summary)}; it must be a Summary (Summary.fromJSON)`);
  }
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
  rows.forEach((count, side) => {
    if (count !== undefined && count !== read.length) {
      throw new RangeError(
        `compareLogits: tokens has ${read.length} tokens, ${names[side]} ${count} rows; there must be one a row`,
      );
    }
  });
  return read;
}

/** What all that know say. */
function agreed(values: readonly (number | undefined)[], names: readonly string[], what: string): number | undefined {
  const first = values.findIndex((value) => value !== undefined);
  values.forEach((value, i) => {
    if (value === undefined || value === values[first]) return;
    throw new RangeError(`compareLogits: ${names[first]} has ${values[first]} ${what}, ${names[i]} has ${value}`);
  });
  return values[first];
}

const checkInteger = (key: string, value: number, least: number, most?: number): void =>
  checkIntegerOf("compareLogits", key, value, least, most);

function threadsOf(threads: number | "auto" = "auto"): number {
  if (threads === "auto") return Math.max(1, Math.min(16, availableThreads()));
  checkInteger("threads", threads, 1, MOST_THREADS);
  return threads;
}

/** Rows of both, read. */
interface Batch {
  readonly first: number;
  readonly count: number;
  readonly rows: Pair<Rows>;
  readonly tokens: Int32Array;
}

class Comparison {
  readonly #plan: Plan;
  readonly #options: CompareOptions;
  readonly #runtime: Runtime;
  readonly #feeds: Pair<Feed>;
  /** Where f32 of 16-bit floats are written. */
  readonly #wide: [Float32Array?, Float32Array?] = [];

  constructor(plan: Plan, options: CompareOptions, runtime: Runtime, sources: Pair<Source>) {
    this.#plan = plan;
    this.#options = options;
    this.#runtime = runtime;
    const { memory } = runtime;
    const place: Place = {
      allocate: (type, length) => memory.allocate(type, length),
      holds: ({ buffer }) => memory.holds(buffer),
    };
    const feed = (side: 0 | 1) => new Feed(NAMES[side], sources[side], { ...plan, place });
    this.#feeds = [feed(0), feed(1)];
  }

  /** Each batch is computed while the next is being read. */
  async run(): Promise<void> {
    const { onRows, onProgress, signal } = this.#options;
    const { start, end, batchRows, summary } = this.#plan;
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
      summary.add(first, results);
      onRows?.(first, results, summary);
      onProgress?.(first + count - start, total);
      if (isLast) break;
    }
    await orAborted(this.#checkEnds(), signal);
    const { tokens, isEndAsked } = this.#plan;
    if (tokens !== undefined && !isEndAsked && tokens.length > rows) {
      throw new RangeError(
        `compareLogits: tokens has ${tokens.length} tokens for ${rows} rows; there must be one a row`,
      );
    }
  }

  /** Lets go of the sources, whenever they let go. */
  end(): void {
    for (const feed of this.#feeds) feed.end().catch(() => {});
  }

  async #read(first: number): Promise<Batch> {
    const { batchRows, start, end, isEndAsked } = this.#plan;
    const [base, other] = this.#feeds;
    const rows = await both(base.take(batchRows), other.take(batchRows));
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
  #tokensOf(first: number, [base, other]: Pair<Rows>): Int32Array {
    const { tokens } = this.#plan;
    const end = first + base.count;
    if (tokens !== undefined) {
      if (end <= tokens.length) return tokens.slice(first, end);
      throw new RangeError(`compareLogits: tokens has ${tokens.length} tokens; row ${tokens.length} has none`);
    }
    return base.tokens.map((own, r) => {
      const row = first + r;
      const others = other.tokens[r];
      if (own >= 0 && others >= 0 && own !== others) {
        throw new RangeError(
          `compareLogits: the token of row ${row} is ${own} in ${this.#feeds[0].name} and ${others} in ` +
            `${this.#feeds[1].name}: they are not of one text`,
        );
      }
      return own >= 0 ? own : others;
    });
  }

  async #compute({ first, count, rows, tokens }: Batch): Promise<RowResults> {
    const { classes, kinds, temperature, topK } = this.#plan;
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
      width: COLUMNS,
      arrays,
      settings: { classes, kinds, temperature, topK, formats },
      finish: (values) => values,
    };
    const { signal } = this.#options;
    const values = await completeAside(() => this.#runtime, work, { signal }, true);
    this.#checkRows(first, count, values);
    return rowResultsOf(values, tokens);
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
    for (let r = 0; r < count; r++) {
      const row = values.subarray(r * COLUMNS, (r + 1) * COLUMNS);
      const side = row[Column.problem] - 1;
      if (side < 0) continue;
      const problem = { column: row[Column.problemColumn], value: row[Column.problemValue] };
      const feed = this.#feeds[side];
      const place = feed.placeOf(first + r, problem.column);
      throw new RangeError(`compareLogits: ${wordsOf(problem, this.#plan.kinds[side], feed.name, first + r, place)}`);
    }
  }

  /** Throws where the sources have not come to their ends together; of a range that was asked for, only where one has changed. */
  async #checkEnds(): Promise<void> {
    const [base, other] = this.#feeds;
    if (this.#plan.isEndAsked) {
      await both(base.finish(), other.finish());
      return;
    }
    const ends = await both(this.#feeds[0].isAtEnd(), this.#feeds[1].isAtEnd());
    if (ends[0] && ends[1]) return;
    const [shorter, longer] = ends[0] ? this.#feeds : [this.#feeds[1], this.#feeds[0]];
    throw new RangeError(
      ends[0] || ends[1]
        ? `compareLogits: ${shorter.name} ends before ${longer.name}`
        : `compareLogits: ${shorter.name} and ${longer.name} have more rows than they said`,
    );
  }
}

/** What both give; where one fails, not before the other has settled. */
async function both<T>(first: Promise<T>, second: Promise<T>): Promise<[T, T]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
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
