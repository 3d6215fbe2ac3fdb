import { describe, expect, test } from "vitest";
import {
  beta,
  binomial,
  categorical,
  type Discretizable,
  type Discretized,
  diagonalNormal,
  discretize,
  exponential,
  type GridEdges,
  type GridPoints,
  gamma,
  geometric,
  laplace,
  normal,
  poisson,
  uniform,
} from "../../src/families/index.js";
import { klDivergence } from "../../src/index.js";

const sumOf = ({ mass, below, above }: Discretized) => mass.reduce((sum, x) => sum + x, below + above);

const standard = normal({ mean: 0, standardDeviation: 1 });

describe("masses and what lies outside sum to 1", () => {
  const cases: [string, Discretizable, GridPoints | GridEdges][] = [
    ["normal", standard, { from: -3, to: 3, step: 0.01 }],
    ["normal, one side", standard, { from: 2, to: 30, step: 0.5 }],
    ["gamma", gamma({ shape: 0.01, rate: 2 }), { from: 0, to: 4, step: 0.125 }],
    ["gamma of a scale", gamma({ shape: 1e6, scale: 3 }), { from: 2990000, to: 3010000, step: 500 }],
    ["beta", beta({ alpha: 0.5, beta: 3 }), { from: 0.05, to: 0.85, step: 0.1 }],
    ["exponential", exponential({ rate: 2 }), { from: 0, to: 3 }],
    ["laplace", laplace({ location: 1, scale: 3 }), { from: -4, to: 4, step: 0.5 }],
    ["uniform", uniform({ minimum: -0.3, maximum: 2.6 }), { from: 0, to: 2 }],
    ["binomial", binomial({ trials: 100, probability: 0.3 }), { from: 20, to: 40 }],
    ["binomial, wide cells", binomial({ trials: 1e6, probability: 0.3 }), { from: 299000, to: 301000, step: 100 }],
    ["Poisson", poisson({ rate: 4 }), { from: 0, to: 6 }],
    ["Poisson, half cells", poisson({ rate: 4 }), { from: 0, to: 6, step: 0.5 }],
    ["geometric", geometric({ probability: 0.1 }), { from: 5, to: 15, step: 2 }],
    ["categorical", categorical({ probabilities: [0.25, 0.5, 0.25] }), { from: 1, to: 1 }],
    ["edges", standard, { edges: [-2, -1, 0.5, 7] }],
    ["edges of a discrete one", poisson({ rate: 50 }), { edges: [0, 3.5, 4, 40, 300] }],
  ];
  test.each(cases)("%s", (_, distribution, support) => {
    const reported = discretize(distribution, support);
    expect(Math.abs(sumOf(reported) - 1)).toBeLessThan(2e-14);
    const included = discretize(distribution, support, { outside: "include" });
    expect(Math.abs(included.mass.reduce((sum, x) => sum + x, 0) - 1)).toBeLessThan(2e-14);
    expect([included.below, included.above]).toEqual([0, 0]);
    expect(included.mass.at(-1)).toBeGreaterThanOrEqual(reported.mass.at(-1) as number);
  });
});

test("points and cells", () => {
  const { points, mass } = discretize(poisson({ rate: 3 }), { from: -1, to: 2 });
  expect(points).toEqual(Float64Array.of(-1, 0, 1, 2));
  expect(mass[0]).toBe(0);
  expect(mass[1]).toBeCloseTo(Math.exp(-3), 15);
  expect(discretize(standard, { from: 0, to: 0.3, step: 0.1 }).points).toHaveLength(4);
  // [1, 3) has 1 and 2, not 3
  const two = discretize(poisson({ rate: 3 }), { from: 2, to: 2, step: 2 });
  expect(two.mass[0]).toBeCloseTo(Math.exp(-3) * (3 + 4.5), 15);
  expect(two.below).toBeCloseTo(Math.exp(-3), 15);
  const all = discretize(standard, { edges: [Number.NEGATIVE_INFINITY, 0, 2, Number.POSITIVE_INFINITY] });
  expect(all.points).toEqual(Float64Array.of(0, 1, 2));
  expect(all.mass[0]).toBeCloseTo(0.5, 15);
  expect([all.below, all.above]).toEqual([0, 0]);
});

test("masses of far tails are as exact as those in the middle", () => {
  // of a density φ(x)·(1 + …), from the asymptotic series of the normal tail: P(X > x) = 5.7303e-300 at x = 37
  const upper = discretize(standard, { from: 37.5, to: 37.5 }).mass[0];
  const lower = discretize(standard, { from: -37.5, to: -37.5 }).mass[0];
  expect(Math.abs(upper / 5.725571222524577e-300 - 1)).toBeLessThan(1e-12);
  expect(lower).toBe(upper);
  const far = discretize(exponential({ rate: 1 }), { edges: [600, 601] }).mass[0];
  expect(far / (Math.exp(-600) * -Math.expm1(-1))).toBeCloseTo(1, 12);
});

