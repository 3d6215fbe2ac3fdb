// Arithmetic of about 32 digits, a number being the unevaluated sum of two doubles: the reference that errors are measured
// against. It shares nothing with the kernels. (T. J. Dekker, 1971; D. Knuth's TwoSum; Y. Hida, X. Li, D. Bailey, 2001.)

export type DoubleDouble = readonly [high: number, low: number];

export const ZERO: DoubleDouble = [0, 0];

function quickTwoSum(a: number, b: number): DoubleDouble {
  const sum = a + b;
  return [sum, b - (sum - a)];
}

function twoSum(a: number, b: number): DoubleDouble {
  const sum = a + b;
  const added = sum - a;
  return [sum, a - (sum - added) + (b - added)];
}

function twoProduct(a: number, b: number): DoubleDouble {
  const product = a * b;
  const ca = 134217729 * a;
  const cb = 134217729 * b;
  const aHigh = ca - (ca - a);
  const bHigh = cb - (cb - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return [product, aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [sum, error] = twoSum(a[0], b[0]);
  const [low, lowError] = twoSum(a[1], b[1]);
  const [high, rest] = quickTwoSum(sum, error + low);
  return quickTwoSum(high, rest + lowError);
}

const negate = (a: DoubleDouble): DoubleDouble => [-a[0], -a[1]];

export const subtract = (a: DoubleDouble, b: DoubleDouble): DoubleDouble => add(a, negate(b));

export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [product, error] = twoProduct(a[0], b[0]);
  return quickTwoSum(product, error + a[0] * b[1] + a[1] * b[0]);
}

export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const first = a[0] / b[0];
  const rest = subtract(a, multiply([first, 0], b));
  const second = rest[0] / b[0];
  const last = subtract(rest, multiply([second, 0], b))[0] / b[0];
  return add(quickTwoSum(first, second), [last, 0]);
}

const LN2: DoubleDouble = [0.6931471805599453, 2.3190468138462996e-17];

/** 1/(2k + 1), and more terms than s <= 0.172 needs for 33 digits. */
const ODD_RECIPROCALS = Array.from({ length: 22 }, (_, k) => divide([1, 0], [2 * k + 1, 0]));

/** ln x = e ln 2 + 2 atanh((m - 1)/(m + 1)), x = m·2^e, by the plain Taylor series. */
export function logarithm(x: DoubleDouble): DoubleDouble {
  const e = Math.round(Math.log2(x[0]));
  // 2^-e in two factors: e may be -1074
  const half = Math.trunc(e / 2);
  const scale = (a: number) => a * 2 ** -half * 2 ** (half - e);
  const m: DoubleDouble = [scale(x[0]), scale(x[1])];
  const s = divide(subtract(m, [1, 0]), add(m, [1, 0]));
  const z = multiply(s, s);
  let series = ODD_RECIPROCALS[21];
  for (let k = 20; k >= 0; k--) series = add(multiply(series, z), ODD_RECIPROCALS[k]);
  const twice = multiply(s, series);
  return add(multiply(LN2, [e, 0]), add(twice, twice));
}

export function sum(length: number, term: (i: number) => DoubleDouble): DoubleDouble {
  let total = ZERO;
  for (let i = 0; i < length; i++) total = add(total, term(i));
  return total;
}

/** 1/k!, and more terms than |r| <= ln(2)/512 needs for 33 digits. */
const FACTORIAL_RECIPROCALS: DoubleDouble[] = [[1, 0]];
for (let k = 1; k <= 11; k++) FACTORIAL_RECIPROCALS.push(divide(FACTORIAL_RECIPROCALS[k - 1], [k, 0]));

/** e^x = 2^k·(e^(r/256))^256, r = x - k ln 2, by the plain Taylor series. */
export function exponential(x: DoubleDouble): DoubleDouble {
  const k = Math.round(x[0] / LN2[0]);
  if (k < -1000) return ZERO;
  const r = multiply([2 ** -8, 0], subtract(x, multiply(LN2, [k, 0])));
  let result = FACTORIAL_RECIPROCALS[11];
  for (let i = 10; i >= 0; i--) result = add(multiply(result, r), FACTORIAL_RECIPROCALS[i]);
  for (let i = 0; i < 8; i++) result = multiply(result, result);
  return multiply(result, [2 ** k, 0]);
}
