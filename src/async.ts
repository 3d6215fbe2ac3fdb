// The measures and losses as promises: the same work, done by the workers alone, or between the caller's other tasks.

import type { FloatArray, Vector } from "./backends/backend.js";
import { type ArrayDefinition, type Definition, prepareArray, prepareRows, prepareSingle } from "./call/calls.js";
import type {
  MeasureOptions,
  OutOption,
  RawOptions,
  RowsOptions,
  SoftmaxOptions,
  UnitlessOptions,
  UnnormalizedOptions,
} from "./call/options.js";
import * as definitions from "./definitions.js";
import { completeAside } from "./engine/aside.js";
import { describe } from "./engine/checks.js";
import type { Runtime } from "./engine/runtime.js";
import type { AsideOptions, Work } from "./engine/work.js";
import type {
  CrossEntropyLoss,
  CrossEntropyLossOptions,
  DistillationLoss,
  DistillationLossOptions,
  Elbo,
  ElboOptions,
  GaussianKl,
  GaussianKlOptions,
  Labels,
  PerplexityOptions,
  TokenLogLikelihoodRatio,
  TokenOptions,
} from "./losses/index.js";
import * as losses from "./losses/index.js";

type OfOne<Options> = (p: Vector, options?: Options & AsideOptions) => Promise<number>;
type OfPair<Options> = (p: Vector, q: Vector, options?: Options & AsideOptions) => Promise<number>;
type RowsOfOne<Options> = (p: Vector, options: RowsOptions<Options> & AsideOptions) => Promise<Float64Array>;
type RowsOfPair<Options> = (
  p: Vector,
  q: Vector,
  options: RowsOptions<Options> & AsideOptions,
) => Promise<Float64Array>;
type OfOneAndAlpha<Options> = (p: Vector, alpha: number, options?: Options & AsideOptions) => Promise<number>;
type RowsOfOneAndAlpha<Options> = (
  p: Vector,
  alpha: number,
  options: RowsOptions<Options> & AsideOptions,
) => Promise<Float64Array>;

/** An array of the type of what it is made of. */
interface ArrayOfOne<Options> {
  (z: Float32Array, options: Options & OutOption & AsideOptions): Promise<Float32Array>;
  (z: Vector, options: Options & OutOption & AsideOptions): Promise<FloatArray>;
}
interface ArrayOfPair<Options> {
  (p: Float32Array, q: Float32Array, options: Options & OutOption & AsideOptions): Promise<Float32Array>;
  (p: Vector, q: Vector, options: Options & OutOption & AsideOptions): Promise<FloatArray>;
}
type Optional<F> = F extends { (...a: [...infer A, infer O]): infer R; (...b: [...infer B, infer P]): infer S }
  ? { (...a: [...A, options?: O]): R; (...b: [...B, options?: P]): S }
  : never;

/**
 * The measures and losses as methods that return promises of the same bits: `engine.async`.
 *
 * With workers the work is theirs alone: a page stays responsive, Node goes on serving. Arrays in the engine's memory are read
 * in place, others are copied, a few MiB at a time or a row. Without workers, or where there is no memory for copies, it is
 * done here, and gives way to other tasks after some milliseconds, between two rows.
 *
 * Every method takes the arguments of the function of its name, and `signal` and `onProgress` among the options ({@link
 * AsideOptions}). What the function throws, the promise is rejected with. The arrays must stay as they are until the promise is
 * settled.
 *
 * @example
 * const engine = await createEngine({ threads: 2 });
 * await engine.async.klDivergence([0.5, 0.5], [0.25, 0.75]); // 0.14384103622589045
 * engine.dispose();
 */
