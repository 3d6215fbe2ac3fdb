// An engine's memory, handed to another thread: an engine there works on the same bytes.

import { JsBackend } from "../backends/js/backend.js";
import { REGION_BYTES, regionAt } from "../backends/layout.js";
import { SimdBackend } from "../backends/simd.js";
import { describe } from "./checks.js";
import { LinearMemory } from "./memory.js";
import { ONE_THREAD, type Runtime } from "./runtime.js";

/**
 * What makes an engine of another thread: {@link Engine.share} gives it, {@link Engine.from} takes it. It can be posted, and
 * nothing else should be done with it.
 */
export interface EngineHandle {
  /** That of the engine. */
  readonly memory: WebAssembly.Memory;
  /** What the engine runs; undefined for backend "js". */
  readonly module: WebAssembly.Module | undefined;
  /** As the engine has it. */
  readonly backend: "relaxed" | "simd" | "js";
  /** Where the kernels of the other engine work: a byte of the memory. */
  readonly region: number;
  /** Where what it may hand out begins: a byte of the memory. */
  readonly start: number;
  /** Where that ends. */
  readonly end: number;
}

/** The place of a handle within the memory of its engine, and the handle. */
export function share(runtime: Runtime, bytes: number): { handle: EngineHandle; place: Float64Array } {
  const { memory, module, name } = runtime;
  if (!(Number.isInteger(bytes) && bytes >= 0)) {
    throw new RangeError(`share: bytes is ${bytes}; it must be an integer >= 0`);
  }
  if (!(memory instanceof LinearMemory && memory.shared)) {
    throw new Error(`share: this engine's memory cannot be shared: ${runtime.whyNotShared}`);
  }
  // arrays take whole cache lines
  const place = memory.allocate(Float64Array, (REGION_BYTES + Math.ceil(bytes / 64) * 64) / 8);
  const region = place.byteOffset;
  const start = region + REGION_BYTES;
  const end = region + place.byteLength;
  return { handle: { memory: memory.space.memory, module, backend: name, region, start, end }, place };
}

/** The runtime of a handle. */
export function runtimeFrom(handle: EngineHandle): Runtime {
  if (typeof handle !== "object" || handle === null || !(handle.memory instanceof WebAssembly.Memory)) {
    throw new TypeError(`Engine.from: handle is ${describe(handle)}; it must come from engine.share()`);
  }
  const { module, backend: name, start, end } = handle;
  const region = regionAt(handle.region);
  const memory = LinearMemory.within(handle.memory, region, start, end);
  const backend = module ? new SimdBackend(module, memory.space, region) : new JsBackend(memory.space);
  const reason = "that of the engine whose memory it shares";
  return { backend, memory, name, reason, module, threadsReason: ONE_THREAD, whyNotShared: undefined };
}
