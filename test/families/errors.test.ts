import { describe, expect, test } from "vitest";
import * as families from "../../src/families/index.js";
import type { AnyDistribution } from "./made.js";

const { bernoulli, beta, binomial, categorical, diagonalNormal, dirichlet, exponential } = families;
const { gamma, geometric, laplace, multivariateNormal, normal, poisson, uniform } = families;
const { crossEntropy, entropy, klDivergence } = families;

// biome-ignore lint/suspicious/noExplicitAny: what types forbid is tried here
const wrong = (value: unknown): any => value;

const standard = normal({ mean: 0, standardDeviation: 1 });

test.each<[string, () => unknown, ErrorConstructor, string]>([
  [
    "no object",
    () => normal(wrong(undefined)),
    TypeError,
    "normal: parameters is undefined; it must be an object of mean",
  ],
  ["a number alone", () => poisson(wrong(3)), TypeError, "poisson: parameters is number; it must be an object of rate"],
  [
    "an unknown key",
    () => normal(wrong({ mean: 0, standardDeviaton: 1 })),
    TypeError,
    'normal: unknown option "standardDeviaton"; did you mean "standardDeviation"?',
  ],
  [
    "a missing number",
    () => normal(wrong({ mean: 0 })),
    TypeError,
    "normal: standardDeviation is undefined; it must be a number",
  ],
  ["a text", () => gamma(wrong({ shape: "2", rate: 1 })), TypeError, "gamma: shape is string; it must be a number"],
  [
    "NaN",
    () => normal({ mean: Number.NaN, standardDeviation: 1 }),
    RangeError,
    "normal: mean is NaN; it must be finite",
  ],
  [
    "a deviation of 0",
    () => normal({ mean: 0, standardDeviation: 0 }),
    RangeError,
    "normal: standardDeviation is 0; it must be positive and finite",
  ],
  [
    "a negative probability",
    () => bernoulli({ probability: -0.5 }),
    RangeError,
    "bernoulli: probability is -0.5; it must be from 0 to 1",
  ],
  [
    "a geometric one of 0",
    () => geometric({ probability: 0 }),
    RangeError,
    "geometric: probability is 0; it must be positive",
  ],
  [
    "half a trial",
    () => binomial({ trials: 2.5, probability: 0.5 }),
    RangeError,
    "binomial: trials is 2.5; it must be a whole number from 0 to 9007199254740991",
  ],
  [
    "trials of text",
    () => binomial(wrong({ trials: "2", probability: 0.5 })),
    TypeError,
    "binomial: trials is string; it must be a number",
  ],
  ["a negative rate", () => poisson({ rate: -1 }), RangeError, "poisson: rate is -1; it must be finite and >= 0"],
  [
    "an exponential rate of 0",
    () => exponential({ rate: 0 }),
    RangeError,
    "exponential: rate is 0; it must be positive and finite",
  ],
  [
    "an empty interval",
    () => uniform({ minimum: 1, maximum: 1 }),
    RangeError,
    "uniform: maximum is 1; it must be larger than minimum, 1",
  ],
  ["a width too large", () => uniform({ minimum: -1e308, maximum: 1e308 }), RangeError, "uniform: maximum is 1e+308"],
  [
    "no rate and no scale",
    () => gamma(wrong({ shape: 1 })),
    TypeError,
    "gamma: rate and scale are both missing; pass one of them",
  ],
  [
    "both",
    () => gamma(wrong({ shape: 1, rate: 1, scale: 1 })),
    TypeError,
    "gamma: rate and scale are both given; pass one of them",
  ],
  ["a beta of 0", () => beta({ alpha: 1, beta: 0 }), RangeError, "beta: beta is 0; it must be positive and finite"],
  [
    "a scale of Infinity",
    () => laplace({ location: 0, scale: Number.POSITIVE_INFINITY }),
    RangeError,
    "laplace: scale is Infinity; it must be positive and finite",
  ],
  [
    "no list",
    () => dirichlet(wrong({ concentrations: 3 })),
    TypeError,
    "dirichlet: concentrations is number; it must be an array of numbers",
  ],
  ["an empty list", () => dirichlet({ concentrations: [] }), RangeError, "dirichlet: concentrations is empty"],
  [
    "one concentration",
    () => dirichlet({ concentrations: [1] }),
    RangeError,
    "dirichlet: concentrations has 1 number; there must be two or more",
  ],
  [
    "a wrong one of many",
    () => dirichlet({ concentrations: [1, 2, -3] }),
    RangeError,
    "dirichlet: concentrations[2] is -3; it must be positive and finite",
  ],
  [
    "a negative category",
    () => categorical({ probabilities: [1.5, -0.5] }),
    RangeError,
    "categorical: probabilities[1] is -0.5; it must be finite and >= 0",
  ],
  [
    "counts",
    () => categorical({ probabilities: [1, 2] }),
    RangeError,
    "categorical: probabilities sums to 3, not to 1; for counts or weights pass normalize: true",
  ],
  [
    "a sum of 0",
    () => categorical({ probabilities: [0, 0], normalize: true }),
    RangeError,
    "categorical: probabilities sums to 0; the sum must be positive",
  ],
  [
    "normalize of text",
    () => categorical(wrong({ probabilities: [1], normalize: "yes" })),
    TypeError,
    "categorical: normalize is string; it must be a boolean",
  ],
  [
    "lengths that differ",
    () => diagonalNormal({ means: [0, 0], standardDeviations: [1] }),
    RangeError,
    "diagonalNormal: means has 2 numbers and standardDeviations 1",
  ],
  [
    "a covariance too small",
    () => multivariateNormal({ mean: [0, 0], covariance: [1, 0] }),
    RangeError,
    "multivariateNormal: covariance has 2 numbers; for a mean of 2 it must have 2 × 2 numbers",
  ],
  [
    "rows too few",
    () => multivariateNormal({ mean: [0, 0], covariance: [[1, 0]] }),
    RangeError,
    "multivariateNormal: covariance has 1 rows",
  ],
  [
    "a row too short",
    () => multivariateNormal({ mean: [0, 0], covariance: [[1, 0], [0]] }),
    RangeError,
    "multivariateNormal: covariance[1] has 1 numbers; it must have 2",
  ],
  [
    "no symmetry",
    () =>
      multivariateNormal({
        mean: [0, 0],
        covariance: [
          [1, 0.5],
          [0.4, 1],
        ],
      }),
    RangeError,
    "multivariateNormal: covariance is not symmetric: row 0, column 1 is 0.5, row 1, column 0 is 0.4",
  ],
  [
    "an indefinite covariance",
    () =>
      multivariateNormal({
        mean: [0, 0],
        covariance: [
          [1, 2],
          [2, 1],
        ],
      }),
    RangeError,
    "multivariateNormal: covariance is not positive definite: pivot 1 of its Cholesky factorisation is -3",
  ],
  [
    "a singular one",
    () =>
      multivariateNormal({
        mean: [0, 0],
        covariance: [
          [1, 1],
          [1, 1],
        ],
      }),
    RangeError,
    "pivot 1 of its Cholesky factorisation is 0",
  ],
  [
    "a singular one but for rounding",
    () =>
      multivariateNormal({
        mean: [0, 0],
        covariance: [
          [0.01, 0.03],
          [0.03, 0.09],
        ],
      }),
    RangeError,
    "multivariateNormal: covariance is not positive definite: pivot 1",
  ],
  [
    "no distribution",
    () => entropy(wrong([0.5, 0.5])),
    TypeError,
    "entropy: p is [object Array]; closed forms are for what normal(), gamma() and the like return",
  ],
  [
    "one of another kind",
    () => klDivergence<AnyDistribution>(standard, { family: "normal", logProbability: () => 0 }),
    TypeError,
    'klDivergence: q is an object of the family "normal"; closed forms are for what normal(), gamma() and the like return',
  ],
  [
    "two families",
    () => klDivergence<AnyDistribution>(standard, poisson({ rate: 1 })),
    TypeError,
    'klDivergence: p is of "normal" and q of "poisson"; closed forms are for two of one family; discretize() brings both to one grid',
  ],
  [
    "two families",
    () => crossEntropy<AnyDistribution>(standard, poisson({ rate: 1 })),
    TypeError,
    'crossEntropy: p is of "normal" and q of "poisson"',
  ],
  [
    "an unknown option",
    () => entropy(standard, wrong({ bse: 2 })),
    TypeError,
    'entropy: unknown option "bse"; did you mean "base"?',
  ],
  [
    "a base of 1",
    () => entropy(standard, { base: 1 }),
    RangeError,
    "entropy: base is 1; it must be positive, finite and not 1",
  ],
  [
    "options of text",
    () => entropy(standard, wrong("bits")),
    TypeError,
    "entropy: options is string; it must be an object",
  ],
  [
    "more trials",
    () => klDivergence(binomial({ trials: 3, probability: 0.5 }), binomial({ trials: 4, probability: 0.5 })),
    RangeError,
    "klDivergence: p has 3 trials and q has 4; there is no closed form for more",
  ],
  [
    "other categories",
    () => crossEntropy(categorical({ probabilities: [1] }), categorical({ probabilities: [0.5, 0.5] })),
    RangeError,
    "crossEntropy: p has 1 categories and q has 2; they must have the same number",
  ],
  [
    "other concentrations",
    () => klDivergence(dirichlet({ concentrations: [1, 1] }), dirichlet({ concentrations: [1, 1, 1] })),
    RangeError,
    "klDivergence: p has 2 concentrations and q has 3",
  ],
  [
    "other dimensions",
    () =>
      klDivergence(
        diagonalNormal({ means: [0], standardDeviations: [1] }),
        diagonalNormal({ means: [0, 0], standardDeviations: [1, 1] }),
      ),
    RangeError,
    "klDivergence: p has 1 dimensions and q has 2",
  ],
  [
    "other dimensions of a full covariance",
    () =>
      klDivergence(
        multivariateNormal({ mean: [0], covariance: [1] }),
        multivariateNormal({ mean: [0, 0], covariance: [1, 0, 0, 1] }),
      ),
    RangeError,
    "klDivergence: p has 1 dimensions and q has 2",
  ],
  ["x of text", () => standard.logProbability(wrong("0")), TypeError, "normal: x is string; it must be a number"],
  ["x NaN", () => poisson({ rate: 1 }).logProbability(Number.NaN), RangeError, "poisson: x is NaN"],
  [
    "x of another dimension",
    () => dirichlet({ concentrations: [1, 1] }).logProbability([1]),
    RangeError,
    "dirichlet: x has 1 numbers; the distribution has 2",
  ],
  [
    "x no vector",
    () => diagonalNormal({ means: [0], standardDeviations: [1] }).logProbability(wrong(0)),
    TypeError,
    "diagonalNormal: x is number; it must be an array of 1 numbers",
  ],
  [
    "x with NaN",
    () => multivariateNormal({ mean: [0], covariance: [1] }).logProbability([Number.NaN]),
    RangeError,
    "multivariateNormal: x[0] is NaN",
  ],
])("%s", (_, call, type, message) => {
  expect(call).toThrow(type);
  expect(call).toThrow(message);
});

