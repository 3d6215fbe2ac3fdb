// What a comparison comes to, over all rows. Sums are exact and quantiles do not depend on order, so that parts computed
// anywhere combine to the bits of one run.

import { temperatureOf } from "../call/arguments.js";
import { checkOptions } from "../engine/checks.js";
import { exp } from "../numbers/scalar.js";
import { checkInteger } from "./checks.js";
import { checksumOf } from "./checksum.js";
import { type ClusterKind, Clusters, type ClustersJson } from "./clusters.js";
import { Confidence, type ConfidenceBucket, type ConfidenceJson } from "./confidence.js";
import { ExactSum, spread } from "./exactSum.js";
import { type ClusteredMean, clusteredMean, totalsOf } from "./inference.js";
import { JsonValue, spelled } from "./json.js";
import { type Estimate, errorOf, Moments, type MomentsJson, type Statistics } from "./moments.js";
import type { RowResults } from "./rowResults.js";
import { shownValue } from "./shown.js";

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
  /**
   * Neighbouring rows that belong together, such as those of one chunk of context: errors by clusters are of blocks of so many, counted from
   * row 0, or of twice as many, and so on, where there would be more than 16,384. 0, the default, for the least of 32, 64, … that is at
   * least √rows.
   */
  blockRows?: number;
}

/** Means over all rows, with errors that allow for rows which depend on their neighbours ({@link pairedDifference}). */
export interface ClusteredEstimates {
  /** What rows are gathered by. */
  readonly by: ClusterKind;
  /** Mean KL(base‖other). */
  readonly kl: Estimate;
  /** ln PPL(base). */
  readonly baseLogPerplexity: Estimate;
  /** ln PPL(other). */
  readonly otherLogPerplexity: Estimate;
  /** ln PPL(other) - ln PPL(base). */
  readonly logRatio: Estimate;
  /** PPL(base); this error, and those that follow, are those of the logarithms to first order. */
  readonly basePerplexity: Estimate;
  /** PPL(other). */
  readonly otherPerplexity: Estimate;
  /** PPL(other)/PPL(base). */
  readonly ratio: Estimate;
  /** PPL(other) - PPL(base). */
  readonly difference: Estimate;
}

/** The rows of one group. Errors are by blocks. */
export interface GroupReport {
  /** As it was given. */
  readonly group: string;
  /** How many it has. */
  readonly rows: number;
  /** Blocks with rows of it. */
  readonly blocks: number;
  /** Mean KL(base‖other). */
  readonly kl: Estimate;
  /** ln PPL(other) - ln PPL(base). */
  readonly logRatio: Estimate;
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
  /** The same of the five likeliest. */
  readonly top5Overlap: Statistics;
  /** Σ min(p, q) = 1 - TV, the acceptance rate of speculative decoding; of no rows where it was not asked for. */
  readonly acceptance: Statistics;
  /** KL by the probability of base's likeliest token. */
  readonly byConfidence: readonly ConfidenceBucket[];
  /** How far confidence is from accuracy: Σ over 15 bins of |how often the likeliest token was observed - its probability|. */
  readonly calibrationError: { readonly base: number; readonly other: number };
  /** Means with errors by clusters. */
  readonly clustered: ClusteredEstimates;
  /** Those of the groups that rows were given, in order of their first blocks, then of their names. */
  readonly groups: readonly GroupReport[];
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
  "top5Overlap",
] as const;
const OF_TOKENS = ["baseLogProbability", "otherLogProbability", "deltaP"] as const;
const ALL = [...QUANTITIES, ...OF_TOKENS, "acceptance"] as const;
type Quantity = (typeof ALL)[number];

