import type { Backend } from "../backends/backend.js";
import { JsBackend } from "../backends/js/backend.js";
import { MOST_THREADS, RESERVED_BYTES, regionOf, reservedBytes } from "../backends/layout.js";
import { SimdBackend } from "../backends/simd.js";
import * as simd from "../generated/binary.js";
import { LOW } from "../numbers/lanes.js";
import { checkKeys } from "./checks.js";
import { LinearMemory, type Memory, PlainMemory } from "./memory.js";
import { availableThreads, hasWorkers } from "./platform.js";
import type { Pool } from "./threads/pool.js";

/** The options of {@link createEngine} and {@link createEngineSync}. */
export interface EngineOptions {
  /**
   * `"simd"` and `"js"` give the same bits. `"auto"` (the default) is `"simd"` where the platform runs it. `"relaxed"`, with
   * relaxed SIMD's fused multiply-add, is faster and as accurate, but its last bits depend on the platform: only on request,
   * and where there is no relaxed SIMD it becomes `"auto"`. It takes {@link createEngine}, or its `module`.
   */
  backend?: "auto" | "relaxed" | "simd" | "js";
  /**
   * Threads that compute, the caller's among them: 1 by default, `"auto"` for as many as run at once (16 at most). For
   * `createEngine` alone. They share what lies in the engine's memory, where it is large enough to be worth it.
   */
  threads?: number | "auto";
  /** Bound on the engine's memory in bytes: 256 MiB by default, 4 GiB at most. A plain (not shared) memory reserves it up front. */
  maxBytes?: number;
  /** Bytes for arrays to make sure of at once, so that none of them fails later; 0 by default. */
  reserve?: number;
  /** `false` for a plain memory even where SharedArrayBuffer exists: some platform calls refuse shared views. */
  shared?: boolean;
  /**
   * The compiled `logratio/simd.wasm` or `logratio/simd-shared.wasm`, where code may not compile its own; with
   * `backend: "relaxed"`, `logratio/relaxed.wasm` or `logratio/relaxed-shared.wasm`.
   */
  module?: WebAssembly.Module;
}

/** A backend, its memory, and why it was chosen. */
export interface Runtime {
  readonly backend: Backend;
  readonly memory: Memory;
  /** What `backend` is an instance of, if it is one. */
  readonly module?: WebAssembly.Module;
  readonly name: "relaxed" | "simd" | "js";
  readonly reason: string;
  readonly pool?: Pool;
  /** Why there are as many threads as there are. */
  readonly threadsReason: string;
  /** Why other threads cannot share the memory, where they cannot. */
  readonly whyNotShared: string | undefined;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/** Where several threads were asked for as "auto". */
const MOST_AUTO_THREADS = 16;

type Settings = Required<Omit<EngineOptions, "module" | "threads">> & { threads: number };

const hasSharedMemory = (): boolean => typeof SharedArrayBuffer !== "undefined";

function checkOptions(functionName: string, options: EngineOptions): Settings {
  checkKeys(functionName, options, ["backend", "threads", "maxBytes", "reserve", "shared", "module"]);
  const { backend = "auto", maxBytes = DEFAULT_MAX_BYTES, reserve = 0, shared = true, module } = options;
  if (!["auto", "relaxed", "simd", "js"].includes(backend)) {
    throw new RangeError(
      `${functionName}: backend is ${JSON.stringify(backend)}; it must be "auto", "relaxed", "simd" or "js"`,
    );
  }
  const threads = checkThreads(functionName, options.threads ?? 1);
  const reserved = reservedBytes(threads);
  if (!(maxBytes >= reserved && maxBytes <= 2 ** 32)) {
    throw new RangeError(`${functionName}: maxBytes is ${maxBytes}; it must be from ${reserved} to 2^32`);
  }
  if (!(reserve >= 0 && reserve <= maxBytes - reserved)) {
    throw new RangeError(
      `${functionName}: reserve is ${reserve}; it must be from 0 to maxBytes - ${reserved}, which is ${maxBytes - reserved}`,
    );
  }
  if (module !== undefined && !(module instanceof WebAssembly.Module)) {
    throw new TypeError(`${functionName}: module must be a WebAssembly.Module`);
  }
  return { backend, threads, maxBytes, reserve, shared };
}

function checkThreads(functionName: string, threads: number | "auto"): number {
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
    throw new RangeError(
      `${functionName}: threads is ${JSON.stringify(threads)}; it must be "auto" or an integer from 1 to ${MOST_THREADS}`,
    );
  }
  if (threads !== 1 && functionName !== "createEngine") {
    throw new Error(`${functionName}: threads start while the caller waits; use await createEngine({ threads })`);
  }
  return threads === "auto" ? Math.max(1, Math.min(MOST_AUTO_THREADS, availableThreads())) : threads;
}

