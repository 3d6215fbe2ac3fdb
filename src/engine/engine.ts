import { type Float16, remember } from "../backends/halves.js";
import { isOptions } from "./checks.js";
import { createRuntime, createRuntimeSync, type EngineOptions } from "./create.js";
import { addEngine, removeEngine } from "./engines.js";
import type { Runtime } from "./runtime.js";
import { type EngineHandle, runtimeFrom, share } from "./share.js";

/**
 * Memory and threads for the functions of `logratio`, made by {@link createEngine} or {@link createEngineSync}.
 *
 * Arrays from `float32` and `float64` lie in the engine's memory. A function that is called with one of them computes on this engine and
 * reads it in place. Pass `{ engine }` to compute on this engine with other arrays: they are copied through a small staging area.
 *
 * @example
 * using engine = createEngineSync();
 * const p = engine.float32(131072).fill(1 / 131072);
 * const q = engine.float32(131072).fill(1 / 131072);
 * klDivergence(p, q); // 0
 * klDivergence([0.5, 0.5], [0.25, 0.75], { engine }); // 0.14384103622589045
 * @category Engines
 */
export class Engine implements Disposable {
  /** The backend: `"simd"` and `"js"` give the same bits, `"relaxed"` the same accuracy. */
  readonly backend: "relaxed" | "simd" | "js";
  /** Why this backend was chosen: a text for logs. */
  readonly backendReason: string;
  #live: Runtime | undefined;
  readonly #threadsReason: string;
  /** Places of handles. */
  readonly #shared = new Map<EngineHandle, Float64Array>();
  /** {@link Engine.dispose}, for `using`. */
  declare readonly [Symbol.dispose]: () => void;