test("parameters that lead out of the range of numbers", () => {
  const message = "must be from 1e-100 to 1e100";
  expect(() => gamma({ shape: 1e101, rate: 1 })).toThrow(`gamma: shape is 1e+101; it ${message}`);
  expect(() => gamma({ shape: 1, scale: 1e-101 })).toThrow(`gamma: scale is 1e-101; it ${message}`);
  expect(() => beta({ alpha: 1e-200, beta: 1 })).toThrow(`beta: alpha is 1e-200; it ${message}`);
  expect(() => dirichlet({ concentrations: [1, 1e200] })).toThrow(
    `dirichlet: concentrations[1] is 1e+200; it ${message}`,
  );
});

test("two families of which types know", () => {
  const rates = [exponential({ rate: 1 }), gamma({ shape: 1, rate: 2 })] as const;
  expect(klDivergence(...rates)).toBeGreaterThan(0);
  expect(klDivergence(rates[1], rates[0])).toBeGreaterThan(0);
  const wide = uniform({ minimum: 0, maximum: 2 });
  expect(() => klDivergence(wide, beta({ alpha: 2, beta: 2 }))).toThrow("discretize() brings both to one grid");
  // @ts-expect-error: closed forms are for two of one family
  expect(() => klDivergence(standard, poisson({ rate: 1 }))).toThrow(TypeError);
});

