// The options that measures have in common, by what they are of.

/** Of normalised distributions, in a unit. */
export const MEASURE_KEYS: readonly string[] = ["base", "input", "normalize", "temperature"];
/** Without a unit. */
export const UNITLESS_KEYS: readonly string[] = ["input", "normalize", "temperature"];
/** Of numbers as they are. */
export const RAW_KEYS: readonly string[] = ["base", "input", "temperature"];
export const P_AND_Q: readonly string[] = ["p", "q"];
