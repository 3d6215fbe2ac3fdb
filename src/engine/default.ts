// Computes calls that have no array in an engine's memory, on one thread: those that name no engine, and those of engines whose memory is
// shared.

import { JsBackend } from "../backends/js/backend.js";
import { CALLER_REGION, RESERVED_BYTES } from "../backends/layout.js";
import { instantiate } from "../backends/modules.js";
import { SimdBackend } from "../backends/simd.js";
import type { ModuleText } from "../generated/modules.js";
import { LOW } from "../numbers/lanes.js";
import type { Computer } from "./runtime.js";
import { SIMD_PROBE } from "./simdSupport.js";

const PAGE = 65536;

const NO_ARRAYS = { holds: () => false };

/**
 * The memory is no larger than the kernels' own, and plain: to copy into a shared one, word by word, takes three times as long. The kernels are
 * those of `text`, or each from its own module.
 */
export function plainComputer(text?: ModuleText): Computer {
  const pages = RESERVED_BYTES / PAGE;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  // no array of a caller's lies in it
  const space = { memory, buffer: memory.buffer, ...NO_ARRAYS };
  return { backend: new SimdBackend(text && instantiate(text, memory), space, CALLER_REGION), memory: NO_ARRAYS };
}

function makeComputer(): Computer {
  try {
    // throws where there is no WebAssembly, no SIMD, or a policy against it
    new WebAssembly.Module(SIMD_PROBE);
    if (LOW === 0) return plainComputer();
  } catch {}
  return { backend: new JsBackend(), memory: NO_ARRAYS };
}

let computer: Computer | undefined;

export function defaultRuntime(): Computer {
  computer ??= makeComputer();
  return computer;
}
