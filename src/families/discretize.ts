// The masses of any distribution over numbers on a grid: what brings distributions of different kinds together.

import { checkOptions, describe, isList, isObject, isOptions, propertyOf } from "../engine/checks.js";
import { exp } from "../numbers/scalar.js";
import { middleOf, sumOf } from "./arithmetic.js";
import { type Discretizable, Family } from "./distribution.js";

/** Points from, from + step, … to, each for the cell [point - step/2, point + step/2). */
export interface GridPoints {
  /** The first point. */
  from: number;
  /** The last one, a whole number of steps on. */
  to: number;
  /** 1 by default. */
  step?: number;
}

/** Cells [edges[i], edges[i + 1]); the first edge may be -Infinity, and the last Infinity. */
export interface GridEdges {
  /** Increasing: one more than there are cells. */
  edges: ArrayLike<number>;
}

/** Options of {@link discretize}. */
export interface DiscretizeOptions {
  /** What becomes of the mass outside of the grid: `"report"` (the default) leaves it out, `"include"` adds it to the first and last cells. */
  outside?: "report" | "include";
}

/** A distribution's masses on a grid. */
export interface Discretized {
  /** Of each cell. */
  readonly mass: Float64Array;
  /** The middle of each cell: of one that has an end only, that end. */
  readonly points: Float64Array;
  /** The mass below the first cell. */
  readonly below: number;
  /** The mass from the end of the last cell on. `below`, `mass` and this sum to 1. */
  readonly above: number;
}

/** 2^27 cells: 1 GiB each of masses, of points and of edges. */
const MOST_CELLS = 134217728;

/** Below that many whole numbers in a cell, their masses are added up. */
const MANY = 32;

/** The lower or the upper tail at an edge: whichever is at most ½. */
interface Edge {
  readonly isUpper: boolean;
  readonly tail: number;
}

/**
 * The masses of a distribution over numbers on a grid, so that the measures of "logratio" can compare distributions of different kinds.
 * They take `mass` where its sum is within 1e-2 of 1. What lies outside the grid is reported; where it is more, widen the grid or include
 * it, or pass `normalize: true` to compare what lies within.
 *
 * A discrete distribution gives a cell the masses of the whole numbers in it, a continuous one the difference of its cumulative
 * probabilities, or of their complements, whichever is smaller: the mass of a cell in a far tail has a relative error of 1e-12 or so.
 *
 * @param distribution - One of this package over numbers, or any object of {@link Discretizable}'s form.
 * @param support - `{ from, to, step }`, both ends included, or `{ edges }` of cells of any widths.
 * @returns `mass` of each cell and its `points`; the mass `below` and `above` the grid.
 * @throws TypeError for a distribution that is not over numbers, for what is no grid, for an unknown key.
 * @throws RangeError for numbers that
 * are not finite or not increasing, for a grid whose end is no point of it or that has more than 2^27 cells, and for a probability that is
 * none. O(cells), 24 bytes a cell.
 * @example
 * discretize(normal({ mean: 0, standardDeviation: 1 }), { from: -1, to: 1 }).above; // 0.06680720126885807
 */
export function discretize(
  distribution: Discretizable,
  support: GridPoints | GridEdges,
  options?: DiscretizeOptions,
): Discretized {
  checkDistribution(distribution);
  const { edges, points } = gridOf(support);
  const isIncluded = outsideOf(options) === "include";
  const cells = points.length;
  const mass = new Float64Array(cells);
  const first = tailAt(distribution, edges[0]);
  let last = first;
  for (let i = 0; i < cells; i++) {
    const next = tailAt(distribution, edges[i + 1]);
    mass[i] = massOf(distribution, edges[i], edges[i + 1], last, next);
    last = next;
  }
  const below = first.isUpper ? 1 - first.tail : first.tail;
  const above = last.isUpper ? last.tail : 1 - last.tail;
  if (!isIncluded) return { mass, points, below, above };
  mass[0] += below;
  mass[cells - 1] += above;
  return { mass, points, below: 0, above: 0 };
}

function checkDistribution(distribution: unknown): asserts distribution is Discretizable {
  if (!isObject(distribution)) {
    throw new TypeError(
      `discretize: distribution is ${describe(distribution)}; it must be a distribution over numbers`,
    );
  }
  const [family, isDiscrete] = [propertyOf(distribution, "family"), propertyOf(distribution, "isDiscrete")];
  if (isDiscrete !== undefined && typeof isDiscrete !== "boolean") {
    throw new TypeError(`discretize: isDiscrete of distribution is ${describe(isDiscrete)}; it must be a boolean`);
  }
  const needed = ["cumulativeProbability", "survivalProbability", ...(isDiscrete ? ["logProbability"] : [])];
  for (const name of needed) {
    if (typeof propertyOf(distribution, name) === "function") continue;
    const isNamed = typeof family === "string";
    const hint =
      isNamed && !Family.isMade(distribution)
        ? "; a copy ({ ...p }, JSON, a message) has no functions: call the constructor again with its parameters"
        : "; it must be a distribution over numbers";
    throw new TypeError(
      `discretize: distribution${isNamed ? ` is of "${family}", which` : ""} has no function ${name}${hint}`,
    );
  }
}

function outsideOf(options: DiscretizeOptions | undefined): "report" | "include" {
  if (options === undefined) return "report";
  checkOptions("discretize", options, ["outside"]);
  const { outside = "report" } = options;
  if (outside === "report" || outside === "include") return outside;
  const shown = typeof outside === "string" ? JSON.stringify(outside) : describe(outside);
  throw new (typeof outside === "string" ? RangeError : TypeError)(
    `discretize: outside is ${shown}; it must be "report" or "include"`,
  );
}

