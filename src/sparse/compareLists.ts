// Two models' lists along the same texts: position beside position, as long as the texts are the same.

import { checkOptions, describe, mustBe, propertyOf } from "../engine/checks.js";
import { type DivergenceBounds, divergenceBounds, unitOf } from "./divergenceBounds.js";
import { isIterable } from "./iterables.js";
import type { Position } from "./readPositions.js";
import { TopKDistribution } from "./topKDistribution.js";

/** The options of {@link compareLists}. */
export interface CompareListsOptions {
  /** Unit of kl, reverseKl, js and the entropies: its logarithm's base. Nats by default. */
  base?: number;
  /** Called for every position that is compared, with its bounds. A promise that it returns is awaited before the next position. */
  onPosition?: (base: Position, other: Position, bounds: DivergenceBounds) => unknown;
}

/** A mean over positions. */
export interface ListMean {
  /** The mean. */
  readonly mean: number;
  /** Of the sampling: standard deviation/√positions. NaN for one position, or an infinite mean. */
  readonly standardError: number;
}

/** Means of bounds. The mean of the exact values lies between the means of `lower` and `upper`. */
export interface MeanBounds {
  /** Of the least that the positions can have. */
  readonly lower: ListMean;
  /** Of the most; Infinity where one has no bound. */
  readonly upper: ListMean;
  /** Of the estimates. */
  readonly estimate: ListMean;
}

/** What {@link compareLists} finds. */
export interface ListsReport {
  /** Answers of which at least one position was compared. */
  readonly records: number;
  /** Positions that were compared. */
  readonly positions: number;
  /** Positions of base, and of other, that were not: behind the first token that differs, or without a counterpart. */
  readonly leftOut: { readonly base: number; readonly other: number };
  /** Records in which the texts differ. */
  readonly diverging: number;
  /** KL(base‖other). */
  readonly kl: MeanBounds;
  /** KL(other‖base). */
  readonly reverseKl: MeanBounds;
  /** Jensen-Shannon divergence. */
  readonly js: MeanBounds;
  /** Total variation distance. */
  readonly totalVariation: MeanBounds;
  /** Hellinger distance. */
  readonly hellinger: MeanBounds;
  /** H(base). */
  readonly entropyOfP: MeanBounds;
  /** H(other). */
  readonly entropyOfQ: MeanBounds;
}

const NAME = "compareLists";
const MEASURES = ["kl", "reverseKl", "js", "totalVariation", "hellinger", "entropyOfP", "entropyOfQ"] as const;
const ENDS = ["lower", "upper", "estimate"] as const;

type Positions = AsyncIterable<Position> | Iterable<Position>;

/** Welford's. */
class RunningMean {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(x: number): void {
    this.#count++;
    const difference = x - this.#mean;
    // from the first infinite one on, the mean is that
    this.#mean = Number.isFinite(difference) ? this.#mean + difference / this.#count : Number.POSITIVE_INFINITY;
    this.#squares += difference * (x - this.#mean);
  }

  get value(): ListMean {
    const count = this.#count;
    const variance = this.#squares / (count - 1);
    return {
      mean: count === 0 ? Number.NaN : this.#mean,
      standardError: Number.isFinite(this.#mean) ? Math.sqrt(variance / count) : Number.NaN,
    };
  }
}

/** Positions record by record. */
class Records {
  readonly #argument: string;
  readonly #positions: AsyncIterator<Position> | Iterator<Position>;
  #next: Position | undefined;

  constructor(argument: string, positions: Positions) {
    this.#argument = argument;
    this.#positions =
      Symbol.asyncIterator in positions ? positions[Symbol.asyncIterator]() : positions[Symbol.iterator]();
  }

  /** Goes on by a position; undefined behind the last. */
  async advance(): Promise<Position | undefined> {
    const before = this.#next;
    const { done, value } = await this.#positions.next();
    this.#next = done ? undefined : value;
    if (done) return undefined;
    if (!((propertyOf(value, "distribution") as unknown) instanceof TopKDistribution)) {
      throw new TypeError(
        `${NAME}: ${this.#argument} gives ${describe(value)}; it must give positions, as readPositions does`,
      );
    }
    if (before !== undefined && value.record < before.record) {
      throw new RangeError(
        `${NAME}: ${this.#argument} goes back from record ${before.record} to ${value.record}; answers must come one after the other`,
      );
    }
    return value;
  }

