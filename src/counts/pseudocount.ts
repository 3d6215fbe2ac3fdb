import { mustBe, show } from "../engine/checks.js";

/**
 * What is added to each count: a number >= 0, or a name. `"laplace"`: 1. `"jeffreys"` and `"krichevskyTrofimov"`: ½. `"perks"`: 1/K, of K
 * classes. `"minimax"`: √N/K, of N observations.
 */
export type Pseudocount = number | "laplace" | "jeffreys" | "krichevskyTrofimov" | "perks" | "minimax";

const NAMED: Readonly<Record<string, (total: number, classes: number) => number>> = {
  laplace: () => 1,
  jeffreys: () => 0.5,
  krichevskyTrofimov: () => 0.5,
  perks: (_, classes) => 1 / classes,
  minimax: (total, classes) => Math.sqrt(total) / classes,
};

/** The number that an option `constant` means; > 0 where `isPrior`. */
export function pseudocountOf(
  functionName: string,
  constant: unknown,
  total: number,
  classes: number,
  isPrior = false,
): number {
  if (typeof constant === "number") {
    if (constant < 1e300 && (isPrior ? constant > 0 : constant >= 0)) return constant;
    throw mustBe(functionName, "constant", constant, `finite and ${isPrior ? "> 0" : ">= 0"}`, true);
  }
  if (typeof constant === "string" && Object.hasOwn(NAMED, constant)) return NAMED[constant](total, classes);
  const words = `${functionName}: constant is ${show(constant)}; it must be a number or "${Object.keys(NAMED).join('" or "')}"`;
  throw typeof constant === "string" ? new RangeError(words) : new TypeError(words);
}
