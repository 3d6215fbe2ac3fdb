import { type AsyncEngine, asyncEngine } from "../async.js";
import type { FloatArray, Vector } from "../backends/backend.js";
import { callSingle, prepareArray, prepareRows } from "../call/calls.js";
import type {
  MeasureOptions,
  OutOption,
  RawOptions,
  RowsOptions,
  SoftmaxOptions,
  UnitlessOptions,
  UnnormalizedOptions,
} from "../call/options.js";
import * as definitions from "../definitions.js";
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
} from "../losses/index.js";
import * as losses from "../losses/index.js";
import { createRuntime, createRuntimeSync, type EngineOptions, type Runtime } from "./runtime.js";
import { type EngineHandle, runtimeFrom, share } from "./share.js";
import { complete } from "./work.js";

/**
 * A backend with a memory of its own, made by {@link createEngine} or {@link createEngineSync}. Arrays from `float32` and
 * `float64` lie in that memory and are read in place; others pass through a fixed staging area. Every function of `logratio` is
 * a method, and with promises one of {@link Engine.async}.
 *
 * @example
 * using engine = createEngineSync();
 * const p = engine.float32(131072).fill(1 / 131072);
 * const q = engine.float32(131072).fill(1 / 131072);
 * engine.klDivergence(p, q); // 0
 * @category Engines
 */
export class Engine implements Disposable {
  /** What computes: `"simd"` and `"js"` give the same bits, `"relaxed"` the same accuracy. */
  readonly backend: "relaxed" | "simd" | "js";
  /** Why it was chosen, in words: for a log, not to be parsed. */
  readonly backendReason: string;
  #live: Runtime | undefined;
  readonly #threadsReason: string;
  #async: AsyncEngine | undefined;
  /** Places of handles. */
  readonly #shared = new Map<EngineHandle, Float64Array>();
  /** {@link Engine.dispose}, for `using`. */
  declare readonly [Symbol.dispose]: () => void;

