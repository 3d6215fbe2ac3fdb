// An engine's memory, handed to another thread: an engine there works on the same bytes.

import { exportsOf } from "../backends/binary.js";
import { JsBackend } from "../backends/js/backend.js";
import { REGION_BYTES, RESERVED_BYTES, regionAt } from "../backends/layout.js";
import { SimdBackend } from "../backends/simd.js";
import { checkInteger, describe, isOptions } from "./checks.js";
import { ONE_THREAD, plainAtNeed } from "./create.js";
import { LinearMemory } from "./memory.js";
import type { Runtime } from "./runtime.js";

/**
 * A handle from which {@link Engine.from} creates an engine in another thread; {@link Engine.share} returns it. It is meant to be posted, and
 * for nothing else.
 */
export interface EngineHandle {
  /** The memory of the engine. */
  readonly memory: WebAssembly.Memory;
  /** The one that all kernels are in, where each does not bring its own. */
  readonly module: WebAssembly.Module | undefined;
  /** The backend of the engine. */
  readonly backend: "relaxed" | "simd" | "js";
  /** The byte of the memory where the working area of the other engine's kernels begins. */
  readonly region: number;
  /** The byte of the memory where the other engine's arrays begin. */
  readonly start: number;
  /** The byte of the memory where they end. */
  readonly end: number;
}

/** The place of a handle within the memory of its engine, and the handle. */
export function share(runtime: Runtime, bytes: number): { handle: EngineHandle; place: Float64Array } {
  const { memory, module, name } = runtime;
  checkInteger("share", "bytes", bytes, 0);
  if (!(memory instanceof LinearMemory && memory.shared)) {
    throw new Error(`share: this engine's memory cannot be shared: ${runtime.whyNotShared}`);
  }
  // arrays take whole cache lines
  const place = memory.allocate(Float64Array, (REGION_BYTES + Math.ceil(bytes / 64) * 64) / 8, "share");
  const region = place.byteOffset;
  const start = region + REGION_BYTES;
  const end = region + place.byteLength;
  return { handle: { memory: memory.space.memory, module, backend: name, region, start, end }, place };
}

/** Whether a handle is as {@link share} has made it. */
function isHandle(handle: EngineHandle): boolean {
  if (!isOptions(handle) || describe(handle.memory) !== "[object WebAssembly.Memory]") return false;
  const { memory, module, backend, region, start, end } = handle;
  return (
    ["relaxed", "simd", "js"].includes(backend) &&
    (module === undefined || describe(module) === "[object WebAssembly.Module]") &&
    [region, start, end].every(Number.isInteger) &&
    region >= RESERVED_BYTES &&
    region % 64 === 0 &&
    start === region + REGION_BYTES &&
    start <= end &&
    end <= memory.buffer.byteLength
  );
}

/** The runtime of a handle. */
export function runtimeFrom(handle: EngineHandle): Runtime {
  if (!isHandle(handle)) {
    throw new TypeError(`Engine.from: handle is ${describe(handle)}; it must come from engine.share()`);
  }
  const { module, backend: name, start, end } = handle;
  const region = regionAt(handle.region);
  const memory = LinearMemory.within(handle.memory, region, start, end);
  const backend =
    name === "js"
      ? new JsBackend(memory.space)
      : new SimdBackend(module && exportsOf(module, memory.space.memory), memory.space, region);
  const reason = "that of the engine whose memory it shares";
  const copying = name === "simd" && module === undefined ? plainAtNeed() : undefined;
  return { backend, memory, name, reason, module, threadsReason: ONE_THREAD, whyNotShared: undefined, copying };
}
