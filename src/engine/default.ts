// The engine of calls that name none: made at the first of them, of one thread.

import type { Backend } from "../backends/backend.js";
import { JsBackend } from "../backends/js/backend.js";
import { CALLER_REGION, RESERVED_BYTES } from "../backends/layout.js";
import { SimdBackend } from "../backends/simd.js";
import { LOW } from "../numbers/lanes.js";
import type { Memory } from "./memory.js";
import type { Runtime } from "./runtime.js";
import { SIMD_PROBE } from "./simdSupport.js";

const PAGE = 65536;

/** What a call needs of an engine. */
export type Computer = Pick<Runtime, "backend" | "pool"> & { readonly memory: Pick<Memory, "holds"> };

const NO_ARRAYS = { holds: () => false };

/** The memory is no larger than the kernels' own, and plain: to copy into a shared one takes half as long again (`set` is then word by word). */
function simdBackend(): SimdBackend {
  const pages = RESERVED_BYTES / PAGE;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  // no array of a caller's lies in it
  return new SimdBackend(undefined, { memory, buffer: memory.buffer, ...NO_ARRAYS }, CALLER_REGION);
}

function makeBackend(): Backend {
  try {
    // throws where there is no WebAssembly, no SIMD, or a policy against it
    new WebAssembly.Module(SIMD_PROBE);
    if (LOW === 0) return simdBackend();
  } catch {}
  return new JsBackend();
}

let computer: Computer | undefined;

export function defaultRuntime(): Computer {
  computer ??= { backend: makeBackend(), memory: NO_ARRAYS };
  return computer;
}