/** A summary as JSON, to the bit: what {@link Summary.toJSON} gives. Only {@link Summary.fromJSON} need understand it. */
export interface SummaryJson {
  /** Of this layout. */
  readonly version: 3;
  /** Those of the summary. */
  readonly options: Required<SummaryOptions>;
  /** Rows added. */
  readonly rows: number;
  /** Those of which the observed token is known. */
  readonly tokens: number;
  /** Rows whose likeliest token is the same. */
  readonly sameTop: number;
  /** Rows of logits that look like probabilities: of base, of other. */
  readonly probabilityRows: readonly [base: number, other: number];
  /** Of each quantity all values, as f64 in base64; of more than `valueLimit`, exact sums, extremes, and counts by magnitude. */
  readonly quantities: Readonly<Record<Quantity, MomentsJson>>;
  /** Of rows in which neither is infinite, Σ ln p·ln q. */
  readonly products: string;
  /** Σ Δp⁴. */
  readonly fourthPowers: string;
  /** Sums by clusters of rows. */
  readonly clusters: ClustersJson;
  /** Sums by the models' confidence. */
  readonly confidence: ConfidenceJson;
  /** The rows of the largest KL. Infinities are texts. */
  readonly worst: readonly Readonly<Record<keyof WorstRow, number | string>>[];
  /** Of all the rest. */
  readonly checksum: string;
}

const JSON_KEYS = [
  "version",
  "options",
  "rows",
  "tokens",
  "sameTop",
  "probabilityRows",
  "quantities",
  "products",
  "fourthPowers",
  "clusters",
  "confidence",
  "worst",
  "checksum",
] as const satisfies (keyof SummaryJson)[];
const DEFAULTS: Required<SummaryOptions> = {
  ...{ topK: 10, temperature: 1, valueLimit: 2 ** 18, worstRows: 20 },
  blockRows: 0,
};
const OPTION_KEYS = ["topK", "temperature", "valueLimit", "worstRows", "blockRows"] as const;
const WORST_KEYS = ["row", "kl", "reverseKl", "js", "token", "baseTop", "otherTop"] as const;

/** Of no rows, NaN. */
const expOfMean = (mean: number): number => (Number.isNaN(mean) ? mean : exp(mean));

/** Of a logarithm with its error, to first order. */
function exponentiated({ value, standardError }: Estimate): Estimate {
  const result = expOfMean(value);
  return { value: result, standardError: result * standardError };
}

type Joint = (baseScale: number, otherScale: number) => ClusteredMean;

const byWorst = (a: WorstRow, b: WorstRow): number => (a.kl === b.kl ? a.row - b.row : b.kl - a.kl);

/** For the tests between two summaries. */
export let clustersOf: (summary: Summary) => Clusters;

