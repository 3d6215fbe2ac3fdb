import type { Backend } from "./backend.js";
import { JsBackend } from "./fallback/backend.js";
import { LOW } from "./fallback/lanes.js";
import { BINARY, MEMORY_FLAGS } from "./generated/binary.js";
import { RESERVED_BYTES } from "./layout.js";
import { LinearMemory, type Memory, PlainMemory } from "./memory.js";
import { checkKeys } from "./options.js";
import { SimdBackend } from "./simd.js";

export interface EngineOptions {
  /** `"simd"` and `"js"` give the same bits. `"auto"` (the default) is `"simd"` where the platform runs it. */
  backend?: "auto" | "simd" | "js";
  /** Bound on the engine's memory, 256 MiB by default. A plain (not shared) memory reserves it up front. */
  maxBytes?: number;
  /** `false` for a plain memory even where SharedArrayBuffer exists: some platform calls refuse shared views. */
  shared?: boolean;
  /** The compiled `logratio/simd.wasm` or `logratio/simd-shared.wasm`, where code may not compile its own. */
  module?: WebAssembly.Module;
}

/** A backend, its memory, and why it was chosen. */
export interface Runtime {
  readonly backend: Backend;
  readonly memory: Memory;
  readonly name: "simd" | "js";
  readonly reason: string;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

const hasSharedMemory = (): boolean => typeof SharedArrayBuffer !== "undefined";

function checkOptions(functionName: string, options: EngineOptions): Required<Omit<EngineOptions, "module">> {
  checkKeys(functionName, options, ["backend", "maxBytes", "shared", "module"]);
  const { backend = "auto", maxBytes = DEFAULT_MAX_BYTES, shared = true, module } = options;
  if (!["auto", "simd", "js"].includes(backend)) {
    throw new RangeError(`${functionName}: backend is ${JSON.stringify(backend)}; it must be "auto", "simd" or "js"`);
  }
  if (!(maxBytes >= RESERVED_BYTES && maxBytes <= 2 ** 32)) {
    throw new RangeError(`${functionName}: maxBytes is ${maxBytes}; it must be from ${RESERVED_BYTES} to 2^32`);
  }
  if (module !== undefined && !(module instanceof WebAssembly.Module)) {
    throw new TypeError(`${functionName}: module must be a WebAssembly.Module`);
  }
  return { backend, maxBytes, shared };
}

function decodeBinary(shared: boolean): Uint8Array<ArrayBuffer> {
  const text = atob(BINARY);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  if (!shared) bytes[MEMORY_FLAGS] = 1;
  return bytes;
}

/** Why this platform cannot run the module, or undefined if it can. */
function obstacle(bytes: Uint8Array<ArrayBuffer>): string | undefined {
  if (typeof WebAssembly === "undefined") return "this platform has no WebAssembly";
  if (LOW !== 0) return "this machine is big-endian, WebAssembly's memory is not";
  if (!WebAssembly.validate(bytes)) return "this platform's WebAssembly has no SIMD";
  return undefined;
}

function onJs(maxBytes: number, reason: string): Runtime {
  return { backend: new JsBackend(), memory: new PlainMemory(maxBytes), name: "js", reason };
}

function onSimd(module: WebAssembly.Module, maxBytes: number, shared: boolean): Runtime {
  const memory = new LinearMemory(maxBytes, shared);
  const reason = `WebAssembly SIMD over a ${shared ? "shared" : "plain"} memory`;
  return { backend: new SimdBackend(module, memory), memory, name: "simd", reason };
}

/** A module compiled elsewhere is of one kind or the other, and only a try tells which. */
function onGivenModule(module: WebAssembly.Module, maxBytes: number, shared: boolean): Runtime {
  if (shared && hasSharedMemory()) {
    try {
      return onSimd(module, maxBytes, true);
    } catch (error) {
      if (!(error instanceof WebAssembly.LinkError)) throw error;
    }
  }
  return onSimd(module, maxBytes, false);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is left when the module could not be had: JavaScript, or an error if `"simd"` was asked for. */
function without(functionName: string, backend: string, maxBytes: number, reason: string): Runtime {
  if (backend === "simd") throw new Error(`${functionName}: backend "simd" cannot run here: ${reason}`);
  return onJs(maxBytes, reason);
}

export function createRuntimeSync(functionName: string, options: EngineOptions): Runtime {
  const { backend, maxBytes, shared } = checkOptions(functionName, options);
  if (backend === "js") return onJs(maxBytes, "as asked");
  if (options.module) return onGivenModule(options.module, maxBytes, shared);
  const isShared = shared && hasSharedMemory();
  const bytes = decodeBinary(isShared);
  const reason = obstacle(bytes);
  if (reason) return without(functionName, backend, maxBytes, reason);
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (error) {
    return without(functionName, backend, maxBytes, `this page may not compile WebAssembly: ${messageOf(error)}`);
  }
  return onSimd(module, maxBytes, isShared);
}

/** The same, compiling aside: a browser's main thread is not held up. */
export async function createRuntime(functionName: string, options: EngineOptions): Promise<Runtime> {
  const { backend, maxBytes, shared } = checkOptions(functionName, options);
  if (backend === "js" || options.module) return createRuntimeSync(functionName, options);
  const isShared = shared && hasSharedMemory();
  const bytes = decodeBinary(isShared);
  const reason = obstacle(bytes);
  if (reason) return without(functionName, backend, maxBytes, reason);
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(bytes);
  } catch (error) {
    return without(functionName, backend, maxBytes, `this page may not compile WebAssembly: ${messageOf(error)}`);
  }
  return onSimd(module, maxBytes, isShared);
}

let shared: Runtime | undefined;

/** The one behind the top-level functions, made at the first call. */
export function defaultRuntime(): Runtime {
  shared ??= createRuntimeSync("logratio", {});
  return shared;
}
