// What a comparison comes to, over all rows. Sums are exact and quantiles do not depend on order, so that parts computed
// anywhere combine to the bits of one run.

import { checkKeys } from "../engine/checks.js";
import { exp } from "../numbers/scalar.js";
import { ExactSum, spread } from "./exactSum.js";
import { type Estimate, errorOf, Moments, type MomentsJson, type Statistics } from "./moments.js";
import type { RowResults } from "./rowResults.js";

/** The options of a {@link Summary}. */
export interface SummaryOptions {
  /** How many of the likeliest tokens `topOverlap` is of; 10 by default. Of the rows that are added. */
  topK?: number;
  /** What the logits were divided by; 1 by default. Of the rows that are added. */
  temperature?: number;
  /** Rows whose values are kept for the quantiles; more, and quantiles are off by up to 2^-10 of themselves. 2^18 by default. */
  valueLimit?: number;
  /** Rows of the largest KL to keep; 20 by default. */
  worstRows?: number;
}

/** A row of a large KL. In nats. */
export interface WorstRow {
  /** Its number. */
  readonly row: number;
  /** KL(base‖other). */
  readonly kl: number;
  /** KL(other‖base). */
  readonly reverseKl: number;
  /** The Jensen–Shannon divergence. */
  readonly js: number;
  /** The observed token, -1 where there is none. */
  readonly token: number;
  /** The likeliest token in base. */
  readonly baseTop: number;
  /** The likeliest token in other. */
  readonly otherTop: number;
}

/** Of the observed tokens. With x = -ln p(token): PPL = e^mean(x), and errors follow those of the means to first order. */
export interface PerplexityReport {
  /** PPL(base); its error is PPL·SE(mean x). */
  readonly base: Estimate;
  /** PPL(other). */
  readonly other: Estimate;
  /** ln PPL(other) - ln PPL(base); its error √(SE²(x) + SE²(y) - 2·cov(x, y)/(n - 1)). */
  readonly logRatio: Estimate;
  /** PPL(other)/PPL(base); its error ratio·SE(logRatio). */
  readonly ratio: Estimate;
  /** PPL(other) - PPL(base); its error √(SE²(PPL) + SE²(PPL') - 2·PPL·PPL'·cov(x, y)/(n - 1)). */
  readonly difference: Estimate;
  /** Pearson's, of the log-probabilities. */
  readonly correlation: number;
}

/**
 * Everything that `llama-perplexity --kl-divergence` prints, with its errors, and more. In nats; probabilities are fractions.
 * JSON has null for what is not finite.
 */
export interface Report {
  /** Of this layout: keys may be added to it. */
  readonly version: 1;
  /** How many were compared. */
  readonly rows: number;
  /** Rows of which the observed token is known: those of everything that has to do with it. */
  readonly tokens: number;
  /** As compared. */
  readonly temperature: number;
  /** As compared. */
  readonly topK: number;
  /** KL(base‖other). */
  readonly kl: Statistics;
  /** KL(other‖base). */
  readonly reverseKl: Statistics;
  /** The Jensen–Shannon divergence. */
  readonly js: Statistics;
  /** H(base). */
  readonly baseEntropy: Statistics;
  /** H(other). */
  readonly otherEntropy: Statistics;
  /** H(base, other). */
  readonly crossEntropy: Statistics;
  /** H(other, base). */
  readonly reverseCrossEntropy: Statistics;
  /** ln of the observed token's probability in base. */
  readonly baseLogProbability: Statistics;
  /** ln of the observed token's probability in other. */
  readonly otherLogProbability: Statistics;
  /** Probability of the observed token, other's less base's; `rms` is √mean(Δp²), its error ½·SE(mean Δp²)/rms. */
  readonly deltaP: Statistics & { readonly rms: Estimate };
  /** Rows whose likeliest token is the same: their count, the fraction f, and its error √(f(1 - f)/(n - 1)). */
  readonly sameTop: Estimate & { readonly count: number };
  /** The part of the k likeliest tokens that both have. */
  readonly topOverlap: Statistics;
  /** Rows of logits that look like probabilities (all >= 0, with a sum within 1e-3 of 1), for which `input` should say so. */
  readonly probabilityRows: { readonly base: number; readonly other: number };
  /** Of both models. */
  readonly perplexity: PerplexityReport;
  /** Those of the largest KL, which come first; of the same KL, earlier rows. */
  readonly worst: readonly WorstRow[];
}

