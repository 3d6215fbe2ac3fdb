// WebAssembly modules from their text: compiled at the first use of one of their kernels, once for all engines of a thread.

import type { ModuleText } from "../generated/modules.js";
import { writeRoots } from "./roots.js";

/** The bytes of a module, as scripts/moduleText.mjs has written them: one character each, or two after one of the last two. */
export function bytesOf({ code, memoryFlags }: ModuleText, isShared: boolean): Uint8Array<ArrayBuffer> {
  // the place of each character among those in use: a table, since this code runs before it is compiled
  const ranks: number[] = [];
  for (let i = 32, rank = 0; i < 127; i++) if (!'"$<\\`'.includes(String.fromCharCode(i))) ranks[i] = rank++;
  const bytes = new Uint8Array(code.length);
  let length = 0;
  for (let i = 0; i < code.length; i++) {
    let value = ranks[code.charCodeAt(i)];
    if (value >= 88) value = 88 + (value - 88) * 90 + ranks[code.charCodeAt(++i)];
    bytes[length++] = value - 16;
  }
  if (!isShared) bytes[memoryFlags] = 1;
  return bytes.slice(0, length);
}

/** Over a shared memory, over a plain one. */
const compiled = [
  /* @__PURE__ */ new Map<ModuleText, WebAssembly.Module>(),
  /* @__PURE__ */ new Map<ModuleText, WebAssembly.Module>(),
];

function compile(text: ModuleText, isShared: boolean): WebAssembly.Module {
  const modules = compiled[isShared ? 0 : 1];
  let module = modules.get(text);
  if (module === undefined) {
    module = new WebAssembly.Module(bytesOf(text, isShared));
    modules.set(text, module);
  }
  return module;
}

/** The exports of a family's module over a memory. */
export function instantiate(text: ModuleText, memory: WebAssembly.Memory): WebAssembly.Exports {
  const module = compile(text, !(memory.buffer instanceof ArrayBuffer));
  if (text.roots) writeRoots(memory, text.roots);
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}