describe("divergences at the ends", () => {
  const INFINITY = Number.POSITIVE_INFINITY;
  const close = (actual: number, expected: number) => expect(actual).toBeCloseTo(expected, 14);

  test("Bernoulli", () => {
    const of = (p: number, q: number) => klDivergence(bernoulli({ probability: p }), bernoulli({ probability: q }));
    expect([of(0.5, 0), of(0.5, 1), of(0, 1), of(1, 0)]).toEqual([INFINITY, INFINITY, INFINITY, INFINITY]);
    expect([of(0, 0), of(1, 1)]).toEqual([0, 0]);
    close(of(0, 0.25), Math.log(4 / 3));
    close(of(1, 0.25), Math.log(4));
    expect(entropy(bernoulli({ probability: 1 }))).toBe(0);
  });

  test("binomial", () => {
    const of = (n: number, p: number, m: number, q: number) =>
      klDivergence(binomial({ trials: n, probability: p }), binomial({ trials: m, probability: q }));
    expect([of(5, 0.5, 4, 0.5), of(5, 0.5, 5, 1), of(4, 0.5, 5, 0), of(5, 1, 4, 0.5)]).toEqual(Array(4).fill(INFINITY));
    expect([of(5, 0, 9, 0), of(0, 0.3, 0, 0.9), of(5, 1, 5, 1)]).toEqual([0, 0, 0]);
    close(of(5, 0, 3, 0.25), 3 * Math.log(4 / 3));
    close(of(2, 1, 3, 0.5), Math.log(8 / 3));
    close(of(0, 0.5, 3, 0.5), Math.log(8));
    expect(entropy(binomial({ trials: 7, probability: 1 }))).toBe(0);
  });

  test("geometric, Poisson, uniform, categorical", () => {
    expect(klDivergence(geometric({ probability: 0.5 }), geometric({ probability: 1 }))).toBe(INFINITY);
    close(klDivergence(geometric({ probability: 1 }), geometric({ probability: 0.5 })), Math.LN2);
    expect(entropy(geometric({ probability: 1 }))).toBe(0);
    expect(klDivergence(poisson({ rate: 1 }), poisson({ rate: 0 }))).toBe(INFINITY);
    expect(klDivergence(poisson({ rate: 0 }), poisson({ rate: 3 }))).toBe(3);
    expect(klDivergence(poisson({ rate: 0 }), poisson({ rate: 0 }))).toBe(0);
    expect(entropy(poisson({ rate: 0 }))).toBe(0);
    const unit = uniform({ minimum: 0, maximum: 1 });
    expect(klDivergence(unit, uniform({ minimum: 0.1, maximum: 2 }))).toBe(INFINITY);
    expect(crossEntropy(unit, uniform({ minimum: -1, maximum: 0.9 }))).toBe(INFINITY);
    const [p, q] = [[0.5, 0.5, 0] as const, [0.25, 0, 0.75] as const];
    expect(klDivergence(categorical({ probabilities: p }), categorical({ probabilities: q }))).toBe(INFINITY);
    close(
      klDivergence(categorical({ probabilities: [1, 0] }), categorical({ probabilities: [0.25, 0.75] })),
      Math.log(4),
    );
  });

  test("categories of huge and tiny weights", () => {
    const of = (...probabilities: number[]) => categorical({ probabilities, normalize: true });
    close(klDivergence(of(1e300, 1e300), of(1e-300, 3e-300)), Math.log(4 / 3) / 2);
    expect(klDivergence(of(1e300, 3e300), of(1, 3))).toBeLessThan(1e-30);
  });
});