  /** @internal Use {@link createEngine} or {@link createEngineSync}. */
  constructor(runtime: Runtime) {
    this.#live = runtime;
    this.backend = runtime.name;
    this.backendReason = runtime.reason;
    this.#threadsReason = runtime.threadsReason;
    // in the class, its computed name would be a side effect to webpack, which then keeps all that the class leads to
    Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() });
  }

  /** Threads that compute, the caller's among them: fewer than at first, if some have ended. */
  get threads(): number {
    return this.#live?.pool?.threads ?? 1;
  }

  /** Why there are as many, in words: for a log, not to be parsed. */
  get threadsReason(): string {
    if (this.#live === undefined) return "this engine has been disposed";
    return this.#live.pool?.reason ?? this.#threadsReason;
  }

  get #runtime(): Runtime {
    if (this.#live === undefined) throw new Error("this engine has been disposed");
    return this.#live;
  }

  /**
   * The measures and losses as promises of the same bits, done by the workers alone: see {@link AsyncEngine}. With `signal` and
   * `onProgress` among the options ({@link AsideOptions}).
   *
   * @example
   * const engine = await createEngine({ threads: 2 });
   * const rows = engine.float32(3 * 32768); // zeros: each row has the log-sum-exp ln 32768
   * await engine.async.logSumExpRows(rows, { rowLength: 32768 }); // Float64Array [10.397207708399179, 10.397207708399179, 10.397207708399179]
   * engine.dispose();
   */
  get async(): AsyncEngine {
    this.#async ??= asyncEngine(() => this.#runtime);
    return this.#async;
  }

  /**
   * An array in the engine's memory.
   *
   * @param length - Its numbers, >= 0.
   * @returns A Float32Array of zeros, which stays valid until {@link Engine.free} or {@link Engine.dispose}.
   * @throws RangeError where `maxBytes` or the platform does not allow it, and for what is no length.
   * @example
   * createEngineSync().float32(3); // Float32Array [0, 0, 0]
   */
  float32(length: number): Float32Array {
    return this.#runtime.memory.allocate(Float32Array, length);
  }

  /**
   * An array in the engine's memory.
   *
   * @param length - Its numbers, >= 0.
   * @returns A Float64Array of zeros, which stays valid until {@link Engine.free} or {@link Engine.dispose}.
   * @throws RangeError where `maxBytes` or the platform does not allow it, and for what is no length.
   * @example
   * createEngineSync().float64(3); // Float64Array [0, 0, 0]
   */
  float64(length: number): Float64Array {
    return this.#runtime.memory.allocate(Float64Array, length);
  }

  /**
   * Gives memory back. It must not be used again: its bytes will be another's.
   *
   * @param view - An array of {@link Engine.float32} or {@link Engine.float64}, or a handle of {@link Engine.share}.
   * @throws RangeError for what is not of this engine, or has been given back already.
   * @example
   * const engine = createEngineSync();
   * engine.free(engine.float32(131072));
   */
  free(view: Float32Array | Float64Array | EngineHandle): void {
    const { memory } = this.#runtime;
    if (ArrayBuffer.isView(view)) {
      memory.free(view);
      return;
    }
    const place = this.#shared.get(view);
    if (place === undefined)
      throw new RangeError("free: this handle is not one of this engine's, or has been freed already");
    memory.free(place);
    this.#shared.delete(view);
  }

  /**
   * A handle of this engine's memory, to be posted to another thread, where {@link Engine.from} makes of it an engine of one
   * thread over the same bytes: arrays of either that are posted to the other are read and written in place.
   *
   * @param bytes - Set aside for arrays of the other engine's own; 0 by default.
   * @returns The handle, to be posted. {@link Engine.free} gives its memory back.
   * @throws Error where the memory cannot be shared.
   * @throws RangeError where `maxBytes` does not allow it, and for bytes that are no integer >= 0.
   * @example
   * const engine = createEngineSync();
   * const logits = engine.float32(4);
   * const handle = engine.share(); // worker.postMessage({ handle, logits });
   * Engine.from(handle).logSumExp(logits); // 1.3862943611198906, in the worker as it is here
   */
  share(bytes = 0): EngineHandle {
    const { handle, place } = share(this.#runtime, bytes);
    this.#shared.set(handle, place);
    return handle;
  }

  /**
   * An engine over the memory of another thread's.
   *
   * @param handle - What {@link Engine.share} gave there.
   * @returns An engine of one thread, of the same backend.
   * @throws TypeError for what is no handle.
   * @example
   * const handle = createEngineSync().share(800); // room for a hundred numbers of f64
   * Engine.from(handle).float64(100).length; // 100
   */
  static from(handle: EngineHandle): Engine {
    return new Engine(runtimeFrom(handle));
  }

  /**
   * Ends the workers and lets go of the memory. The engine cannot be used again, and its arrays must not be; `using` does it at
   * the end of a block.
   *
   * @example
   * const engine = createEngineSync();
   * engine.dispose();
   */
  dispose(): void {
    this.#live?.pool?.dispose();
    this.#live = undefined;
  }

  /** See the function {@link index!entropy}. */
  entropy(p: Vector, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.entropy, [p], options);
  }

  /** See the function {@link index!entropyRows}. */
  entropyRows(p: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.entropy, [p], options));
  }

  /** See the function {@link index!crossEntropy}. */
  crossEntropy(p: Vector, q: Vector, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.crossEntropy, [p, q], options);
  }

  /** See the function {@link index!crossEntropyRows}. */
  crossEntropyRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.crossEntropy, [p, q], options));
  }

  /** See the function {@link index!klDivergence}. */
  klDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.klDivergence, [p, q], options);
  }

  /** See the function {@link index!klDivergenceRows}. */
  klDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.klDivergence, [p, q], options));
  }

  /** See the function {@link index!jeffreysDivergence}. */
  jeffreysDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.jeffreysDivergence, [p, q], options);
  }

  /** See the function {@link index!jeffreysDivergenceRows}. */
  jeffreysDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.jeffreysDivergence, [p, q], options));
  }

  /** See the function {@link index!jsDivergence}. */
  jsDivergence(p: Vector, q: Vector, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.jsDivergence, [p, q], options);
  }

  /** See the function {@link index!jsDivergenceRows}. */
  jsDivergenceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.jsDivergence, [p, q], options));
  }

  /** See the function {@link index!jsDistance}. */
  jsDistance(p: Vector, q: Vector, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.jsDistance, [p, q], options);
  }

  /** See the function {@link index!jsDistanceRows}. */
  jsDistanceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.jsDistance, [p, q], options));
  }

  /** See the function {@link index!renyiDivergence}. */
  renyiDivergence(p: Vector, q: Vector, alpha: number, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.renyiDivergence, [p, q], options, alpha);
  }

  /** See the function {@link index!renyiDivergenceRows}. */
  renyiDivergenceRows(p: Vector, q: Vector, alpha: number, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.renyiDivergence, [p, q], options, alpha));
  }

  /** See the function {@link index!renyiEntropy}. */
  renyiEntropy(p: Vector, alpha: number, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.renyiEntropy, [p], options, alpha);
  }

  /** See the function {@link index!renyiEntropyRows}. */
  renyiEntropyRows(p: Vector, alpha: number, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.renyiEntropy, [p], options, alpha));
  }

  /** See the function {@link index!tsallisEntropy}. */
  tsallisEntropy(p: Vector, alpha: number, options?: UnitlessOptions): number {
    return callSingle(this.#runtime, definitions.tsallisEntropy, [p], options, alpha);
  }

  /** See the function {@link index!tsallisEntropyRows}. */
  tsallisEntropyRows(p: Vector, alpha: number, options: RowsOptions<UnitlessOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.tsallisEntropy, [p], options, alpha));
  }

  /** See the function {@link index!hellingerDistance}. */
  hellingerDistance(p: Vector, q: Vector, options?: UnitlessOptions): number {
    return callSingle(this.#runtime, definitions.hellingerDistance, [p, q], options);
  }

  /** See the function {@link index!hellingerDistanceRows}. */
  hellingerDistanceRows(p: Vector, q: Vector, options: RowsOptions<UnitlessOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.hellingerDistance, [p, q], options));
  }

  /** See the function {@link index!bhattacharyyaDistance}. */
  bhattacharyyaDistance(p: Vector, q: Vector, options?: MeasureOptions): number {
    return callSingle(this.#runtime, definitions.bhattacharyyaDistance, [p, q], options);
  }

  /** See the function {@link index!bhattacharyyaDistanceRows}. */
  bhattacharyyaDistanceRows(p: Vector, q: Vector, options: RowsOptions<MeasureOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.bhattacharyyaDistance, [p, q], options));
  }

  /** See the function {@link index!totalVariationDistance}. */
  totalVariationDistance(p: Vector, q: Vector, options?: UnitlessOptions): number {
    return callSingle(this.#runtime, definitions.totalVariationDistance, [p, q], options);
  }

  /** See the function {@link index!totalVariationDistanceRows}. */
  totalVariationDistanceRows(p: Vector, q: Vector, options: RowsOptions<UnitlessOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.totalVariationDistance, [p, q], options));
  }

  /** See the function {@link index!iDivergence}. */
  iDivergence(p: Vector, q: Vector, options?: UnnormalizedOptions): number {
    return callSingle(this.#runtime, definitions.iDivergence, [p, q], options);
  }

  /** See the function {@link index!iDivergenceRows}. */
  iDivergenceRows(p: Vector, q: Vector, options: RowsOptions<UnnormalizedOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.iDivergence, [p, q], options));
  }

  /** See the function {@link index!logLikelihoodRatio}. */
  logLikelihoodRatio(counts: Vector, p: Vector, q: Vector, options?: RawOptions): number {
    return callSingle(this.#runtime, definitions.logLikelihoodRatio, [counts, p, q], options);
  }

  /** See the function {@link index!logLikelihoodRatioRows}. */
  logLikelihoodRatioRows(counts: Vector, p: Vector, q: Vector, options: RowsOptions<RawOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.logLikelihoodRatio, [counts, p, q], options));
  }

  /** See the function {@link index!logRatio}. */
  logRatio(p: Float32Array, q: Float32Array, options?: RawOptions & OutOption): Float32Array;
  logRatio(p: Vector, q: Vector, options?: RawOptions & OutOption): FloatArray;
  logRatio(p: Vector, q: Vector, options?: RawOptions & OutOption): FloatArray {
    return complete(this.#runtime, prepareArray(definitions.logRatio, [p, q], options, false));
  }

  /** See the function {@link index!logRatioRows}. */
  logRatioRows(p: Float32Array, q: Float32Array, options: RowsOptions<RawOptions> & OutOption): Float32Array;
  logRatioRows(p: Vector, q: Vector, options: RowsOptions<RawOptions> & OutOption): FloatArray;
  logRatioRows(p: Vector, q: Vector, options: RowsOptions<RawOptions> & OutOption): FloatArray {
    return complete(this.#runtime, prepareArray(definitions.logRatio, [p, q], options, true));
  }

  /** See the function {@link index!logSumExp}. */
  logSumExp(z: Vector, options?: SoftmaxOptions): number {
    return callSingle(this.#runtime, definitions.logSumExp, [z], options);
  }

  /** See the function {@link index!logSumExpRows}. */
  logSumExpRows(z: Vector, options: RowsOptions<SoftmaxOptions>): Float64Array {
    return complete(this.#runtime, prepareRows(definitions.logSumExp, [z], options));
  }

  /** See the function {@link index!softmax}. */
  softmax(z: Float32Array, options?: SoftmaxOptions & OutOption): Float32Array;
  softmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray;
  softmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray {
    return complete(this.#runtime, prepareArray(definitions.softmax, [z], options, false));
  }

  /** See the function {@link index!softmaxRows}. */
  softmaxRows(z: Float32Array, options: RowsOptions<SoftmaxOptions> & OutOption): Float32Array;
  softmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray;
  softmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray {
    return complete(this.#runtime, prepareArray(definitions.softmax, [z], options, true));
  }

  /** See the function {@link index!logSoftmax}. */
  logSoftmax(z: Float32Array, options?: SoftmaxOptions & OutOption): Float32Array;
  logSoftmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray;
  logSoftmax(z: Vector, options?: SoftmaxOptions & OutOption): FloatArray {
    return complete(this.#runtime, prepareArray(definitions.logSoftmax, [z], options, false));
  }

  /** See the function {@link index!logSoftmaxRows}. */
  logSoftmaxRows(z: Float32Array, options: RowsOptions<SoftmaxOptions> & OutOption): Float32Array;
  logSoftmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray;
  logSoftmaxRows(z: Vector, options: RowsOptions<SoftmaxOptions> & OutOption): FloatArray {
    return complete(this.#runtime, prepareArray(definitions.logSoftmax, [z], options, true));
  }

  /** See the function {@link index!crossEntropyLoss}. */
  crossEntropyLoss(logits: Vector, targets: Labels | Vector, options: CrossEntropyLossOptions): CrossEntropyLoss {
    return complete(this.#runtime, losses.crossEntropyLoss(logits, targets, options));
  }

  /** See the function {@link index!distillationLoss}. */
  distillationLoss(studentLogits: Vector, teacherLogits: Vector, options: DistillationLossOptions): DistillationLoss {
    return complete(this.#runtime, losses.distillationLoss(studentLogits, teacherLogits, options));
  }

  /** See the function {@link index!gaussianKl}. */
  gaussianKl(mean: Vector, logVariance: Vector, options?: GaussianKlOptions): GaussianKl {
    return complete(this.#runtime, losses.gaussianKl(mean, logVariance, options));
  }

  /** See the function {@link index!elbo}. */
  elbo(logLikelihood: number | Vector, mean: Vector, logVariance: Vector, options?: ElboOptions): Elbo {
    return complete(this.#runtime, losses.elbo(logLikelihood, mean, logVariance, options));
  }

  /** See the function {@link index!tokenLogProbabilities}. */
  tokenLogProbabilities(logits: Vector, tokens: Labels, options: TokenOptions): Float64Array {
    return complete(this.#runtime, losses.tokenLogProbabilities(logits, tokens, options));
  }

  /** See the function {@link index!perplexity}. */
  perplexity(logits: Vector, tokens: Labels, options: PerplexityOptions): number {
    return complete(this.#runtime, losses.perplexity(logits, tokens, options));
  }

  /** See the function {@link index!logLikelihoodRatioOfTokens}. */
  logLikelihoodRatioOfTokens(
    logitsP: Vector,
    logitsQ: Vector,
    tokens: Labels,
    options: TokenOptions,
  ): TokenLogLikelihoodRatio {
    return complete(this.#runtime, losses.logLikelihoodRatioOfTokens(logitsP, logitsQ, tokens, options));
  }
}

/**
 * A new engine, its module compiled aside, its threads started.
 *
 * @returns A promise of the {@link Engine}, which tells by `backendReason` and `threadsReason` what it became and why: threads
 * or relaxed SIMD that are not to be had are no errors.
 * @throws TypeError for an option that is unknown or of the wrong kind.
 * @throws RangeError for an option out of range.
 * @throws Error where `backend: "simd"` cannot run here.
 * @example
 * const engine = await createEngine({ threads: 2 });
 * engine.threads; // 2
 * engine.dispose();
 * @see {@link createEngineSync}
 * @category Engines
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return new Engine(await createRuntime("createEngine", options));
}

/**
 * A new engine, at once: of one thread, its module compiled while the caller waits (some milliseconds).
 *
 * @returns The {@link Engine}.
 * @throws TypeError for an option that is unknown or of the wrong kind.
 * @throws RangeError for an option out of range.
 * @throws Error where `backend: "simd"` cannot run here, for `threads` other than 1, and for `backend: "relaxed"` without a
 * `module`.
 * @example
 * using engine = createEngineSync({ backend: "js" });
 * engine.backendReason; // "as asked"
 * @see {@link createEngine}
 * @category Engines
 */
export function createEngineSync(options: EngineOptions = {}): Engine {
  return new Engine(createRuntimeSync("createEngineSync", options));
}
