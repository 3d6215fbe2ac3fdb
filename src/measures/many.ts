// Divergences of any number of distributions: `f.of([p, q, …], { weights })`.

import type { Backend, Vector } from "../backends/backend.js";
import { type Call, checkNumbers, type NamedRow, type Settings, settingsOf } from "../call/arguments.js";
import { openRows } from "../call/calls.js";
import { type Loss, loss, type Measure } from "../call/forms.js";
import { type Matrix, type Numbers, openRow } from "../call/inputs.js";
import type { MeasureOptions } from "../call/options.js";
import type { Loop } from "../engine/work.js";
import { sumOfAll } from "../numbers/twofold.js";
import { MEASURE_KEYS } from "./keys.js";

/** The options of a divergence of many distributions. */
export interface ManyOptions extends MeasureOptions {
  /** The length of a row: >= 1. Required for a flat array, which is row-major. Tensors and arrays of rows tell it. */
  rowLength?: number;
  /** The weight of each distribution: numbers >= 0, which are divided by their sum. Equal by default. */
  weights?: Numbers;
}

/** A {@link index!Measure} that also compares any number of distributions. */
export interface MeasureOfMany<Arguments extends readonly unknown[], More extends readonly unknown[]>
  extends Measure<Arguments, MeasureOptions> {
  /** Returns one number for all rows of a matrix. */
  readonly of: Loss<[distributions: Matrix, ...More], ManyOptions, number>;
}

interface ManySettings {
  readonly call: Call;
  readonly kinds: Settings["kinds"];
  readonly weights: readonly number[];
}

/** A divergence of rows with weights, in nats. */
type RowsMeasure = (backend: Backend, call: Call, rows: readonly NamedRow[], weights: readonly number[]) => number;

const DISTRIBUTIONS = ["distributions"];
const KEYS = /* @__PURE__ */ MEASURE_KEYS.concat("rowLength", "weights");

function readWeights(functionName: string, given: Numbers | undefined, count: number): number[] {
  if (given === undefined) return Array.from({ length: count }, () => 1);
  const source = openRow(functionName, "weights", given, undefined, true);
  if (source.length !== count) {
    throw new RangeError(`${functionName}: weights has ${source.length} numbers for ${count} distributions`);
  }
  const row = { argument: "weights", source, start: 0, scale: 1, kind: "probabilities" } as const;
  checkNumbers({ functionName, length: count }, row, "weights");
  const sum = sumOfAll(source);
  if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${functionName}: weights sums to ${sum}; the sum must be positive and finite`);
  }
  return Array.from(source);
}

/** `f.of` of the function `f` that has this name. A number alpha may come behind the distributions. */
export function ofMany<More extends readonly unknown[]>(
  name: string,
  measure: RowsMeasure,
  checkAlpha?: (functionName: string, alpha: unknown) => void,
): MeasureOfMany<[], More>["of"] {
  const functionName = `${name}.of`;
  const loop: Loop<ManySettings> = (backend, [source], { call, kinds, weights }, _from, _to, values) => {
    const kind = kinds?.[0] ?? "probabilities";
    const rows = weights.map((_, r): NamedRow => {
      const [argument] = DISTRIBUTIONS;
      return { argument, source: source as Vector, start: r * call.length, scale: 1, kind };
    });
    values[0] = measure(backend, call, rows, weights) / call.unit;
  };
  return loss({
    name: functionName,
    loopName: functionName,
    loop,
    count: checkAlpha ? 2 : 1,
    prepare(distributions: Matrix, ...rest: unknown[]) {
      const alpha = checkAlpha ? rest[0] : undefined;
      const options = rest[checkAlpha ? 1 : 0] as ManyOptions | undefined;
      const { kinds, unit, normalize, temperature } = settingsOf(functionName, options, KEYS, DISTRIBUTIONS);
      checkAlpha?.(functionName, alpha);
      const sources = [distributions] as Vector[];
      const { rows, rowLength: length } = openRows(
        functionName,
        DISTRIBUTIONS,
        sources,
        options,
        () => (kinds === undefined ? normalize : undefined),
        () => kinds?.[0] ?? "probabilities",
      );
      return {
        functionName,
        loopName: functionName,
        loop,
        rows: 1,
        width: 1,
        arrays: [{ array: sources[0], perRow: 0 }],
        settings: {
          call: {
            functionName,
            precision: "f64" as const,
            length,
            unit,
            normalize,
            temperature,
            alpha: alpha as number | undefined,
            takesLogits: true,
          },
          kinds,
          weights: readWeights(functionName, options?.weights, rows),
        },
        finish: ([value]) => value,
      };
    },
  }) as MeasureOfMany<[], More>["of"];
}
