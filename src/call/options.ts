import type { Float16, NumberFormat } from "../backends/halves.js";
import type { Engine } from "../engine/engine.js";
import type { TensorLike } from "./inputs.js";

/** What the numbers of a row are: probabilities, logits (their softmax is meant) or logarithms of probabilities. */
export type InputKind = "probabilities" | "logits" | "logProbabilities";

export const INPUT_KINDS: readonly string[] = ["probabilities", "logits", "logProbabilities"];

/** The options that every function has. */
export interface EngineOption {
  /** The engine that computes. By default the engine whose memory holds one of the arrays, else a default engine. */
  engine?: Engine;
  /**
   * How a Uint16Array (`"f16"`, `"bf16"`) or a Uint8Array (`"e4m3"`, `"e5m2"`) of the bits of numbers is to be read. Tensors of ONNX Runtime
   * tell it by their `type`, and a Float16Array needs no format. The numbers become f32, exactly, and the result has the accuracy of f32.
   */
  format?: NumberFormat;
}

/** The options of measures of normalised distributions. */
export interface MeasureOptions extends EngineOption {
  /** The unit of the result, as the base of the logarithm: positive and not 1. e by default (nats); 2 for bits, 10 for hartleys. */
  base?: number;
  /**
   * What the numbers are: `"probabilities"` (the default), `"logits"` or `"logProbabilities"`; or a list with one of them per distribution.
   * Logits and logarithms are finite, or -Infinity for probability 0. Exponentials of `"logProbabilities"` must have a sum near 1, as
   * probabilities. Error of a result from logits or logarithms: 1e-6 (f32) or 1e-13 (f64) of max(1, |value|); KL, Jeffreys and JS have a
   * relative error of 1e-5 or 1e-11 for values of at least 1e-9.
   */
  input?: InputKind | readonly InputKind[];
  /** τ: divides the logits before the softmax. Positive, 1 by default. Only for logits. */
  temperature?: number;
  /**
   * `true`: accepts any positive sum, for counts and weights. By default, a sum that is not within 1e-2 of 1 is an error. The result is
   * that of p/Σp and q/Σq in both cases. `normalize` is not needed for logits. A Uint16Array without `format` is accepted with `normalize`
   * only, as counts: by itself it may be the bits of half-precision numbers.
   */
  normalize?: boolean;
}

/** The options of measures without a unit: {@link MeasureOptions} without `base`. */
export type UnitlessOptions = Omit<MeasureOptions, "base">;

/** The options of measures that do not normalise probabilities: {@link MeasureOptions} without `normalize`. Logits are normalised. */
export type RawOptions = Omit<MeasureOptions, "normalize">;

/** The options of measures of unnormalised numbers. Logits are not supported. */
export interface UnnormalizedOptions extends EngineOption {
  /** The unit of the result, as the base of the logarithm: positive and not 1. e by default (nats); 2 for bits, 10 for hartleys. */
  base?: number;
  /** No other kind is supported. */
  input?: "probabilities";
}

/** The options of functions of logits: `temperature`, `engine` and `format` of {@link MeasureOptions}. */
export type SoftmaxOptions = Pick<MeasureOptions, "temperature" | keyof EngineOption>;

/** Which rows count: 1 or `true`, one entry per row; an array, or a tensor. */
export type Mask = ArrayLike<number | bigint | boolean> | TensorLike;

/** The options of `f.rows` that leave out rows. */
export interface RowSelection {
  /** Which rows are computed: one entry per row, 1 or `true`. The others are not looked at, and have NaN. */
  mask?: Mask;
  /**
   * What happens at a row that is not valid, as one with a NaN in it: `"error"` (the default), or NaN as its result. Then the number of such
   * rows is the property `invalidRows` of the result.
   */
  onInvalidRow?: "error" | "NaN";
}

/** The options of `f.rows`: the options of `f`, `rowLength`, and which rows count. */
export type RowsOptions<Options = MeasureOptions> = Options &
  RowSelection & {
    /**
     * The length of a row: >= 1. Required for flat arrays, which are row-major; a list with the length of each if they differ. Tensors and
     * arrays of rows tell it.
     */
    rowLength?: number | readonly number[];
    /**
     * Uses the first `classes` numbers of each row: vocabularies are padded, and not all alike. The numbers that are left out may have 1e-6 of
     * the mass of their row. Rows that are longer are copied.
     */
    classes?: number;
  };

/** The option of functions that return an array. */
export interface OutOption {
  /**
   * The array to write the result to, of the type and length of the result, or a Float16Array, to which it is rounded. It may be one of the inputs, but not overlap one in part. An error
   * leaves that input as it was: all rows are checked before the first is overwritten.
   */
  out?: Float32Array | Float64Array | Float16;
}
