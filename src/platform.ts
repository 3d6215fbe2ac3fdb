// What differs between platforms.

export const isNode = (): boolean =>
  typeof process !== "undefined" &&
  process.versions?.node !== undefined &&
  !("Bun" in globalThis || "Deno" in globalThis);

/** How many threads run at once. */
export function availableThreads(): number {
  if (isNode()) return process.getBuiltinModule("node:os").availableParallelism();
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}