const QUANTITIES = [
  "kl",
  "reverseKl",
  "js",
  "baseEntropy",
  "otherEntropy",
  "crossEntropy",
  "reverseCrossEntropy",
  "topOverlap",
] as const;
const OF_TOKENS = ["baseLogProbability", "otherLogProbability", "deltaP"] as const;
type Quantity = (typeof QUANTITIES)[number] | (typeof OF_TOKENS)[number];

/** A summary as JSON, to the bit: what {@link Summary.toJSON} gives. Only {@link Summary.fromJSON} need understand it. */
export interface SummaryJson {
  /** Of this layout. */
  readonly version: 1;
  /** Those of the summary. */
  readonly options: Required<SummaryOptions>;
  /** Rows added. */
  readonly rows: number;
  /** Rows whose likeliest token is the same. */
  readonly sameTop: number;
  /** Rows of logits that look like probabilities: of base, of other. */
  readonly probabilityRows: readonly [base: number, other: number];
  /** Of each quantity the exact sums, the extremes and what quantiles are made of. */
  readonly quantities: Readonly<Record<Quantity, MomentsJson>>;
  /** Of rows in which neither is infinite, Σ ln p·ln q. */
  readonly products: string;
  /** Σ Δp⁴. */
  readonly fourthPowers: string;
  /** The rows of the largest KL. Numbers are spelled, for JSON has no infinities. */
  readonly worst: readonly Readonly<Record<keyof WorstRow, string>>[];
}

const DEFAULTS: Required<SummaryOptions> = { topK: 10, temperature: 1, valueLimit: 2 ** 18, worstRows: 20 };
const WORST_KEYS = ["row", "kl", "reverseKl", "js", "token", "baseTop", "otherTop"] as const;

/** Of no rows, NaN. */
const expOfMean = (mean: number): number => (Number.isNaN(mean) ? mean : exp(mean));

const byWorst = (a: WorstRow, b: WorstRow): number => (a.kl === b.kl ? a.row - b.row : b.kl - a.kl);

/**
 * The sums of a comparison: rows are added, summaries of parts are merged, in any order and with the same bits in the end. It
 * takes 88 bytes a row up to `valueLimit` rows, and some hundred KiB beyond, however many there are.
 *
 * @example
 * const [base, other] = [await openLogits("base.npy"), await openLogits("other.npy")];
 * const first = await compareLogits(base, other, { end: 1 });
 * const second = await compareLogits(base, other, { start: 1 });
 * first.merge(second).report().kl.mean; // 0.011470671723253972
 * @see {@link compareLogits}
 */
export class Summary {
  /** As given, and the defaults. */
  readonly options: Readonly<Required<SummaryOptions>>;
  #rows = 0;
  #sameTop = 0;
  #probabilityRows: readonly [base: number, other: number] = [0, 0];
  readonly #moments: Record<Quantity, Moments>;
  #products = new ExactSum();
  #fourthPowers = new ExactSum();
  #worst: WorstRow[] = [];

  /**
   * A summary of no rows.
   *
   * @throws TypeError for an unknown option.
   * @throws RangeError for a number of values or rows that is no integer >= 0.
   * @example
   * new Summary({ topK: 5 }).rows; // 0
   */
  constructor(options: SummaryOptions = {}) {
    checkKeys("Summary", options, Object.keys(DEFAULTS));
    this.options = { ...DEFAULTS, ...options };
    const { valueLimit, worstRows, topK } = this.options;
    checkCount("valueLimit", valueLimit);
    checkCount("worstRows", worstRows);
    checkCount("topK", topK);
    this.#moments = momentsOf(() => new Moments(valueLimit));
  }

