// The engines that tests of values run over: those of both backends that give the same bits, and "relaxed" where there is relaxed
// SIMD: on Node >= 22. EXPECTED_BACKEND=relaxed (npm run test:relaxed) asks for that one alone, and must find it.

import { createEngine, createEngineSync } from "../src/index.js";

const isExpected = process.env.EXPECTED_BACKEND === "relaxed";

/** Whether this platform must have relaxed SIMD. */
export const hasRelaxed = isExpected || Number(process.versions.node.split(".")[0]) >= 22;

const relaxed = await createEngine({ backend: "relaxed" });
if (hasRelaxed !== (relaxed.backend === "relaxed")) {
  throw new Error(`Node ${process.version}: "relaxed" became "${relaxed.backend}": ${relaxed.backendReason}`);
}

export const engines = {
  simd: createEngineSync({ backend: "simd" }),
  js: createEngineSync({ backend: "js" }),
  relaxed,
};

const all = hasRelaxed ? (["simd", "js", "relaxed"] as const) : (["simd", "js"] as const);
export const BACKENDS: readonly (keyof typeof engines)[] = isExpected ? ["relaxed"] : all;