/** Node's Buffer reads 60,000 digits in no time; one after the other they are 2 ms of a cold start. */
function fromHex(digits: string): Uint8Array<ArrayBuffer> {
  if (globalThis.Buffer) return globalThis.Buffer.from(digits, "hex");
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function decodeBinary({ BINARY, MEMORY_FLAGS }: typeof simd, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = fromHex(BINARY);
  if (!shared) bytes[MEMORY_FLAGS] = 1;
  return bytes;
}

/** Why this platform cannot run the module, or undefined if it can. */
function obstacle(bytes: Uint8Array<ArrayBuffer>, feature: string): string | undefined {
  if (typeof WebAssembly === "undefined") return "this platform has no WebAssembly";
  if (LOW !== 0) return "this machine is big-endian, WebAssembly's memory is not";
  if (!WebAssembly.validate(bytes)) return `this platform's WebAssembly has no ${feature}`;
  return undefined;
}

export const ONE_THREAD = "one thread, the caller's";

function onSimd(
  module: WebAssembly.Module,
  { backend, maxBytes, threads, shared: isSharedWanted }: Settings,
  shared: boolean,
): Runtime {
  const memory = LinearMemory.create(maxBytes, shared, threads);
  const [name, feature] = backend === "relaxed" ? (["relaxed", "relaxed SIMD"] as const) : (["simd", "SIMD"] as const);
  const reason = `WebAssembly ${feature} over a ${shared ? "shared" : "plain"} memory`;
  return {
    backend: new SimdBackend(module, memory.space, regionOf(0)),
    memory,
    name,
    reason,
    module,
    threadsReason: ONE_THREAD,
    whyNotShared: shared ? undefined : whyNotShared(isSharedWanted),
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

/** The same with as many threads as were asked for, or as there can be. */
async function withThreads(runtime: Runtime, { threads }: Settings): Promise<Runtime> {
  if (threads === 1) return runtime;
  const { memory, backend } = runtime;
  if (!(memory instanceof LinearMemory && memory.shared)) {
    return { ...runtime, threadsReason: `one thread: ${runtime.whyNotShared}` };
  }
  if (!hasWorkers()) return { ...runtime, threadsReason: "one thread: this platform has no workers" };
  let pool: Pool;
  try {
    const threading = await import("./threads/pool.js");
    pool = new threading.Pool(memory, threads);
    await pool.start(runtime.module);
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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * How a page's policy refuses to compile. It cannot be asked beforehand: `validate` knows nothing of it. Chromium throws and says
 * nothing on the console, but sends the report that a policy may ask for.
 */
const mayNotCompile = (error: unknown): string => `WebAssembly may not be compiled here: ${messageOf(error)}`;

/** Options, and the binary for them unless something is in its way. */
class Plan {
  readonly options: Settings;
  readonly module: WebAssembly.Module | undefined;
  readonly isShared: boolean;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly obstacle: string | undefined;
  readonly #functionName: string;

  constructor(functionName: string, options: EngineOptions) {
    this.#functionName = functionName;
    this.options = checkOptions(functionName, options);
    this.module = options.module;
    this.isShared = this.options.shared && hasSharedMemory();
    if (this.options.backend === "js" || this.options.backend === "relaxed" || this.module) return;
    this.bytes = decodeBinary(simd, this.isShared);
    this.obstacle = obstacle(this.bytes, "SIMD");
  }

  /** JavaScript, or an error if `"simd"` was asked for. */
  without(reason: string): Runtime {
    if (this.options.backend === "simd")
      throw new Error(`${this.#functionName}: backend "simd" cannot run here: ${reason}`);
    return onJs(this.options, reason);
  }

  /** On a module compiled from `bytes`. */
  on(module: WebAssembly.Module): Runtime {
    try {
      return onSimd(module, this.options, this.isShared);
    } catch (error) {
      return this.without(messageOf(error));
    }
  }

  /** Without compiling, where that can be. */
  early(): Runtime | undefined {
    if (this.options.backend === "js") return this.without("as asked");
    if (this.module) return onGivenModule(this.module, this.options);
    return this.obstacle === undefined ? undefined : this.without(this.obstacle);
  }
}

function makeRuntimeSync(plan: Plan): Runtime {
  const early = plan.early();
  if (early) return early;
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(plan.bytes as Uint8Array<ArrayBuffer>);
  } catch (error) {
    return plan.without(mayNotCompile(error));
  }
  return plan.on(module);
}

/** Compiles aside: a browser's main thread is not held up. */
async function makeRuntime(plan: Plan): Promise<Runtime> {
  const early = plan.early();
  if (early) return early;
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(plan.bytes as Uint8Array<ArrayBuffer>);
  } catch (error) {
    return plan.without(mayNotCompile(error));
  }
  return plan.on(module);
}

/** With relaxed SIMD; else as `"auto"` has it, and why. Its binary is a file of its own, which nothing else loads. */
async function makeRelaxedRuntime(functionName: string, { options, isShared }: Plan): Promise<Runtime> {
  let reason: string | undefined;
  try {
    const bytes = decodeBinary(await import("../generated/relaxedBinary.js"), isShared);
    reason = obstacle(bytes, "relaxed SIMD");
    if (reason === undefined) return onSimd(await WebAssembly.compile(bytes), options, isShared);
  } catch (error) {
    reason = `relaxed SIMD cannot be had: ${messageOf(error)}`;
  }
  const runtime = await makeRuntime(new Plan(functionName, { ...options, backend: "auto" }));
  return runtime.reason === reason ? runtime : { ...runtime, reason: `${reason}; ${runtime.reason}` };
}

const isRelaxed = ({ options, module }: Plan): boolean => options.backend === "relaxed" && module === undefined;

export function createRuntimeSync(functionName: string, options: EngineOptions): Runtime {
  const plan = new Plan(functionName, options);
  if (isRelaxed(plan)) {
    throw new Error(
      `${functionName}: backend "relaxed" is loaded on request: use createEngine, or pass its compiled module`,
    );
  }
  const runtime = makeRuntimeSync(plan);
  runtime.memory.reserve(plan.options.reserve);
  return runtime;
}

export async function createRuntime(functionName: string, options: EngineOptions): Promise<Runtime> {
  const plan = new Plan(functionName, options);
  const runtime = await (isRelaxed(plan) ? makeRelaxedRuntime(functionName, plan) : makeRuntime(plan));
  runtime.memory.reserve(plan.options.reserve);
  return withThreads(runtime, plan.options);
}

let topLevel: Runtime | undefined;

/**
 * The one behind the top-level functions, made at the first call. It hands out no arrays, so that its memory is no larger than
 * the kernels' own, and plain: to copy into a shared one takes half as long again (`set` is then word by word).
 */
export function defaultRuntime(): Runtime {
  topLevel ??= createRuntimeSync("logratio", { shared: false, maxBytes: RESERVED_BYTES });
  return topLevel;
}
