/** A module of Node's, which Bun and Deno have too; undefined in browsers. */
export const nodeModule: NodeJS.Process["getBuiltinModule"] | undefined =
  typeof process === "undefined" ? undefined : process.getBuiltinModule;

/** How many threads run at once. */
export function availableThreads(): number {
  return nodeModule?.("node:os").availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** A service worker, for one, has none; nor has it import(), by which what starts them is loaded. */
export const hasWorkers = (): boolean => nodeModule !== undefined || typeof Worker !== "undefined";
