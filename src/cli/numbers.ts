// Numbers as people read them.

/** How far right the first digit of x is: 0 for 1 to 9, 2 for 0.01. */
const placeOf = (x: number): number => -Math.floor(Math.log10(Math.abs(x)));

/** So many decimals that a mean has four digits and its error two, and neither is longer than need be. */
export function decimalsFor(mean: number, error: number): number {
  const places = [3 + placeOf(mean), 1 + placeOf(error)].filter(Number.isFinite);
  return Math.max(0, Math.min(12, places.length === 0 ? 4 : Math.max(...places)));
}

/** With so many decimals; what would be 0 then, and is not, with an exponent. NaN is "–", for there is no answer. */
export function format(x: number, decimals: number): string {
  if (Number.isNaN(x)) return "–";
  if (x === Number.POSITIVE_INFINITY) return "∞";
  if (x === Number.NEGATIVE_INFINITY) return "−∞";
  const fixed = Math.abs(x) < 1e9 ? x.toFixed(decimals) : "";
  const isLost = x !== 0 && Number(fixed) === 0;
  return (isLost || fixed === "" ? x.toExponential(1) : fixed).replace("-", "−");
}

/** With so many digits. */
export const formatDigits = (x: number, digits: number): string =>
  x === 0 ? "0" : format(x, Math.max(0, Math.min(12, digits - 1 + placeOf(x))));

/** 131,072. */
export const formatCount = (count: number): string => count.toLocaleString("en-US");
