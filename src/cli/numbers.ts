// Numbers as people read them.

/** The power of ten of the first digit of x > 0: 0 for 1 to 9, -2 for 0.01. By its digits: a host's logarithm may be off at a power. */
export const decadeOf = (x: number): number => Number(x.toExponential().split("e")[1]);

/** How far right the first digit of x is: 0 for 1 to 9, 2 for 0.01; no number for 0 and what is not finite. */
const placeOf = (x: number): number => (x === 0 ? Number.NaN : -decadeOf(Math.abs(x)));

/** So many decimals that a mean has four digits and its error two, and neither is longer than need be. */
export function decimalsFor(mean: number, error: number): number {
  const places = [3 + placeOf(mean), 1 + placeOf(error)].filter(Number.isFinite);
  return Math.max(0, Math.min(12, places.length === 0 ? 4 : Math.max(...places)));
}

/** Of more decimals, numbers are written with an exponent. */
const MOST_DECIMALS = 7;

/**
 * With so many decimals; what would be 0 then, and is not, with an exponent, as are numbers of a great many decimals. NaN is "–",
 * for there is no answer.
 */
export function format(x: number, decimals: number): string {
  if (Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0 && decimals > MOST_DECIMALS) return "0";
  const fixed = x.toFixed(Math.min(MOST_DECIMALS, decimals));
  const isFixed = decimals <= MOST_DECIMALS && Math.abs(x) < 1e9 && (x === 0 || Number(fixed) !== 0);
  return withMinus(isFixed ? fixed : x.toExponential(decimals > MOST_DECIMALS ? 3 : 1));
}

/** With so many digits. */
export function formatDigits(x: number, digits: number): string {
  if (x === 0) return "0";
  if (Math.abs(x) < 1e-3) return withMinus(x.toExponential(digits - 1));
  return format(x, Math.max(0, Math.min(MOST_DECIMALS, digits - 1 + placeOf(x))));
}

const withMinus = (text: string): string => text.replaceAll("-", "−");

/** 131,072. Of an integer, by itself: the platform's formats take 20 ms to load. */
export const formatCount = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");

const BYTES = ["B", "kB", "MB", "GB", "TB", "PB"];

/** 2.20 GB. */
export function formatBytes(bytes: number): string {
  const step = Math.min(BYTES.length - 1, Math.floor(decadeOf(Math.max(1, bytes)) / 3));
  return `${step === 0 ? bytes : formatDigits(bytes / 1000 ** step, 3)} ${BYTES[step]}`;
}
