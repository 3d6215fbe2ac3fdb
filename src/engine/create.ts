import { exportsOf } from "../backends/binary.js";
import { JsBackend } from "../backends/js/backend.js";
import { MOST_THREADS, regionOf, reservedBytes } from "../backends/layout.js";
import { bytesOf } from "../backends/modules.js";
import { SimdBackend } from "../backends/simd.js";
import type { ModuleText } from "../generated/modules.js";
import { checkNumber, checkOptions, describe, mustBe, show } from "./checks.js";
import { plainComputer } from "./default.js";
import { LinearMemory, PlainMemory } from "./memory.js";
import { availableThreads, hasWorkers } from "./platform.js";
import type { Computer, Runtime, Team } from "./runtime.js";
import { messageOf, obstacle, whyNotSimd } from "./simdSupport.js";

/** The options of {@link createEngine} and {@link createEngineSync}. */
export interface EngineOptions {
  /**
   * `"auto"` (the default): `"simd"` if the platform supports it, else `"js"`. Both give the same bits. `"relaxed"` uses the fused multiply-add
   * of relaxed SIMD: it is faster and as accurate, but its last bits depend on the platform. Requires {@link createEngine}, or pass its
   * `module`. If the platform does not support it, it is as `"auto"`.
   */
  backend?: "auto" | "relaxed" | "simd" | "js";
  /**
   * The number of threads that compute, the caller's thread included: 1 by default. `"auto"`: one per core, at most 16. Requires
   * {@link createEngine}. Synchronous calls use them for large arrays in the engine's memory, asynchronous calls for all arrays.
   */
  threads?: number | "auto";
  /** The largest size of the engine's memory in bytes: 256 MiB by default, at most 4 GiB. A memory that is not shared reserves it at once. */
  maxBytes?: number;
  /** Bytes for arrays to allocate at once, so that a later allocation within them does not fail; 0 by default. */
  reserve?: number;
  /** `false`: the memory is not a SharedArrayBuffer. Some functions of platforms do not accept shared views. */
  shared?: boolean;
  /**
   * The compiled `logratio/simd.wasm` or `logratio/simd-shared.wasm`, for platforms where code must not compile WebAssembly. With
   * `backend: "relaxed"`: `logratio/relaxed.wasm` or `logratio/relaxed-shared.wasm`.
   */
  module?: WebAssembly.Module;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/** Where several threads were asked for as "auto". */
const MOST_AUTO_THREADS = 16;

type Settings = Required<Omit<EngineOptions, "module" | "threads">> & { threads: number };

const hasSharedMemory = (): boolean => typeof SharedArrayBuffer !== "undefined";

function settingsOf(functionName: string, options: EngineOptions): Settings {
  checkOptions(functionName, options, ["backend", "threads", "maxBytes", "reserve", "shared", "module"]);
  const { backend = "auto", maxBytes = DEFAULT_MAX_BYTES, reserve = 0, shared = true, module } = options;
  if (!["auto", "relaxed", "simd", "js"].includes(backend)) {
    throw new RangeError(`${functionName}: backend is ${show(backend)}; it must be "auto", "relaxed", "simd" or "js"`);
  }
  const threads = checkThreads(functionName, options.threads);
  const reserved = reservedBytes(threads);
  const isRoom = (x: number) => x >= reserved && x <= 2 ** 32;
  checkNumber(functionName, "maxBytes", maxBytes, isRoom, `from ${reserved} to 2^32`);
  const most = maxBytes - reserved;
  const demand = `from 0 to maxBytes - ${reserved}, which is ${most}`;
  checkNumber(functionName, "reserve", reserve, (x) => x >= 0 && x <= most, demand);
  if (module !== undefined && describe(module) !== "[object WebAssembly.Module]") {
    throw new TypeError(`${functionName}: module must be a WebAssembly.Module`);
  }
  if (typeof shared !== "boolean") throw mustBe(functionName, "shared", shared, "a boolean");
  return { backend, threads, maxBytes, reserve, shared };
}

function checkThreads(functionName: string, threads: number | "auto" = 1): number {
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
    throw new RangeError(
      `${functionName}: threads is ${show(threads)}; it must be "auto" or an integer from 1 to ${MOST_THREADS}`,
    );
  }
  if (threads !== 1 && functionName !== "createEngine") {
    throw new Error(`${functionName}: threads start while the caller waits; use await createEngine({ threads })`);
  }
  return threads === "auto" ? Math.max(1, Math.min(MOST_AUTO_THREADS, availableThreads())) : threads;
}