describe("logProbability", () => {
  test("outside of the support and at its ends", () => {
    const outside: [{ logProbability(x: number): number }, number[]][] = [
      [bernoulli({ probability: 0.5 }), [-1, 0.5, 2]],
      [bernoulli({ probability: 1 }), [0]],
      [binomial({ trials: 3, probability: 0.5 }), [-1, 1.5, 4]],
      [binomial({ trials: 3, probability: 0 }), [1, 3]],
      [categorical({ probabilities: [0.5, 0, 0.5] }), [-1, 1, 0.5, 3]],
      [geometric({ probability: 0.5 }), [-1, 0.5]],
      [geometric({ probability: 1 }), [1]],
      [poisson({ rate: 2 }), [-1, 0.5, Number.POSITIVE_INFINITY]],
      [poisson({ rate: 0 }), [1]],
      [uniform({ minimum: 0, maximum: 1 }), [-0.1, 1.1]],
      [exponential({ rate: 1 }), [-0.1]],
      [gamma({ shape: 2, rate: 1 }), [-0.1, 0, Number.POSITIVE_INFINITY]],
      [beta({ alpha: 2, beta: 2 }), [-0.1, 0, 1, 1.1]],
    ];
    for (const [distribution, points] of outside) {
      for (const x of points) expect(distribution.logProbability(x)).toBe(Number.NEGATIVE_INFINITY);
    }
    expect(gamma({ shape: 0.5, rate: 1 }).logProbability(0)).toBe(Number.POSITIVE_INFINITY);
    expect(gamma({ shape: 1, rate: 2 }).logProbability(0)).toBeCloseTo(Math.LN2, 15);
    expect(beta({ alpha: 0.5, beta: 2 }).logProbability(0)).toBe(Number.POSITIVE_INFINITY);
    expect(beta({ alpha: 1, beta: 2 }).logProbability(0)).toBeCloseTo(Math.LN2, 15);
    expect(beta({ alpha: 3, beta: 1 }).logProbability(0.5)).toBeCloseTo(Math.log(0.75), 15);
    expect(poisson({ rate: 0 }).logProbability(0)).toBe(0);
    expect(binomial({ trials: 3, probability: 1 }).logProbability(3)).toBe(0);
  });

  test("of vectors", () => {
    const flat = dirichlet({ concentrations: [1, 1, 1] });
    expect(flat.logProbability([0, 0.5, 0.5])).toBeCloseTo(Math.LN2, 14);
    expect(flat.logProbability([0.5, 0.5, 0.5])).toBe(Number.NEGATIVE_INFINITY);
    expect(flat.logProbability([1.5, -0.5, 0])).toBe(Number.NEGATIVE_INFINITY);
    const pole = dirichlet({ concentrations: [0.5, 1, 2] });
    expect(pole.logProbability([0, 0.5, 0.5])).toBe(Number.POSITIVE_INFINITY);
    expect(pole.logProbability([0.5, 0.5, 0])).toBe(Number.NEGATIVE_INFINITY);
    // one of two is a beta distribution
    const [one, two] = [beta({ alpha: 2.5, beta: 0.5 }), dirichlet({ concentrations: [2.5, 0.5] })];
    expect(two.logProbability([0.3, 0.7])).toBeCloseTo(one.logProbability(0.3), 14);
    const independent = diagonalNormal({ means: [1, 2], standardDeviations: [2, 3] });
    const full = multivariateNormal({ mean: [1, 2], covariance: [4, 0, 0, 9] });
    const ofEach =
      normal({ mean: 1, standardDeviation: 2 }).logProbability(0) +
      normal({ mean: 2, standardDeviation: 3 }).logProbability(5);
    expect(independent.logProbability([0, 5])).toBeCloseTo(ofEach, 14);
    expect(full.logProbability([0, 5])).toBeCloseTo(ofEach, 14);
  });
});

