// The table of 2^(j/64) that f64 exponentials read, written into a memory: a module of a single family comes without it, as its bytes
// hardly compress and its twin in JavaScript makes it as well.

import { roots } from "../numbers/exponential.js";

/**
 * As ROOTS in assembly/exponential.ts has it: taking j/64 off the bits' exponent makes (2^(j/64) - j/64 + 1)/2, all of it exact.
 * Other threads may be reading the same numbers there: they are written at once, never others first.
 */
export function writeRoots({ buffer }: WebAssembly.Memory, address: number): void {
  new Float64Array(buffer, address, 64).set(roots.map((root, j) => (root - j / 64 + 1) / 2));
}