/**
 * The sums of a comparison: rows are added, summaries of parts are merged, in any order and with the same bits in the end. It
 * takes 104 bytes per row up to `valueLimit` rows, and some hundred KiB beyond, however many there are.
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
  #clusters: Clusters;
  #confidence = new Confidence();

  static {
    clustersOf = (summary) => summary.#clusters;
  }

  /**
   * A summary of no rows.
   *
   * @throws TypeError for an option that is unknown or of the wrong kind.
   * @throws RangeError for an option out of range.
   * @example
   * new Summary({ topK: 5 }).rows; // 0
   */
  constructor(options: SummaryOptions = {}) {
    checkOptions("Summary", options, OPTION_KEYS);
    this.options = { ...DEFAULTS, ...options };
    const { valueLimit, worstRows, topK, temperature, blockRows } = this.options;
    checkInteger("Summary", "valueLimit", valueLimit, 0);
    checkInteger("Summary", "worstRows", worstRows, 0);
    checkInteger("Summary", "blockRows", blockRows, 0);
    checkInteger("Summary", "topK", topK, 1);
    temperatureOf("Summary", temperature);
    this.#moments = momentsOf(() => new Moments(valueLimit));
    this.#clusters = new Clusters(blockRows);
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
   * @throws TypeError where a column of `rows` has not one number for each row.
   * @throws RangeError for NaN in it, and for `first` that is no integer >= 0.
   */
  add(first: number, rows: RowResults): void {
    checkInteger("Summary.add", "first", first, 0);
    checkRows(rows);
    const moments = this.#moments;
    for (let r = 0; r < rows.count; r++) {
      for (const name of QUANTITIES) moments[name].add(rows[name][r]);
      if (rows.baseTop[r] === rows.otherTop[r]) this.#sameTop++;
      if (!Number.isNaN(rows.acceptance[r])) moments.acceptance.add(rows.acceptance[r]);
      if (rows.tokens[r] >= 0) this.#addToken(rows.baseLogProbability[r], rows.otherLogProbability[r]);
      this.#confidence.add(rows, r);
      this.#addWorst(first + r, rows, r);
    }
    this.#rows += rows.count;
    this.#clusters.add(first, rows);
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
   * @throws TypeError for what is no summary.
   * @throws RangeError where the two have different options, or are the same.
   */
  merge(other: Summary): this {
    if (!(other instanceof Summary)) {
      throw new TypeError(`Summary.merge: other is ${shownValue(other)}; it must be a Summary (Summary.fromJSON)`);
    }
    if (other === this) throw new RangeError("Summary.merge: other is this summary; its rows would count twice");
    for (const key of OPTION_KEYS) {
      const [own, others] = [this.options[key], other.options[key]];
      if (own !== others) throw new RangeError(`Summary.merge: ${key} is ${own} here and ${others} there`);
    }
    for (const name of ALL) this.#moments[name].addAll(other.#moments[name]);
    this.#rows += other.#rows;
    this.#sameTop += other.#sameTop;
    this.#addProbabilityRows(...other.#probabilityRows);
    this.#products.addAll(other.#products);
    this.#fourthPowers.addAll(other.#fourthPowers);
    this.#clusters.addAll(other.#clusters);
    this.#confidence.addAll(other.#confidence);
    this.#takeWorst(other.#worst);
    return this;
  }

  /**
   * The statistics of all rows so far.
   *
   * @returns In nats; probabilities are fractions. Sums over rows are exact, whatever their order.
   */
  report(): Report {
    const statistics = Object.fromEntries(ALL.map((name) => [name, this.#moments[name].statistics])) as Record<
      Quantity,
      Statistics
    >;
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
      byConfidence: this.#confidence.buckets,
      calibrationError: {
        base: this.#confidence.calibrationError("base"),
        other: this.#confidence.calibrationError("other"),
      },
      clustered: this.#clustered(),
      groups: this.#clusters.groups.map((group) => this.#group(group)),
      probabilityRows: { base: this.#probabilityRows[0], other: this.#probabilityRows[1] },
      perplexity: this.#perplexity(),
      worst: this.#worst.slice(),
    };
  }

  /** Of ln PPL: of base, of other, of other less base. */
  #logPerplexities(group?: string): {
    base: ClusteredMean;
    other: ClusteredMean;
    logRatio: ClusteredMean;
    joint: Joint;
  } {
    const base = totalsOf(this.#clusters.sums("baseLogProbability", group));
    const other = totalsOf(this.#clusters.sums("otherLogProbability", group));
    const scaled = (scale: number, sum: number) => (scale === 0 ? 0 : scale * sum);
    const joint: Joint = (baseScale, otherScale) =>
      clusteredMean(
        base.map(({ count, sum }, i) => ({ count, sum: -(scaled(baseScale, sum) + scaled(otherScale, other[i].sum)) })),
      );
    return { base: joint(1, 0), other: joint(0, 1), logRatio: joint(-1, 1), joint };
  }

  #clustered(): ClusteredEstimates {
    const { base, other, logRatio, joint } = this.#logPerplexities();
    const [basePerplexity, otherPerplexity, ratio] = [base, other, logRatio].map(exponentiated);
    return {
      by: this.#clusters.kind,
      kl: clusteredMean(totalsOf(this.#clusters.sums("kl"))),
      baseLogPerplexity: base,
      otherLogPerplexity: other,
      logRatio,
      basePerplexity,
      otherPerplexity,
      ratio,
      difference: {
        value: otherPerplexity.value - basePerplexity.value,
        standardError: joint(-basePerplexity.value, otherPerplexity.value).standardError,
      },
    };
  }

  #group(group: string): GroupReport {
    const clusters = totalsOf(this.#clusters.sums("kl", group));
    return {
      group,
      rows: clusters.reduce((rows, { count }) => rows + count, 0),
      blocks: clusters.length,
      kl: clusteredMean(clusters),
      logRatio: this.#logPerplexities(group).logRatio,
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
    const spelledRow = (row: WorstRow) => Object.fromEntries(WORST_KEYS.map((key) => [key, spelled(row[key])]));
    const { topK, temperature, valueLimit, worstRows, blockRows } = this.options;
    const content: Omit<SummaryJson, "checksum"> = {
      version: 3,
      options: { topK, temperature, valueLimit, worstRows, blockRows },
      rows: this.#rows,
      tokens: this.#moments.deltaP.count,
      sameTop: this.#sameTop,
      probabilityRows: this.#probabilityRows,
      quantities: Object.fromEntries(ALL.map((name) => [name, this.#moments[name].toJSON()])) as Record<
        Quantity,
        MomentsJson
      >,
      products: this.#products.toString(),
      fourthPowers: this.#fourthPowers.toString(),
      clusters: this.#clusters.toJSON(),
      confidence: this.#confidence.toJSON(),
      worst: this.#worst.map(spelledRow) as unknown as SummaryJson["worst"],
    };
    return { ...content, checksum: checksumOfContent(content) };
  }

  /**
   * A summary from JSON.
   *
   * @param json - What {@link Summary.toJSON} gave, parsed.
   * @returns A summary of the same bits.
   * @throws TypeError for what is no object.
   * @throws RangeError where `json` is not what `toJSON` of this version gave, with the place of what does not fit: it was damaged, or
   * changed by hand.
   * @example
   * Summary.fromJSON(JSON.parse(JSON.stringify(new Summary()))).rows; // 0
   */
  static fromJSON(json: SummaryJson): Summary {
    if (typeof json !== "object" || json === null) {
      throw new TypeError(`Summary.fromJSON: json is ${shownValue(json)}; it must be an object, as JSON.parse gives`);
    }
    const reader = "Summary.fromJSON";
    if (json.version !== 3) throw new RangeError(`${reader}: this is no summary of version 3`);
    const entries = new JsonValue(reader, json).entries(JSON_KEYS);
    const summary = new Summary(optionsFrom(entries.options));
    const { valueLimit, worstRows, blockRows } = summary.options;
    const moments = entries.quantities.entries(ALL);
    for (const name of ALL) summary.#moments[name] = Moments.from(moments[name], valueLimit);
    for (const name of QUANTITIES) {
      entries.rows.equals(summary.#moments[name].count, `quantities.${name} has so many numbers`);
    }
    summary.#rows = summary.#moments.kl.count;
    const tokens = entries.tokens.integer(0, summary.#rows);
    for (const name of OF_TOKENS) {
      entries.tokens.equals(summary.#moments[name].count, `quantities.${name} has so many numbers`);
    }
    const asked = summary.#moments.acceptance.count;
    if (asked !== 0 && asked !== summary.#rows) moments.acceptance.fail("of all rows, or of none");
    summary.#confidence = Confidence.from(entries.confidence, summary.#moments.kl, tokens);
    summary.#clusters = summary.#clustersFrom(entries.clusters, blockRows);
    summary.#sameTop = entries.sameTop.integer(0, summary.#rows);
    const [base, other] = entries.probabilityRows.list(2).map((count) => count.integer(0, summary.#rows));
    summary.#probabilityRows = [base, other];
    summary.#products = ExactSum.from(entries.products);
    summary.#fourthPowers = ExactSum.from(entries.fourthPowers);
    summary.#worst = worstFrom(entries.worst, Math.min(worstRows, summary.#rows));
    // as it is written; or by what has been understood, so that the order of keys does not matter
    const { checksum, ...content } = json;
    if (checksumOfContent(content) !== checksum) {
      entries.checksum.equals(summary.toJSON().checksum, "the rest has it: it was changed after it was written");
    }
    return summary;
  }

  /** What sums over all rows make of those of the clusters. */
  #clustersFrom(json: JsonValue, blockRows: number): Clusters {
    const clusters = Clusters.from(json, blockRows);
    const { kl, baseLogProbability, otherLogProbability } = this.#moments;
    const counts = [
      ["rows", kl.count],
      ["infinite", kl.infinite],
      ["tokens", baseLogProbability.count],
      ["baseImpossible", baseLogProbability.infinite],
      ["otherImpossible", otherLogProbability.infinite],
    ] as const;
    for (const [name, count] of counts) if (clusters.total(name) !== count) json.fail(`of ${count} ${name} in all`);
    for (const name of ["kl", "baseLogProbability", "otherLogProbability"] as const) {
      if (!clusters.totalOf(name).equals(this.#moments[name].sum)) json.fail(`of the sum of ${name}`);
    }
    return clusters;
  }
}

/** The values, most of the text, are not made into JSON for it. */
function checksumOfContent({ quantities, ...content }: Omit<SummaryJson, "checksum">): string {
  const all = ALL.map((name) => quantities[name]);
  const others = all.map((json) => ("values" in json ? null : json));
  const values = all.map((json) => ("values" in json ? json.values : ""));
  return checksumOf(JSON.stringify({ ...content, quantities: others }), ...values);
}

/** Of those that are set. */
const countOf = (flags: Uint8Array): number => flags.reduce((count, flag) => count + (flag === 0 ? 0 : 1), 0);

function optionsFrom(json: JsonValue): SummaryOptions {
  const { topK, temperature, valueLimit, worstRows, blockRows } = json.entries(OPTION_KEYS);
  return {
    topK: topK.integer(1),
    temperature: temperature.number() > 0 ? temperature.number() : temperature.fail("positive"),
    valueLimit: valueLimit.integer(),
    worstRows: worstRows.integer(),
    blockRows: blockRows.integer(),
  };
}

/** Those of the largest KL, in their order. */
function worstFrom(json: JsonValue, count: number): WorstRow[] {
  const rows = json.list(count).map((entry) => {
    const { row, kl, reverseKl, js, token, baseTop, otherTop } = entry.entries(WORST_KEYS);
    return {
      row: row.integer(),
      ...{ kl: kl.spelled(), reverseKl: reverseKl.spelled(), js: js.spelled() },
      ...{ token: token.integer(-1), baseTop: baseTop.integer(), otherTop: otherTop.integer() },
    };
  });
  if (rows.some((row, i) => i > 0 && byWorst(rows[i - 1], row) > 0)) json.fail("in the order of KL, the largest first");
  return rows;
}

function momentsOf(make: (name: Quantity) => Moments): Record<Quantity, Moments> {
  return Object.fromEntries(ALL.map((name) => [name, make(name)])) as Record<Quantity, Moments>;
}

const COLUMNS = [
  ...QUANTITIES,
  "tokens",
  "baseLogProbability",
  "otherLogProbability",
  "baseTop",
  "otherTop",
  "baseTopLogProbability",
  "otherTopLogProbability",
  "acceptance",
  "baseLooksLikeProbabilities",
  "otherLooksLikeProbabilities",
] as const;

/** Throws for rows that would spoil a sum. */
function checkRows(rows: RowResults): void {
  checkInteger("Summary.add", "rows.count", rows?.count, 0);
  const { count, tokens, baseLogProbability, otherLogProbability } = rows;
  for (const name of COLUMNS) {
    if (rows[name]?.length === count) continue;
    throw new TypeError(
      `Summary.add: rows.${name} is ${shownValue(rows[name])}; it must be an array of ${count} numbers`,
    );
  }
  if (rows.groups !== undefined && rows.groups.length !== count) {
    throw new TypeError(
      `Summary.add: rows.groups is ${shownValue(rows.groups)}; it must be an array of ${count} texts`,
    );
  }
  const refuse = (name: string, r: number) => {
    if (r >= 0) throw new RangeError(`Summary.add: rows.${name} is NaN for row ${r} of these`);
  };
  const always = [...QUANTITIES, "baseTopLogProbability", "otherTopLogProbability"] as const;
  for (const name of always) refuse(name, rows[name].findIndex(Number.isNaN));
  const logs = tokens.findIndex(
    (token, r) => token >= 0 && Number.isNaN(baseLogProbability[r] + otherLogProbability[r]),
  );
  refuse("baseLogProbability, or otherLogProbability,", logs);
}