test("moments", () => {
  const of = ({ mean, variance }: { mean: number; variance: number }) => [mean, variance];
  expect(of(bernoulli({ probability: 0.25 }))).toEqual([0.25, 0.1875]);
  expect(of(binomial({ trials: 4, probability: 0.25 }))).toEqual([1, 0.75]);
  expect(of(categorical({ probabilities: [0.5, 0, 0.5] }))).toEqual([1, 1]);
  expect(of(geometric({ probability: 0.5 }))).toEqual([1, 2]);
  expect(of(poisson({ rate: 3 }))).toEqual([3, 3]);
  expect(of(uniform({ minimum: 0, maximum: 6 }))).toEqual([3, 3]);
  expect(of(exponential({ rate: 0.5 }))).toEqual([2, 4]);
  expect(of(gamma({ shape: 3, rate: 0.5 }))).toEqual([6, 12]);
  expect(of(gamma({ shape: 3, scale: 2 }))).toEqual([6, 12]);
  expect(of(beta({ alpha: 1, beta: 1 }))[1]).toBeCloseTo(1 / 12, 15);
  expect(of(laplace({ location: 1, scale: 2 }))).toEqual([1, 8]);
  expect(of(normal({ mean: 1, standardDeviation: 2 }))).toEqual([1, 4]);
  expect(dirichlet({ concentrations: [1, 3] }).mean).toEqual([0.25, 0.75]);
});

test("a covariance flat, by rows and not quite symmetric is one", () => {
  const covariance = [
    [2, 0.5],
    [0.5, 1],
  ];
  const expected = entropy(multivariateNormal({ mean: [0, 0], covariance }));
  expect(entropy(multivariateNormal({ mean: [0, 0], covariance: Float64Array.of(2, 0.5, 0.5, 1) }))).toBe(expected);
  const rounded = multivariateNormal({ mean: [0, 0], covariance: [2, 0.5, 0.5 + 2 ** -52, 1] });
  expect(rounded.covariance[0][1]).toBe(rounded.covariance[1][0]);
});