  /** @internal Use {@link createEngine} or {@link createEngineSync}. */
  constructor(runtime: Runtime) {
    if (!isOptions(runtime) || !runtime.backend)
      throw new TypeError("Engine: use createEngine or createEngineSync to make one");
    this.#live = runtime;
    addEngine(this, runtime);
    this.backend = runtime.name;
    this.backendReason = runtime.reason;
    this.#threadsReason = runtime.threadsReason;
    // in the class, its computed name would be a side effect to webpack, which then keeps all that the class leads to
    Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() });
  }

  /** The number of threads that compute, the caller's thread included. It decreases if workers end. */
  get threads(): number {
    return this.#live?.pool?.threads ?? 1;
  }

  /** Why the engine has this number of threads: a text for logs. */
  get threadsReason(): string {
    if (this.#live === undefined) return "this engine has been disposed";
    return this.#live.pool?.reason ?? this.#threadsReason;
  }

  get #runtime(): Runtime {
    if (this.#live === undefined) throw new Error("this engine has been disposed");
    return this.#live;
  }

  /**
   * Allocates a Float32Array in the engine's memory.
   *
   * @param length - The length, >= 0.
   * @returns A Float32Array of zeros. It is valid until {@link Engine.free} or {@link Engine.dispose}.
   * @throws RangeError if `maxBytes` or the platform does not allow it, and for an invalid length.
   * @example
   * createEngineSync().float32(3); // Float32Array [0, 0, 0]
   */
  float32(length: number): Float32Array {
    return this.#runtime.memory.allocate(Float32Array, length);
  }

  /**
   * Allocates a Float64Array in the engine's memory.
   *
   * @param length - The length, >= 0.
   * @returns A Float64Array of zeros. It is valid until {@link Engine.free} or {@link Engine.dispose}.
   * @throws RangeError if `maxBytes` or the platform does not allow it, and for an invalid length.
   * @example
   * createEngineSync().float64(3); // Float64Array [0, 0, 0]
   */
  float64(length: number): Float64Array {
    return this.#runtime.memory.allocate(Float64Array, length);
  }

  /**
   * Allocates an array of half-precision numbers (IEEE's binary16) in the engine's memory. Functions read it in place and need no `format`.
   *
   * @param length - The length, >= 0.
   * @returns A Float16Array of zeros; where the platform has none, a Uint16Array for the bits of the numbers, which is known by itself, but
   * not its subarrays. It is valid until {@link Engine.free} or {@link Engine.dispose}.
   * @throws RangeError if `maxBytes` or the platform does not allow it, and for an invalid length.
   * @example
   * createEngineSync().float16(3).length; // 3
   */
  float16(length: number): Uint16Array | Float16 {
    const { memory } = this.#runtime;
    const { Float16Array } = globalThis as unknown as { Float16Array?: Uint16ArrayConstructor };
    return Float16Array
      ? memory.allocate(Float16Array, length, "float16")
      : remember(memory.allocate(Uint16Array, length, "float16"), "f16");
  }

  /**
   * Allocates an array for the bits of bfloat16 numbers in the engine's memory. Functions read it in place and need no `format`.
   *
   * @param length - The length, >= 0.
   * @returns A Uint16Array of zeros, which is known by itself, but not its subarrays. It is valid until {@link Engine.free} or
   * {@link Engine.dispose}.
   * @throws RangeError if `maxBytes` or the platform does not allow it, and for an invalid length.
   * @example
   * createEngineSync().bfloat16(2).fill(0x3f80); // Uint16Array [16256, 16256]: ones
   */
  bfloat16(length: number): Uint16Array {
    return remember(this.#runtime.memory.allocate(Uint16Array, length, "bfloat16"), "bf16");
  }

  /**
   * Frees an array or a handle. Do not use it afterwards: later allocations use its bytes.
   *
   * @param view - The very array that {@link Engine.float32} or a like method returned, no part or copy of it; or a handle from
   * {@link Engine.share}.
   * @throws RangeError if it is not from this engine, or has already been freed.
   * @example
   * const engine = createEngineSync();
   * engine.free(engine.float32(131072));
   */
  free(view: Float32Array | Float64Array | Uint16Array | Float16 | EngineHandle): void {
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
   * Creates a handle of this engine's memory that can be posted to another thread. There, {@link Engine.from} creates an engine with one
   * thread that uses the same memory: an array of either engine that is posted to the other thread is read and written in place.
   *
   * @param bytes - The size of the part of the memory for arrays of the other engine; 0 by default.
   * @returns The handle. {@link Engine.free} frees its memory.
   * @throws Error if the memory cannot be shared.
   * @throws RangeError if `maxBytes` does not allow it, and if bytes is not an integer >= 0.
   * @example
   * const engine = createEngineSync();
   * const logits = engine.float32(4);
   * const handle = engine.share(); // worker.postMessage({ handle, logits });
   * logSumExp(logits, { engine: Engine.from(handle) }); // 1.3862943611198906, in the worker as it is here
   */
  share(bytes = 0): EngineHandle {
    const { handle, place } = share(this.#runtime, bytes);
    this.#shared.set(handle, place);
    return handle;
  }

  /**
   * Creates an engine that uses the memory of an engine in another thread.
   *
   * @param handle - The handle that {@link Engine.share} returned in the other thread.
   * @returns An engine with one thread and the same backend.
   * @throws TypeError if it is not a handle, or one of its parts is missing.
   * @example
   * const handle = createEngineSync().share(800); // room for a hundred numbers of f64
   * Engine.from(handle).float64(100).length; // 100
   */
  static from(handle: EngineHandle): Engine {
    return new Engine(runtimeFrom(handle));
  }

  /**
   * Ends the workers and releases the memory. Do not use the engine and its arrays afterwards. `using` calls this at the end of the block. The
   * workers of an engine that is dropped end when it is collected.
   *
   * @example
   * const engine = createEngineSync();
   * engine.dispose();
   */
  dispose(): void {
    this.#live?.pool?.dispose();
    this.#live = undefined;
    removeEngine(this);
  }
}

/**
 * Creates an engine: compiles the module asynchronously and starts the threads.
 *
 * @returns A promise of the {@link Engine}. If threads or relaxed SIMD are not supported, the engine does without; `threadsReason` and
 * `backendReason` say why.
 * @throws TypeError for an option that is unknown or of the wrong type.
 * @throws RangeError for an option out of range.
 * @throws Error if the platform does not support `backend: "simd"`.
 * @example
 * const engine = await createEngine({ threads: 2 });
 * engine.threads; // 2
 * engine.dispose();
 * @see {@link createEngineSync}
 * @category Engines
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const runtime = await createRuntime("createEngine", options);
  const engine = new Engine(runtime);
  runtime.pool?.endWith(engine);
  return engine;
}

/**
 * Creates an engine with one thread: compiles the module synchronously, which takes some milliseconds.
 *
 * @returns The {@link Engine}.
 * @throws TypeError for an option that is unknown or of the wrong type.
 * @throws RangeError for an option out of range.
 * @throws Error if the platform does not support `backend: "simd"`, for `threads` other than 1, and for `backend: "relaxed"` without a
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
