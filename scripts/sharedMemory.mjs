// The kernels are compiled over a shared memory. The module over a plain one differs in one byte, the flags of the imported
// memory's limits: 3 = has a maximum and is shared, 1 = has a maximum.
//
// This holds because the kernels have no atomic instructions (scripts/cutModules.mjs checks that) and do not ask the compiler
// for `ASC_FEATURE_THREADS`: all other instructions, and their encoding, are the same over either memory. Compiled separately, the two
// binaries differed in just that byte.

// the import: module, name, kind 2 (memory), flags 3
const IMPORT = Buffer.from("\x03env\x06memory\x02\x03", "latin1");

/** Index of the flags in a module over a shared memory. */
export function memoryFlagsOf(shared) {
  const start = shared.indexOf(IMPORT);
  if (start < 0 || shared.lastIndexOf(IMPORT) !== start) throw new Error("no module that imports a shared env.memory");
  return start + IMPORT.length - 1;
}

/** The same module over a plain memory. */
export function plainOf(shared) {
  const plain = Buffer.from(shared);
  plain[memoryFlagsOf(shared)] = 1;
  return plain;
}
