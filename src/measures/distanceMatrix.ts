import { isFloat32, isFloat64 } from "../backends/arrays.js";
import type { Vector } from "../backends/backend.js";
import { precisionOf } from "../call/arguments.js";
import { callOf, type Definition, type MeasureSettings, measureLoop, openRows, settingsFor } from "../call/calls.js";
import { declarationNamed, declarationOf, type Loss, loss, type Measure } from "../call/forms.js";
import type { Matrix, Numbers } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import { describe } from "../engine/checks.js";
import type { Loop } from "../engine/work.js";

/** A measure of two distributions. */
export type PairMeasure =
  | Measure<[p: Numbers, q: Numbers], never>
  | Measure<[p: Numbers, q: Numbers, alpha: number], never>;

/** The options of {@link index!distanceMatrix}: those of the measure, and these. */
export interface DistanceMatrixOptions extends MeasureOptions {
  /** The length of a row: >= 1. Required for a flat array, which is row-major. Tensors and arrays of rows tell it. */
  rowLength?: number;
  /** The order, of a measure that has one. */
  alpha?: number;
  /** The width of a bin, of a measure of ordered bins that has one. */
  width?: number;
}

interface MatrixSettings extends MeasureSettings {
  /** The name of the measure: by it a thread finds its definition. */
  readonly measure: string;
}

const NAME = "distanceMatrix";
const ROWS: readonly string[] = ["distributions"];
const PAIR: readonly string[] = ["distributions", "distributions"];
/** Of two rows of 16,384 there are 2^28 results: 2 GiB. */
const MOST_ROWS = 16384;
/** What a processor's cache holds of the rows that others are compared with. */
const CACHE_BYTES = 262144;

/** Of how many of the next rows, round the matrix, a row is compared with each: a symmetric measure takes half of them. */
const reachOf = ({ isSymmetric }: Definition, rows: number): number => (isSymmetric ? Math.floor(rows / 2) : rows - 1);

/** What the measure was made from, with the names that arguments have here; undefined of what is no measure of two distributions. */
function definitionOf(declared: ReturnType<typeof declarationOf>): Definition | undefined {
  const definition = declared?.definition;
  if (definition === undefined || !("distributions" in definition)) return undefined;
  if (definition.arguments.length !== 2 || definition.distributions.length !== 2) return undefined;
  return { ...definition, arguments: PAIR, distributions: PAIR };
}

const partOf = (all: Vector, from: number, to: number): Vector =>
  isFloat32(all) || isFloat64(all)
    ? all.subarray(from, to)
    : Array.from({ length: to - from }, (_, i) => all[from + i]);

/** Rows of the matrix, from its diagonal on: of each, the next ones that it reaches. A thread may have a part of the rows: `numbers` tells which. */
const loop: Loop<MatrixSettings> = (backend, [, matrix, numbers], settings, partFrom, partTo, values) => {
  const from = (numbers as Vector)[partFrom];
  const to = from + partTo - partFrom;
  const definition = definitionOf(declarationNamed(settings.measure)) as Definition;
  const compare = measureLoop(definition);
  const { length, precision } = settings.call;
  const all = matrix as Vector;
  const rows = all.length / length;
  const reach = reachOf(definition, rows);
  // first each with itself: what is wrong with a row is told of its place in the matrix
  const own = new Float64Array(to - from);
  compare(backend, [all, all], settings, from, to, own);
  for (let r = from; r < to; r++) values[(r - from) * rows + r] = own[r - from];
  const atOnce = Math.max(1, Math.floor(CACHE_BYTES / length / (precision === "f32" ? 4 : 8)));
  for (let first = 0; first < rows; first += atOnce) {
    for (let r = from; r < to; r++) {
      const row = partOf(all, r * length, (r + 1) * length);
      const at = (r - from) * rows;
      const compareWith = (start: number, end: number) => {
        const a = Math.max(start, first);
        const b = Math.min(end, rows, first + atOnce);
        if (a < b) compare(backend, [row, all], settings, a, b, values.subarray(at + a, at + b));
      };
      compareWith(r + 1, r + 1 + reach);
      compareWith(0, r + 1 + reach - rows);
    }
  }
};