  get next(): Position | undefined {
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#positions.return?.();
  }
}

function checkPositions(argument: string, value: unknown): asserts value is Positions {
  if (!isIterable(value)) throw mustBe(NAME, argument, value, "an iterable of positions, as readPositions gives it");
}

/**
 * Compares two models by their lists along the same texts, and returns the means of the bounds.
 *
 * Positions are aligned record by record. Where the models wrote texts of their own, those are the same up to some token: the position of
 * the first token that differs is still compared (both models have seen the same before it), what is behind it is not, and the report
 * says how much that is. Where a format does not say which tokens there are (prompts of vLLM), they are taken for the same.
 *
 * @param base - Positions, as {@link readPositions} and {@link positionsOf} give them; p is what it says.
 * @param other - Those of the other model; q is what it says. Record by record the same prompts.
 * @returns The report: `kl` is the mean of KL(base‖other), and so on. The mean of the exact values lies between the means of the lower
 * and the upper bounds; the standard errors are those of the sampling of positions.
 * @throws TypeError for what gives no positions, or an unknown option.
 * @throws RangeError as {@link divergenceBounds}, with the record and the position, and where no position can be compared.
 * Memory: one position of each.
 * @example
 * const { positions, totalVariation } = await compareLists(
 *   positionsOf({ top: [["yes", -0.5]] }),
 *   positionsOf({ top: [["yes", -0.25]] }),
 * );
 * positions; // 1
 * totalVariation.lower.mean.toFixed(3); // "0.172"
 */
export async function compareLists(
  base: AsyncIterable<Position> | Iterable<Position>,
  other: AsyncIterable<Position> | Iterable<Position>,
  options: CompareListsOptions = {},
): Promise<ListsReport> {
  checkPositions("base", base);
  checkPositions("other", other);
  checkOptions(NAME, options, ["base", "onPosition"]);
  const { onPosition, ...ofBounds } = options;
  if (onPosition !== undefined && typeof onPosition !== "function") {
    throw mustBe(NAME, "onPosition", onPosition, "a function");
  }
  unitOf(NAME, options.base);
  const [ps, qs] = [new Records("base", base), new Records("other", other)];
  const means = Object.fromEntries(
    MEASURES.map((name) => [name, Object.fromEntries(ENDS.map((end) => [end, new RunningMean()]))]),
  ) as Record<(typeof MEASURES)[number], Record<(typeof ENDS)[number], RunningMean>>;
  const leftOut = { base: 0, other: 0 };
  let [records, positions, diverging] = [0, 0, 0];

  const skip = async (of: Records, name: keyof typeof leftOut, isSkipped: (position: Position) => boolean) => {
    while (of.next !== undefined && isSkipped(of.next)) {
      leftOut[name]++;
      await of.advance();
    }
  };
  try {
    await Promise.all([ps.advance(), qs.advance()]);
    while (ps.next !== undefined && qs.next !== undefined) {
      const record = Math.max(ps.next.record, qs.next.record);
      const isBefore = (position: Position) => position.record < record;
      if (isBefore(ps.next) || isBefore(qs.next)) {
        await skip(ps, "base", isBefore);
        await skip(qs, "other", isBefore);
        continue;
      }
      records++;
      for (;;) {
        const [p, q]: (Position | undefined)[] = [ps.next, qs.next];
        if (p?.record !== record || q?.record !== record) break;
        const bounds = boundsOf(p, q, ofBounds);
        for (const name of MEASURES) for (const end of ENDS) means[name][end].add(bounds[name][end]);
        positions++;
        const done = onPosition?.(p, q, bounds);
        if (done !== undefined) await done;
        await Promise.all([ps.advance(), qs.advance()]);
        if (p.token !== undefined && q.token !== undefined && p.token !== q.token) {
          diverging++;
          break;
        }
      }
      const isHere = (position: Position) => position.record <= record;
      await skip(ps, "base", isHere);
      await skip(qs, "other", isHere);
    }
    await skip(ps, "base", () => true);
    await skip(qs, "other", () => true);
  } finally {
    await ps.close();
    await qs.close();
  }
  if (positions === 0) {
    throw new RangeError(
      `${NAME}: base has ${leftOut.base} positions, other ${leftOut.other}, and no record is in both`,
    );
  }
  const report = Object.fromEntries(
    MEASURES.map((name) => [name, Object.fromEntries(ENDS.map((end) => [end, means[name][end].value]))]),
  ) as unknown as Record<(typeof MEASURES)[number], MeanBounds>;
  return { records, positions, leftOut, diverging, ...report };
}

/** Bounds, or an error that says where. */
function boundsOf(p: Position, q: Position, options: { base?: number }): DivergenceBounds {
  try {
    return divergenceBounds(p.distribution, q.distribution, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const place = ` (record ${p.record}, position ${p.index})`;
    const message = error.message.replace(/^divergenceBounds: /, `${NAME}: `);
    throw new RangeError(`${message}${place}`);
  }
}