export const ONE_THREAD = "one thread, the caller's";

function onSimd(
  module: WebAssembly.Module | undefined,
  { backend, maxBytes, threads, shared: isSharedWanted }: Settings,
  shared: boolean,
  copying?: Runtime["copying"],
): Runtime {
  const memory = LinearMemory.create(maxBytes, shared, threads);
  const [name, feature] = backend === "relaxed" ? (["relaxed", "relaxed SIMD"] as const) : (["simd", "SIMD"] as const);
  const reason = `WebAssembly ${feature} over a ${shared ? "shared" : "plain"} memory`;
  return {
    backend: new SimdBackend(module && exportsOf(module, memory.space.memory), memory.space, regionOf(0)),
    memory,
    name,
    reason,
    module,
    threadsReason: ONE_THREAD,
    whyNotShared: shared ? undefined : whyNotShared(isSharedWanted),
    copying: shared ? copying : undefined,
  };
}

/** Makes a plain computer at its first call; undefined where the platform has no memory for it. */
export function plainAtNeed(text?: ModuleText): () => Computer | undefined {
  let computer: Computer | undefined;
  let isTried = false;
  return () => {
    if (isTried) return computer;
    isTried = true;
    try {
      computer = plainComputer(text);
    } catch {}
    return computer;
  };
}

/** JavaScript, over a memory that can be shared where threads are to share it. */
function onJs({ maxBytes, threads, shared }: Settings, reason: string): Runtime {
  const runtime = { name: "js", reason, threadsReason: ONE_THREAD } as const;
  if (threads > 1 && shared && hasSharedMemory() && typeof WebAssembly !== "undefined") {
    const memory = LinearMemory.create(maxBytes, true, threads);
    return { ...runtime, backend: new JsBackend(memory.space), memory, whyNotShared: undefined };
  }
  const why = threads > 1 ? whyNotShared(shared) : 'with one thread, the arrays of backend "js" are ordinary ones';
  return { ...runtime, backend: new JsBackend(), memory: new PlainMemory(maxBytes), whyNotShared: why };
}

/** Workers have no modules of their own: they get the one that all kernels are in. */
async function moduleForThreads({ name, module }: Runtime): Promise<WebAssembly.Module | undefined> {
  if (module || name === "js") return module;
  const { BINARY } = await import("../generated/simdBinary.js");
  return WebAssembly.compile(bytesOf(BINARY, true));
}

/** The same with as many threads as were asked for, or as there can be. */
async function withThreads(runtime: Runtime, { threads }: Settings, signal: AbortSignal | undefined): Promise<Runtime> {
  if (threads === 1) return runtime;
  const { memory, backend } = runtime;
  if (!(memory instanceof LinearMemory && memory.shared)) {
    return { ...runtime, threadsReason: `one thread: ${runtime.whyNotShared}` };
  }
  if (!hasWorkers()) return { ...runtime, threadsReason: "one thread: this platform has no workers" };
  let pool: Team;
  try {
    const threading = await import("./threads/pool.js");
    pool = await threading.Pool.start(memory, threads, runtime.name, await moduleForThreads(runtime), signal);
  } catch (error) {
    // a file that was not found, or is not let in
    return { ...runtime, threadsReason: `one thread: what starts others cannot be loaded: ${messageOf(error)}` };
  }
  if (pool.threads === 1) return { ...runtime, threadsReason: pool.reason };
  backend.crew = pool;
  return { ...runtime, pool };
}

