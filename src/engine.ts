import { type AsyncEngine, asyncEngine } from "./async.js";
import type { FloatArray, Vector } from "./backend.js";
import { callSingle, prepareArray, prepareRows } from "./calls.js";
import * as definitions from "./definitions.js";
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
import type {
  MeasureOptions,
  OutOption,
  RawOptions,
  RowsOptions,
  SoftmaxOptions,
  UnnormalizedOptions,
} from "./options.js";
import { createRuntime, createRuntimeSync, type EngineOptions, type Runtime } from "./runtime.js";
import { type EngineHandle, runtimeFrom, share } from "./share.js";
import { complete } from "./work.js";

/**
 * A backend with a memory of its own. Arrays from `float32` and `float64` lie in that memory and are read in place; others
 * pass through a fixed staging area. Every measure is a method, as the top-level function of its name.
 *
 * @example
 * using engine = createEngineSync();
 * const p = engine.float32(131072);
 * const q = engine.float32(131072);
 * engine.klDivergence(p, q);
 */
export class Engine implements Disposable {
  /** What computes: `"simd"` and `"js"` give the same bits, `"relaxed"` the same accuracy. */
  readonly backend: "relaxed" | "simd" | "js";
  /** Why it was chosen. */
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

  /** Why there are as many. */
  get threadsReason(): string {
    if (this.#live === undefined) return "this engine has been disposed";
    return this.#live.pool?.reason ?? this.#threadsReason;
  }

  get #runtime(): Runtime {
    if (this.#live === undefined) throw new Error("this engine has been disposed");
    return this.#live;
  }

  /** The measures and losses as promises, done by the workers alone. */
  get async(): AsyncEngine {
    this.#async ??= asyncEngine(() => this.#runtime);
    return this.#async;
  }

  /** A Float32Array of `length` zeros in the engine's memory. @throws RangeError where `maxBytes` does not allow it. */
  float32(length: number): Float32Array {
    return this.#runtime.memory.allocate(Float32Array, length);
  }

  /** A Float64Array of `length` zeros in the engine's memory. @throws RangeError where `maxBytes` does not allow it. */
  float64(length: number): Float64Array {
    return this.#runtime.memory.allocate(Float64Array, length);
  }

  /**
   * Gives an array of `float32` or `float64` back, or what `share` has set aside. It must not be used again: its bytes will be
   * another's.
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
   * A handle of this engine's memory, to be posted to another thread, where {@link Engine.from} makes of it an engine of one thread
   * over the same bytes: arrays of either that are posted to the other are read and written in place. `bytes` are set aside for
   * arrays of the other engine's own.
   *
   * @throws Error where the memory cannot be shared: RangeError where `maxBytes` does not allow it.
   *
   * @example
   * worker.postMessage({ handle: engine.share(), logits }); // logits = engine.float32(…)
   * // in the worker
   * onmessage = ({ data: { handle, logits } }) => Engine.from(handle).logSumExp(logits);
   */
  share(bytes = 0): EngineHandle {
    const { handle, place } = share(this.#runtime, bytes);
    this.#shared.set(handle, place);
    return handle;
  }

  /** An engine over the memory of another thread's: see {@link Engine.share}. */
  static from(handle: EngineHandle): Engine {
    return new Engine(runtimeFrom(handle));
  }

  /** Ends the workers and lets go of the memory. The engine cannot be used again; its arrays must not be. */
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
 * A new engine, its module compiled aside.
 *
 * @throws TypeError or RangeError for an option that cannot be; Error where `backend: "simd"` cannot run here.
 * `backend: "relaxed"` that cannot is no error: `backendReason` tells of it.
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return new Engine(await createRuntime("createEngine", options));
}

/** A new engine, at once. Throws as {@link createEngine}, and an Error for `backend: "relaxed"` without a `module`. */
export function createEngineSync(options: EngineOptions = {}): Engine {
  return new Engine(createRuntimeSync("createEngineSync", options));
}