/**
 * Computes a measure of every pair of rows: entry i·n + j of the result is `measure(row i, row j)`, with the same bits.
 *
 * A symmetric measure is computed once per pair. Rows are compared block by block, so that they stay in the processor's cache, and by all
 * threads of the engine if the matrix lies in its memory.
 *
 * @param distributions - n rows, at most 16,384: a row-major matrix with `rowLength`, a tensor, or an array of rows.
 * @param measure - A measure of two distributions: {@link jsDistance}, {@link klDivergence} and others. Its order is the option `alpha`.
 * @returns A row-major matrix of n × n numbers. For the symmetric measures (Jeffreys, JS, Hellinger, Bhattacharyya, total variation) it is
 * symmetric to the bit. Its diagonal is 0, but that of {@link crossEntropy} is the entropy.
 * @throws What the measure throws, with the index within `distributions`; TypeError for what is no measure of two distributions.
 * @example
 * distanceMatrix([[0.5, 0.5], [0.9, 0.1], [1, 0]], totalVariationDistance); // Float64Array [0, 0.4, 0.5, 0.4, 0, 0.1, 0.5, 0.1, 0]
 * distanceMatrix([1, 1, 3, 1], renyiDivergence, { rowLength: 2, alpha: 2, normalize: true }); // Float64Array [0, 0.2876820724517809, 0.2231435513142098, 0]
 * @category Measures
 */
export const distanceMatrix: Loss<[distributions: Matrix, measure: PairMeasure], DistanceMatrixOptions, Float64Array> =
  /* @__PURE__ */ loss({
    name: NAME,
    loopName: NAME,
    loop,
    count: 2,
    prepare(distributions: Matrix, measure: PairMeasure, options: DistanceMatrixOptions | undefined) {
      const declared = declarationOf(measure);
      const definition = definitionOf(declared);
      if (declared === undefined || definition === undefined) {
        throw new TypeError(
          `${NAME}: measure is ${declared?.name ?? describe(measure)}; it must be a measure of two distributions, as klDivergence`,
        );
      }
      const takesAlpha = definition.mostAlpha !== undefined;
      const alpha = takesAlpha ? options?.alpha : undefined;
      const keys = [...definition.keys, "rowLength", ...(takesAlpha ? ["alpha"] : [])];
      const { kinds, ...settings } = settingsFor(NAME, { ...definition, distributions: ROWS }, options, keys, alpha);
      const sources = [distributions] as Vector[];
      const counts = definition.keys.includes("normalize") && kinds === undefined ? settings.normalize : undefined;
      const { rows, rowLength } = openRows(
        NAME,
        ROWS,
        sources,
        options,
        () => counts,
        () => kinds?.[0] ?? "probabilities",
      );
      if (rows > MOST_ROWS) throw new RangeError(`${NAME}: distributions has ${rows} rows; it may have ${MOST_ROWS}`);
      const [array] = sources;
      const pair = kinds && [kinds[0], kinds[0]];
      return {
        functionName: NAME,
        loopName: NAME,
        loop,
        rows,
        width: rows,
        // each row, what it is compared with, and its number
        arrays: [
          { array, perRow: rowLength },
          { array, perRow: 0 },
          { array: Int32Array.from({ length: rows }, (_, r) => r), perRow: 1 },
        ],
        settings: {
          measure: declared.name,
          call: callOf(NAME, definition, precisionOf(sources), rowLength, { ...settings, kinds: pair }, alpha),
          kinds: pair,
        },
        finish(values) {
          const reach = definition.isSymmetric ? reachOf(definition, rows) : 0;
          for (let r = 0; r < rows; r++) {
            for (let i = 1; i <= reach; i++) {
              const other = (r + i) % rows;
              values[other * rows + r] = values[r * rows + other];
            }
          }
          return values;
        },
      };
    },
  });