function whyNotShared(shared: boolean): string {
  if (!shared) return "shared: false was asked for";
  if (hasSharedMemory())
    return typeof WebAssembly === "undefined" ? "there is no WebAssembly memory" : "the module is of a plain memory";
  if (globalThis.crossOriginIsolated)
    return "there is no SharedArrayBuffer here, though the page is cross-origin isolated";
  return (
    "there is no SharedArrayBuffer here; a page gets it by being served with the headers " +
    "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp"
  );
}

/** A module compiled elsewhere is of one kind or the other, and only a try tells which. */
function onGivenModule(module: WebAssembly.Module, settings: Settings): Runtime {
  if (settings.shared && hasSharedMemory()) {
    try {
      return onSimd(module, settings, true);
    } catch (error) {
      if (!(error instanceof WebAssembly.LinkError)) throw error;
    }
  }
  return onSimd(module, settings, false);
}

/** JavaScript, or an error if `"simd"` was asked for. */
function without(functionName: string, settings: Settings, reason: string): Runtime {
  if (settings.backend === "simd") throw new Error(`${functionName}: backend "simd" cannot run here: ${reason}`);
  return onJs(settings, reason);
}

/** Of one thread. Each kernel's module is compiled at its first use. */
function makeRuntime(functionName: string, settings: Settings, module: WebAssembly.Module | undefined): Runtime {
  if (settings.backend === "js") return onJs(settings, "as asked");
  if (module) return onGivenModule(module, settings);
  const reason = whyNotSimd();
  if (reason !== undefined) return without(functionName, settings, reason);
  try {
    return onSimd(undefined, settings, settings.shared && hasSharedMemory(), plainAtNeed());
  } catch (error) {
    return without(functionName, settings, messageOf(error));
  }
}

/** With relaxed SIMD; else as `"auto"` has it, and why. Its binary is a file of its own, which nothing else loads. */
async function makeRelaxedRuntime(functionName: string, settings: Settings): Promise<Runtime> {
  let reason: string | undefined;
  try {
    const { BINARY } = await import("../generated/relaxedBinary.js");
    const isShared = settings.shared && hasSharedMemory();
    const bytes = bytesOf(BINARY, isShared);
    reason = obstacle(bytes, "relaxed SIMD");
    if (reason === undefined) return onSimd(await WebAssembly.compile(bytes), settings, isShared, plainAtNeed(BINARY));
  } catch (error) {
    reason = `relaxed SIMD is not available: ${messageOf(error)}`;
  }
  const runtime = makeRuntime(functionName, { ...settings, backend: "auto" }, undefined);
  return runtime.reason === reason ? runtime : { ...runtime, reason: `${reason}; ${runtime.reason}` };
}

const isRelaxed = ({ backend }: Settings, module: WebAssembly.Module | undefined): boolean =>
  backend === "relaxed" && module === undefined;

export function createRuntimeSync(functionName: string, options: EngineOptions): Runtime {
  const settings = settingsOf(functionName, options);
  if (isRelaxed(settings, options.module)) {
    throw new Error(
      `${functionName}: backend "relaxed" is loaded on request: use createEngine, or pass its compiled module`,
    );
  }
  const runtime = makeRuntime(functionName, settings, options.module);
  runtime.memory.reserve(settings.reserve);
  return runtime;
}

/**
 * What there is at once, of one thread, and `whole`, the same with all threads once they have started. `signal` ends what has not
 * started by then.
 */
export async function startRuntime(
  functionName: string,
  options: EngineOptions,
  signal?: AbortSignal,
): Promise<{ readonly first: Runtime; readonly whole: Promise<Runtime> }> {
  const settings = settingsOf(functionName, options);
  const { module } = options;
  const first = await (isRelaxed(settings, module)
    ? makeRelaxedRuntime(functionName, settings)
    : makeRuntime(functionName, settings, module));
  first.memory.reserve(settings.reserve);
  return { first, whole: withThreads(first, settings, signal) };
}

export async function createRuntime(functionName: string, options: EngineOptions): Promise<Runtime> {
  return (await startRuntime(functionName, options)).whole;
}