export interface AsyncEngine {
  entropy: OfOne<MeasureOptions>;
  entropyRows: RowsOfOne<MeasureOptions>;
  crossEntropy: OfPair<MeasureOptions>;
  crossEntropyRows: RowsOfPair<MeasureOptions>;
  klDivergence: OfPair<MeasureOptions>;
  klDivergenceRows: RowsOfPair<MeasureOptions>;
  jeffreysDivergence: OfPair<MeasureOptions>;
  jeffreysDivergenceRows: RowsOfPair<MeasureOptions>;
  jsDivergence: OfPair<MeasureOptions>;
  jsDivergenceRows: RowsOfPair<MeasureOptions>;
  jsDistance: OfPair<MeasureOptions>;
  jsDistanceRows: RowsOfPair<MeasureOptions>;
  renyiDivergence(p: Vector, q: Vector, alpha: number, options?: MeasureOptions & AsideOptions): Promise<number>;
  renyiDivergenceRows(
    p: Vector,
    q: Vector,
    alpha: number,
    options: RowsOptions<MeasureOptions> & AsideOptions,
  ): Promise<Float64Array>;
  renyiEntropy: OfOneAndAlpha<MeasureOptions>;
  renyiEntropyRows: RowsOfOneAndAlpha<MeasureOptions>;
  tsallisEntropy: OfOneAndAlpha<UnitlessOptions>;
  tsallisEntropyRows: RowsOfOneAndAlpha<UnitlessOptions>;
  hellingerDistance: OfPair<UnitlessOptions>;
  hellingerDistanceRows: RowsOfPair<UnitlessOptions>;
  bhattacharyyaDistance: OfPair<MeasureOptions>;
  bhattacharyyaDistanceRows: RowsOfPair<MeasureOptions>;
  totalVariationDistance: OfPair<UnitlessOptions>;
  totalVariationDistanceRows: RowsOfPair<UnitlessOptions>;
  iDivergence: OfPair<UnnormalizedOptions>;
  iDivergenceRows: RowsOfPair<UnnormalizedOptions>;
  logLikelihoodRatio(counts: Vector, p: Vector, q: Vector, options?: RawOptions & AsideOptions): Promise<number>;
  logLikelihoodRatioRows(
    counts: Vector,
    p: Vector,
    q: Vector,
    options: RowsOptions<RawOptions> & AsideOptions,
  ): Promise<Float64Array>;
  logRatio: Optional<ArrayOfPair<RawOptions>>;
  logRatioRows: ArrayOfPair<RowsOptions<RawOptions>>;
  logSumExp: OfOne<SoftmaxOptions>;
  logSumExpRows: RowsOfOne<SoftmaxOptions>;
  softmax: Optional<ArrayOfOne<SoftmaxOptions>>;
  softmaxRows: ArrayOfOne<RowsOptions<SoftmaxOptions>>;
  logSoftmax: Optional<ArrayOfOne<SoftmaxOptions>>;
  logSoftmaxRows: ArrayOfOne<RowsOptions<SoftmaxOptions>>;
  crossEntropyLoss(
    logits: Vector,
    targets: Labels | Vector,
    options: CrossEntropyLossOptions & AsideOptions,
  ): Promise<CrossEntropyLoss>;
  distillationLoss(
    studentLogits: Vector,
    teacherLogits: Vector,
    options: DistillationLossOptions & AsideOptions,
  ): Promise<DistillationLoss>;
  gaussianKl(mean: Vector, logVariance: Vector, options?: GaussianKlOptions & AsideOptions): Promise<GaussianKl>;
  elbo(
    logLikelihood: number | Vector,
    mean: Vector,
    logVariance: Vector,
    options?: ElboOptions & AsideOptions,
  ): Promise<Elbo>;
  tokenLogProbabilities(logits: Vector, tokens: Labels, options: TokenOptions & AsideOptions): Promise<Float64Array>;
  perplexity(logits: Vector, tokens: Labels, options: PerplexityOptions & AsideOptions): Promise<number>;
  logLikelihoodRatioOfTokens(
    logitsP: Vector,
    logitsQ: Vector,
    tokens: Labels,
    options: TokenOptions & AsideOptions,
  ): Promise<TokenLogLikelihoodRatio>;
}

/** How a method's work is prepared, and how many arguments come before its options. */
interface Method {
  readonly count: number;
  // biome-ignore lint/suspicious/noExplicitAny: each takes its own
  readonly prepare: (args: any[], options: any) => Work<unknown, any>;
}

function methodsByName(): Record<keyof AsyncEngine, Method> {
  const methods: Record<string, Method> = {
    crossEntropyLoss: { count: 2, prepare: ([z, targets], options) => losses.crossEntropyLoss(z, targets, options) },
    distillationLoss: { count: 2, prepare: ([a, b], options) => losses.distillationLoss(a, b, options) },
    gaussianKl: { count: 2, prepare: ([mean, variance], options) => losses.gaussianKl(mean, variance, options) },
    elbo: { count: 3, prepare: ([own, mean, variance], options) => losses.elbo(own, mean, variance, options) },
    tokenLogProbabilities: { count: 2, prepare: ([z, t], options) => losses.tokenLogProbabilities(z, t, options) },
    perplexity: { count: 2, prepare: ([z, tokens], options) => losses.perplexity(z, tokens, options) },
    logLikelihoodRatioOfTokens: {
      count: 3,
      prepare: ([p, q, tokens], options) => losses.logLikelihoodRatioOfTokens(p, q, tokens, options),
    },
  };
  for (const definition of Object.values(definitions) as (Definition | ArrayDefinition)[]) {
    const { name } = definition;
    const arrays = definition.arguments.length;
    if ("distributions" in definition) {
      const count = definition.takesAlpha ? arrays + 1 : arrays;
      methods[name] = {
        count,
        prepare: (args, options) => prepareSingle(definition, args.slice(0, arrays), options, args[arrays]),
      };
      methods[`${name}Rows`] = {
        count,
        prepare: (args, options) => prepareRows(definition, args.slice(0, arrays), options, args[arrays]),
      };
    } else {
      methods[name] = {
        count: arrays,
        prepare: (sources, options) => prepareArray(definition, sources, options, false),
      };
      methods[`${name}Rows`] = {
        count: arrays,
        prepare: (sources, options) => prepareArray(definition, sources, options, true),
      };
    }
  }
  return methods;
}

/** The methods of an engine on what `runtime` gives, which throws once it is disposed of. */
export function asyncEngine(runtime: () => Runtime): AsyncEngine {
  const engine: Record<string, unknown> = {};
  for (const [name, { count, prepare }] of Object.entries(methodsByName())) {
    engine[name] = async (...args: unknown[]) => {
      runtime();
      const { own, aside } = splitOptions(name, args[count]);
      return completeAside(runtime, prepare(args.slice(0, count), own), aside);
    };
  }
  return engine as unknown as AsyncEngine;
}

function splitOptions(name: string, options: unknown): { own: unknown; aside: AsideOptions } {
  if (typeof options !== "object" || options === null) return { own: options, aside: {} };
  const own: Record<string, unknown> = {};
  // what is inherited too, as the methods have it
  for (const key in options) own[key] = (options as Record<string, unknown>)[key];
  const { signal, onProgress } = own as AsideOptions;
  delete own.signal;
  delete own.onProgress;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`${name}: signal is ${describe(signal)}; it must be an AbortSignal`);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new TypeError(`${name}: onProgress is ${describe(onProgress)}; it must be a function`);
  }
  return { own, aside: { signal, onProgress } };
}
