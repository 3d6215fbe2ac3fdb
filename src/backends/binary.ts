import { instantiateSync } from "@assemblyscript/loader";

/** The exports of a binary that all kernels are in. They are the instance's own: the loader's wrap each call's arguments in an array. */
export const exportsOf = (binary: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Exports =>
  instantiateSync(binary, { env: { memory } }).instance.exports;