describe("one's own distribution", () => {
  /** Of density 2x. */
  const triangle: Discretizable = {
    cumulativeProbability: (x) => (x <= 0 ? 0 : x >= 1 ? 1 : x * x),
    survivalProbability: (x) => (x <= 0 ? 1 : x >= 1 ? 0 : (1 - x) * (1 + x)),
  };

  test("continuous", () => {
    const { mass, below, above } = discretize(triangle, { edges: [0, 0.25, 0.5, 1] });
    expect(Array.from(mass)).toEqual([0.0625, 0.1875, 0.75]);
    expect([below, above]).toEqual([0, 0]);
  });

  test("discrete", () => {
    const die: Discretizable = {
      isDiscrete: true,
      logProbability: (x) => (x >= 1 && x <= 6 ? -Math.log(6) : Number.NEGATIVE_INFINITY),
      cumulativeProbability: (x) => Math.min(1, Math.max(0, Math.floor(x)) / 6),
      survivalProbability: (x) => 1 - Math.min(1, Math.max(0, Math.floor(x)) / 6),
    };
    const { mass, above } = discretize(die, { from: 0, to: 4 });
    expect(mass[0]).toBe(0);
    for (const x of mass.subarray(1)) expect(x).toBeCloseTo(1 / 6, 15);
    expect(above).toBeCloseTo(1 / 3, 15);
  });

  test("a wrong one", () => {
    const wrong = { ...triangle, cumulativeProbability: (x: number) => x };
    expect(() => discretize(wrong, { from: -1, to: 1 })).toThrow(
      "discretize: cumulativeProbability(-1.5) of the distribution is -1.5",
    );
    const density: Discretizable = { ...triangle, isDiscrete: true, logProbability: () => 2 };
    expect(() => discretize(density, { from: 0, to: 0 })).toThrow(
      "discretize: logProbability(0) of the distribution is 2",
    );
  });
});

test("a binomial and the normal distribution of its mean and variance", () => {
  const p = binomial({ trials: 100, probability: 0.3 });
  const q = normal({ mean: p.mean, standardDeviation: Math.sqrt(p.variance) });
  const support = { from: 0, to: 100 };
  const [ofP, ofQ] = [discretize(p, support), discretize(q, support)];
  expect(ofP.below).toBe(0);
  expect(ofP.above).toBe(0);
  expect(ofQ.below).toBeLessThan(1e-10);
  // third central moment squared over 12·variance³, and more: the skewness is 0.0873
  expect(klDivergence(ofP.mass, ofQ.mass)).toBeCloseTo(0.0873 ** 2 / 12, 4);
});

describe("errors", () => {
  // biome-ignore lint/suspicious/noExplicitAny: what types forbid is tried here
  const wrong = (value: unknown): any => value;
  test.each<[string, () => unknown, ErrorConstructor, string]>([
    [
      "no distribution",
      () => discretize(wrong(null), { from: 0, to: 1 }),
      TypeError,
      "discretize: distribution is null; it must be a distribution over numbers",
    ],
    [
      "over vectors",
      () => discretize(wrong(diagonalNormal({ means: [0], standardDeviations: [1] })), { from: 0, to: 1 }),
      TypeError,
      'discretize: distribution is of "diagonalNormal", which has no function cumulativeProbability',
    ],
    [
      "discrete without masses",
      () =>
        discretize(
          { isDiscrete: true, cumulativeProbability: () => 0, survivalProbability: () => 0 },
          { from: 0, to: 1 },
        ),
      TypeError,
      "discretize: distribution has no function logProbability",
    ],
    [
      "no support",
      () => discretize(standard, wrong(undefined)),
      TypeError,
      "discretize: support is undefined; it must be { from, to, step } or { edges }",
    ],
    [
      "no end",
      () => discretize(standard, wrong({ from: 0 })),
      TypeError,
      "discretize: to is undefined; it must be a number",
    ],
    [
      "an unknown key",
      () => discretize(standard, wrong({ from: 0, to: 1, steps: 1 })),
      TypeError,
      'discretize: unknown option "steps"; did you mean "step"?',
    ],
    [
      "both",
      () => discretize(standard, wrong({ from: 0, edges: [0, 1] })),
      TypeError,
      'discretize: unknown option "from"',
    ],
    [
      "Infinity",
      () => discretize(standard, { from: 0, to: Number.POSITIVE_INFINITY }),
      RangeError,
      "discretize: to is Infinity; it must be finite",
    ],
    [
      "a step of 0",
      () => discretize(standard, { from: 0, to: 1, step: 0 }),
      RangeError,
      "discretize: step is 0; it must be positive",
    ],
    [
      "half a step",
      () => discretize(standard, { from: 0, to: 1.5 }),
      RangeError,
      "discretize: to is 1.5; it must be from, 0, and a whole number of steps of 1",
    ],
    [
      "backwards",
      () => discretize(standard, { from: 1, to: 0 }),
      RangeError,
      "discretize: to is 0; it must be from, 1",
    ],
    [
      "no edges",
      () => discretize(standard, wrong({ edges: 3 })),
      TypeError,
      "discretize: edges is number; it must be an array of numbers",
    ],
    [
      "one edge",
      () => discretize(standard, { edges: [1] }),
      RangeError,
      "discretize: edges has 1 numbers; there must be two or more",
    ],
    [
      "equal edges",
      () => discretize(standard, { edges: [0, 1, 1] }),
      RangeError,
      "discretize: edges[2] is 1; edges must increase",
    ],
    [
      "an edge NaN",
      () => discretize(standard, { edges: [Number.NaN, 1] }),
      RangeError,
      "discretize: edges[0] is NaN; edges must increase",
    ],
    [
      "an edge of text",
      () => discretize(standard, wrong({ edges: ["0", 1] })),
      TypeError,
      "discretize: edges[0] is string; edges must be numbers",
    ],
    [
      "an unknown way",
      () => discretize(standard, { from: 0, to: 1 }, wrong({ outside: "drop" })),
      RangeError,
      'discretize: outside is "drop"; it must be "report" or "include"',
    ],
    [
      "a way of no text",
      () => discretize(standard, { from: 0, to: 1 }, wrong({ outside: true })),
      TypeError,
      "discretize: outside is boolean",
    ],
    [
      "an unknown option",
      () => discretize(standard, { from: 0, to: 1 }, wrong({ outsid: "include" })),
      TypeError,
      'discretize: unknown option "outsid"; did you mean "outside"?',
    ],
  ])("%s", (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