interface Grid {
  readonly edges: Float64Array;
  readonly points: Float64Array;
}

function gridOf(support: unknown): Grid {
  if (!isOptions(support)) {
    throw new TypeError(`discretize: support is ${describe(support)}; it must be { from, to, step } or { edges }`);
  }
  return "edges" in support ? gridOfEdges(support as GridEdges) : gridOfPoints(support as GridPoints);
}

/** Above it, sums and differences may be beyond the largest number. */
const LARGE = 1e307;

function gridOfPoints(support: GridPoints): Grid {
  checkOptions("discretize", support, ["from", "to", "step", "edges"]);
  const { from, to, step = 1 } = support;
  for (const [name, value] of Object.entries({ from, to, step })) {
    if (typeof value !== "number")
      throw new TypeError(`discretize: ${name} is ${describe(value)}; it must be a number`);
    if (!Number.isFinite(value)) throw new RangeError(`discretize: ${name} is ${value}; it must be finite`);
  }
  if (!(step > 0)) throw new RangeError(`discretize: step is ${step}; it must be positive`);
  // so that no difference of two points is beyond the largest number
  const scale = Math.abs(from) > LARGE || Math.abs(to) > LARGE || step > LARGE ? 0.25 : 1;
  const [start, end, width] = [from * scale, to * scale, step * scale];
  const steps = Math.round((end - start) / width);
  if (steps + 1 > MOST_CELLS) {
    throw new RangeError(
      `discretize: to is ${to}, ${steps} steps of ${step} from ${from}; a grid has at most ${MOST_CELLS} cells`,
    );
  }
  if (!(steps >= 0 && Math.abs(start + steps * width - end) <= 1e-6 * width)) {
    throw new RangeError(`discretize: to is ${to}; it must be from, ${from}, and a whole number of steps of ${step}`);
  }
  const edges = Float64Array.from({ length: steps + 2 }, (_, i) => (start + (i - 0.5) * width) / scale);
  if (!Number.isFinite(edges[0]) || !Number.isFinite(edges[steps + 1])) {
    throw new RangeError(
      `discretize: step is ${step}; a cell of it about ${Number.isFinite(edges[0]) ? to : from} ends beyond the largest number, 1.8e308`,
    );
  }
  return { edges, points: Float64Array.from({ length: steps + 1 }, (_, i) => (start + i * width) / scale) };
}

function gridOfEdges(support: GridEdges): Grid {
  checkOptions("discretize", support, ["edges"]);
  const { edges } = support;
  if (!isList(edges)) throw new TypeError(`discretize: edges is ${describe(edges)}; it must be an array of numbers`);
  if (edges.length < 2)
    throw new RangeError(`discretize: edges has ${edges.length} numbers; there must be two or more`);
  for (let i = 0; i < edges.length; i++) {
    const edge: unknown = edges[i];
    if (typeof edge !== "number") {
      throw new TypeError(`discretize: edges[${i}] is ${describe(edge)}; edges must be numbers`);
    }
    const isIncreasing = i === 0 ? !Number.isNaN(edge) : edge > edges[i - 1];
    if (!isIncreasing) throw new RangeError(`discretize: edges[${i}] is ${edge}; edges must increase`);
  }
  const points = Float64Array.from({ length: edges.length - 1 }, (_, i) => {
    const [from, to] = [edges[i], edges[i + 1]];
    return from === Number.NEGATIVE_INFINITY ? to : to === Number.POSITIVE_INFINITY ? from : middleOf(from, to);
  });
  return { edges: Float64Array.from(edges), points };
}

/** The mass below an edge, or that from it on. */
function tailAt(distribution: Discretizable, edge: number): Edge {
  if (edge === Number.NEGATIVE_INFINITY) return { isUpper: false, tail: 0 };
  if (edge === Number.POSITIVE_INFINITY) return { isUpper: true, tail: 0 };
  const last = distribution.isDiscrete ? Math.ceil(edge) - 1 : edge;
  const lower = checked("cumulativeProbability", last, distribution.cumulativeProbability(last));
  if (lower <= 0.5) return { isUpper: false, tail: lower };
  return { isUpper: true, tail: checked("survivalProbability", last, distribution.survivalProbability(last)) };
}

/** What a function of the distribution returned, if it is a number. */
function numberFrom(name: string, x: number, value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError(`discretize: ${name}(${x}) of the distribution is ${describe(value)}; it must be a number`);
}

function checked(name: string, x: number, value: unknown): number {
  const probability = numberFrom(name, x, value);
  if (probability >= 0 && probability <= 1) return probability;
  throw new RangeError(`discretize: ${name}(${x}) of the distribution is ${probability}; it must be from 0 to 1`);
}

function massOf(distribution: Discretizable, from: number, to: number, low: Edge, high: Edge): number {
  if (distribution.isDiscrete) {
    const first = Math.ceil(from);
    const count = Math.ceil(to) - first;
    if (count < MANY) return sumOf(count, (i) => probabilityOf(distribution, first + i));
  }
  if (low.isUpper) return Math.max(0, low.tail - high.tail);
  return Math.max(0, high.isUpper ? 1 - low.tail - high.tail : high.tail - low.tail);
}

function probabilityOf(distribution: Discretizable, x: number): number {
  const logProbability = numberFrom("logProbability", x, (distribution as Required<Discretizable>).logProbability(x));
  // rounding may leave a certainty a little above 0
  if (logProbability <= 1e-9) return exp(Math.min(logProbability, 0));
  throw new RangeError(`discretize: logProbability(${x}) of the distribution is ${logProbability}; it must be <= 0`);
}