  /** How many have been added. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Adds rows.
   *
   * @param first - The number of the first: the worst rows are told by theirs.
   * @param rows - As `onRows` of {@link compareLogits} is called with them, which adds them itself.
   */
  add(first: number, rows: RowResults): void {
    const moments = this.#moments;
    for (let r = 0; r < rows.count; r++) {
      for (const name of QUANTITIES) moments[name].add(rows[name][r]);
      if (rows.baseTop[r] === rows.otherTop[r]) this.#sameTop++;
      if (rows.tokens[r] >= 0) this.#addToken(rows.baseLogProbability[r], rows.otherLogProbability[r]);
      this.#addWorst(first + r, rows, r);
    }
    this.#rows += rows.count;
    this.#addProbabilityRows(countOf(rows.baseLooksLikeProbabilities), countOf(rows.otherLooksLikeProbabilities));
  }

  #addProbabilityRows(base: number, other: number): void {
    this.#probabilityRows = [this.#probabilityRows[0] + base, this.#probabilityRows[1] + other];
  }

  #addToken(base: number, other: number): void {
    const { baseLogProbability, otherLogProbability, deltaP } = this.#moments;
    baseLogProbability.add(base);
    otherLogProbability.add(other);
    const difference = exp(other) - exp(base);
    deltaP.add(difference);
    const square = difference * difference;
    this.#fourthPowers.addProduct(square, square);
    if (Number.isFinite(base) && Number.isFinite(other)) this.#products.addProduct(base, other);
  }

  #addWorst(row: number, rows: RowResults, r: number): void {
    const worst = this.#worst;
    const { worstRows } = this.options;
    if (worstRows === 0 || (worst.length === worstRows && rows.kl[r] < worst[worstRows - 1].kl)) return;
    const { kl, reverseKl, js, tokens, baseTop, otherTop } = rows;
    this.#takeWorst([
      {
        row,
        kl: kl[r],
        reverseKl: reverseKl[r],
        js: js[r],
        token: tokens[r],
        baseTop: baseTop[r],
        otherTop: otherTop[r],
      },
    ]);
  }

  #takeWorst(rows: readonly WorstRow[]): void {
    this.#worst = [...this.#worst, ...rows].sort(byWorst).slice(0, this.options.worstRows);
  }

  /**
   * Adds what another has of other rows.
   *
   * @param other - Stays as it is.
   * @returns This summary.
   * @throws RangeError where the two have different options.
   */
  merge(other: Summary): this {
    for (const key of Object.keys(DEFAULTS) as (keyof SummaryOptions)[]) {
      const [own, others] = [this.options[key], other.options[key]];
      if (own !== others) throw new RangeError(`Summary.merge: ${key} is ${own} here and ${others} there`);
    }
    for (const name of [...QUANTITIES, ...OF_TOKENS]) this.#moments[name].addAll(other.#moments[name]);
    this.#rows += other.#rows;
    this.#sameTop += other.#sameTop;
    this.#addProbabilityRows(...other.#probabilityRows);
    this.#products.addAll(other.#products);
    this.#fourthPowers.addAll(other.#fourthPowers);
    this.#takeWorst(other.#worst);
    return this;
  }

  /**
   * The statistics of all rows so far.
   *
   * @returns In nats; probabilities are fractions. Sums over rows are exact, whatever their order.
   */
  report(): Report {
    const statistics = Object.fromEntries(
      [...QUANTITIES, ...OF_TOKENS].map((name) => [name, this.#moments[name].statistics]),
    ) as Record<Quantity, Statistics>;
    const rows = this.#rows;
    const fraction = this.#sameTop / rows;
    const { topK, temperature } = this.options;
    return {
      version: 1,
      rows,
      tokens: statistics.deltaP.count,
      temperature,
      topK,
      ...statistics,
      deltaP: { ...statistics.deltaP, rms: this.#rms() },
      sameTop: {
        count: this.#sameTop,
        value: fraction,
        standardError: Math.sqrt((fraction * (1 - fraction)) / (rows - 1)),
      },
      probabilityRows: { base: this.#probabilityRows[0], other: this.#probabilityRows[1] },
      perplexity: this.#perplexity(),
      worst: this.#worst.slice(),
    };
  }

  #rms(): Estimate {
    const { count, squares } = this.#moments.deltaP;
    const rms = Math.sqrt(squares.value / count);
    const standardError = count < 2 ? Number.NaN : (0.5 * errorOf(count, this.#fourthPowers, squares)) / rms;
    return { value: rms, standardError: rms === 0 ? 0 : standardError };
  }

  #perplexity(): PerplexityReport {
    const { baseLogProbability: x, otherLogProbability: y } = this.#moments;
    const { count } = x;
    const areFinite = count > 1 && x.infinite === 0 && y.infinite === 0;
    const [xError, yError] = [x.standardError, y.standardError];
    // of the means
    const covariance = areFinite
      ? spread(count, this.#products, x.sum, y.sum) / (count * count * (count - 1))
      : Number.NaN;
    const errorFor = (xScale: number, yScale: number) => {
      const [a, b] = [xScale * xError, yScale * yError];
      return Math.sqrt(Math.max(0, a * a + b * b - 2 * xScale * yScale * covariance));
    };
    const [base, other] = [expOfMean(-x.mean), expOfMean(-y.mean)];
    const logRatio = x.mean - y.mean;
    const ratio = expOfMean(logRatio);
    const logRatioError = errorFor(1, 1);
    return {
      base: { value: base, standardError: base * xError },
      other: { value: other, standardError: other * yError },
      logRatio: { value: logRatio, standardError: logRatioError },
      ratio: { value: ratio, standardError: ratio * logRatioError },
      difference: { value: other - base, standardError: errorFor(base, other) },
      correlation: covariance / (xError * yError),
    };
  }

  /**
   * All of it, for `JSON.stringify`.
   *
   * @returns What {@link Summary.fromJSON} makes a summary of the same bits of.
   */
  toJSON(): SummaryJson {
    const spelled = (row: WorstRow) => Object.fromEntries(WORST_KEYS.map((key) => [key, String(row[key])]));
    return {
      version: 1,
      options: this.options,
      rows: this.#rows,
      sameTop: this.#sameTop,
      probabilityRows: this.#probabilityRows,
      quantities: Object.fromEntries(
        [...QUANTITIES, ...OF_TOKENS].map((name) => [name, this.#moments[name].toJSON()]),
      ) as Record<Quantity, MomentsJson>,
      products: this.#products.toString(),
      fourthPowers: this.#fourthPowers.toString(),
      worst: this.#worst.map(spelled) as unknown as SummaryJson["worst"],
    };
  }

  /**
   * A summary from JSON.
   *
   * @param json - What {@link Summary.toJSON} gave, parsed.
   * @returns A summary of the same bits.
   * @throws RangeError where `json` is not what `toJSON` of this version gives.
   * @example
   * Summary.fromJSON(JSON.parse(JSON.stringify(new Summary()))).rows; // 0
   */
  static fromJSON(json: SummaryJson): Summary {
    if (typeof json !== "object" || json === null || json.version !== 1) {
      throw new RangeError(`Summary.fromJSON: this is no summary of version 1`);
    }
    const summary = new Summary(json.options);
    summary.#rows = json.rows;
    summary.#sameTop = json.sameTop;
    summary.#probabilityRows = json.probabilityRows;
    Object.assign(
      summary.#moments,
      momentsOf((name) => new Moments(json.options.valueLimit, json.quantities[name])),
    );
    summary.#products = ExactSum.parse(json.products);
    summary.#fourthPowers = ExactSum.parse(json.fourthPowers);
    summary.#worst = json.worst.map(
      (row) => Object.fromEntries(WORST_KEYS.map((key) => [key, Number(row[key])])) as unknown as WorstRow,
    );
    return summary;
  }
}

const countOf = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);

function momentsOf(make: (name: Quantity) => Moments): Record<Quantity, Moments> {
  return Object.fromEntries([...QUANTITIES, ...OF_TOKENS].map((name) => [name, make(name)])) as Record<
    Quantity,
    Moments
  >;
}

function checkCount(key: string, count: number): void {
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new RangeError(`Summary: ${key} is ${count}; it must be an integer >= 0`);
  }
}
