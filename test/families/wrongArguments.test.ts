import { describe, expect, test } from "vitest";
import * as families from "../../src/families/index.js";
import { expectClear, noArrays, noNumbers, noObjects, noOptions, strangeKeys } from "../wrongValues.js";
import { type AnyDistribution, type FamilyName, make, references } from "./made.js";

// Every function, with every kind of wrong argument.

const { crossEntropy, discretize, entropy, klDivergence, normal, poisson } = families;

// biome-ignore lint/suspicious/noExplicitAny: what types forbid is tried here
const wrong = (value: unknown): any => value;

const PARAMETERS: Record<FamilyName, Record<string, unknown>> = {
  bernoulli: { probability: 0.5 },
  binomial: { trials: 3, probability: 0.5 },
  geometric: { probability: 0.5 },
  poisson: { rate: 2 },
  categorical: { probabilities: [0.5, 0.5] },
  uniform: { minimum: 0, maximum: 1 },
  exponential: { rate: 2 },
  gamma: { shape: 2, rate: 2 },
  beta: { alpha: 2, beta: 2 },
  dirichlet: { concentrations: [1, 2] },
  laplace: { location: 0, scale: 1 },
  normal: { mean: 0, standardDeviation: 1 },
  diagonalNormal: { means: [0, 0], standardDeviations: [1, 1] },
  multivariateNormal: { mean: [0, 0], covariance: [1, 0, 0, 1] },
};
const names = Object.keys(PARAMETERS) as FamilyName[];
const constructors: Readonly<Record<string, unknown>> = { ...families };
const construct = (name: FamilyName, parameters: unknown): AnyDistribution => wrong(constructors[name])(parameters);
const FUNCTIONS = ["logProbability", "cumulativeProbability", "survivalProbability"];

test("all families are here", () => expect(names.sort()).toEqual(Object.keys(make).sort()));

describe.each(names)("%s", (name) => {
  const right = PARAMETERS[name];
  const [first] = Object.keys(right);

  test.each(noObjects)("of %s", (_, value) => {
    expectClear(() => construct(name, value), name, "");
  });

  test.each(Object.keys(right))("%s of the wrong kind", (key) => {
    const isList = typeof right[key] === "object";
    for (const [, value] of isList ? noArrays : noNumbers) {
      // rows of a matrix may be too many
      const error = expectClear(() => construct(name, { ...right, [key]: value }), name, key);
      if (key !== "covariance") expect(error).toBeInstanceOf(TypeError);
    }
    if (!isList) {
      for (const x of [Number.NaN, Infinity, -Infinity]) {
        expect(expectClear(() => construct(name, { ...right, [key]: x }), name, key)).toBeInstanceOf(RangeError);
      }
      return;
    }
    for (const [, value] of noNumbers) {
      const list = [...(right[key] as number[])];
      list[1] = wrong(value);
      expectClear(() => construct(name, { ...right, [key]: list }), name, `${key}[1]`);
    }
  });

  test.each(strangeKeys)("an unknown key, %s", (key) => {
    const error = expectClear(() => construct(name, { ...right, [key]: 1 }), name, `unknown option "${key}"`);
    expect(error.message).not.toContain("did you mean");
    expect(error.message).toContain(first);
  });

  test("a key with a slip", () => {
    const slip = first.slice(0, -1);
    expectClear(() => construct(name, { [slip]: 1 }), name, `did you mean "${first}"`);
  });

  test.each(FUNCTIONS)("%s of the wrong kind", (key) => {
    const distribution = wrong(construct(name, right));
    if (typeof distribution[key] !== "function") return;
    const values = "cumulativeProbability" in distribution ? noNumbers : noArrays;
    for (const [, value] of values) expectClear(() => distribution[key](value), name, "x");
    expectClear(() => distribution[key](Number.NaN), name, "x");
  });

  const p = construct(name, right);
  const copies: [string, unknown][] = [
    ["spread", { ...p }],
    ["from JSON", JSON.parse(JSON.stringify(p))],
    ["cloned", structuredClone({ ...p })],
    ["inherited", Object.create(p)],
    ["behind a proxy", new Proxy(p, {})],
  ];
  test.each(copies)("a copy, %s", (_, copy) => {
    const isPlain = Object.getPrototypeOf(copy) === Object.prototype;
    for (const [call, functionName, argument] of [
      [() => entropy(wrong(copy)), "entropy", "p is"],
      [() => klDivergence(wrong(copy), p), "klDivergence", "p is"],
      [() => crossEntropy(p, wrong(copy)), "crossEntropy", "q is"],
    ] as const) {
      const { message } = expectClear(call, functionName, argument);
      expect(message).toContain(`an object of the family "${name}"`);
      if (isPlain) expect(message).toContain("call the constructor again");
    }
    if (!isPlain || !("cumulativeProbability" in p)) return;
    const { message } = expectClear(() => discretize(wrong(copy), { from: 0, to: 1 }), "discretize", "distribution");
    expect(message).toContain("call the constructor again");
  });
});

test("a covariance of the wrong kind, in rows", () => {
  for (const [, value] of noArrays) {
    const covariance = [[1, 0], value];
    expectClear(
      () => construct("multivariateNormal", { mean: [0, 0], covariance }),
      "multivariateNormal",
      "covariance",
    );
  }
});

test("numbers of trials", () => {
  const of = (trials: number) => () => families.binomial({ trials, probability: 0.5 });
  const message = "it must be a whole number from 0 to 9007199254740991";
  expect(of(2 ** 53)).toThrow(`binomial: trials is 9007199254740992; ${message}`);
  expect(of(2.5)).toThrow(`binomial: trials is 2.5; ${message}`);
  expect(of(2 ** 53 - 1)).not.toThrow();
});

describe("measures", () => {
  const standard = normal({ mean: 0, standardDeviation: 1 });

  test.each(noObjects)("of %s", (_, value) => {
    expectClear(() => entropy(wrong(value)), "entropy", "p is");
    expectClear(() => crossEntropy(wrong(value), standard), "crossEntropy", "p is");
    expectClear(() => klDivergence(standard, wrong(value)), "klDivergence", "q is");
  });

  test.each(noOptions)("options of %s", (_, value) => {
    expectClear(() => entropy(standard, wrong(value)), "entropy", "");
    expectClear(() => klDivergence(standard, standard, wrong(value)), "klDivergence", "");
  });

  test("a base of the wrong kind", () => {
    for (const [, base] of noNumbers.slice(1)) {
      expectClear(() => crossEntropy(standard, standard, { base: wrong(base) }), "crossEntropy", "base");
    }
  });

  test("arrays are for another function", () => {
    expect(() => entropy(wrong([0.5, 0.5]))).toThrow('import entropy from "logratio"');
  });

  test("advice leads somewhere", () => {
    const pairs = Object.keys(references.across).map((pair) => pair.split(" "));
    const areRelated = (p: string, q: string) =>
      [...pairs, ["normal", "diagonalNormal"]].some((pair) => pair.includes(p) && pair.includes(q));
    const kl = (p: FamilyName, q: FamilyName) => () =>
      klDivergence(construct(p, PARAMETERS[p]), construct(q, PARAMETERS[q]));
    for (const p of names) {
      for (const q of names) {
        if (p === q || areRelated(p, q)) continue;
        const { message } = expectClear(kl(p, q), "klDivergence", `p is of "${p}" and q of "${q}"`);
        const areOverNumbers = [p, q].every((name) => "cumulativeProbability" in construct(name, PARAMETERS[name]));
        if (areOverNumbers) {
          const support = { from: 0, to: 1 };
          for (const name of [p, q]) discretize(wrong(construct(name, PARAMETERS[name])), support);
        }
        expect(message.includes("discretize()")).toBe(areOverNumbers);
      }
    }
    expect(kl("dirichlet", "diagonalNormal")).toThrow(/two of one family$/);
  });
});

describe("discretize", () => {
  const standard = normal({ mean: 0, standardDeviation: 1 });
  const grid = { from: 0, to: 1 };

  test.each(noObjects)("of %s", (_, value) => {
    expectClear(() => discretize(wrong(value), grid), "discretize", "distribution");
    expectClear(() => discretize(standard, wrong(value)), "discretize", "");
  });

  test.each(noOptions)("options of %s", (_, value) => {
    expectClear(() => discretize(standard, grid, wrong(value)), "discretize", "");
  });

  test("keys of the wrong kind", () => {
    for (const [, value] of noNumbers) {
      for (const key of ["from", "to", "step"]) {
        if (key === "step" && value === undefined) continue;
        expectClear(() => discretize(standard, wrong({ ...grid, [key]: value })), "discretize", key);
      }
    }
    for (const [, edges] of noArrays) expectClear(() => discretize(standard, wrong({ edges })), "discretize", "edges");
    for (const [, outside] of noNumbers.slice(1)) {
      expectClear(() => discretize(standard, grid, wrong({ outside })), "discretize", "outside");
    }
  });

  test("functions that return something else", () => {
    const right = { cumulativeProbability: () => 0.5, survivalProbability: () => 0.5, logProbability: () => -1 };
    for (const key of FUNCTIONS) {
      for (const [, value] of noNumbers) {
        const distribution = {
          ...right,
          isDiscrete: true,
          ...(key === "survivalProbability" && { cumulativeProbability: () => 0.7 }),
          [key]: () => value,
        };
        expectClear(() => discretize(wrong(distribution), grid), "discretize", `${key}(`);
      }
    }
    for (const [, isDiscrete] of noNumbers.slice(1)) {
      if (typeof isDiscrete === "boolean") continue;
      expectClear(() => discretize(wrong({ ...right, isDiscrete }), grid), "discretize", "isDiscrete");
    }
  });

  test("grids that are too long, or end beyond all numbers", () => {
    expect(() => discretize(poisson({ rate: 1 }), { from: 0, to: 1e12 })).toThrow(
      "discretize: to is 1000000000000, 1000000000000 steps of 1 from 0; a grid has at most 134217728 cells",
    );
    expectClear(() => discretize(standard, { from: 0, to: 1e300 }), "discretize", "to is 1e+300");
    expectClear(() => discretize(standard, { from: -1e308, to: 1e308, step: 5e-324 }), "discretize", "to is 1e+308");
    expectClear(() => discretize(standard, { from: 0, to: 1.7e308, step: 1.7e308 }), "discretize", "step is 1.7e+308");
    expectClear(() => discretize(standard, { from: -1.7e308, to: 0, step: 1.7e308 }), "discretize", "step is 1.7e+308");
  });

  test("a grid over most numbers", () => {
    const wide = normal({ mean: 0, standardDeviation: 1e308 });
    const { mass, points, below, above } = discretize(wide, { from: -1e308, to: 1e308, step: 5e307 });
    expect(Array.from(points)).toEqual([-1e308, -5e307, 0, 5e307, 1e308]);
    const narrow = discretize(standard, { from: -1, to: 1, step: 0.5 });
    for (const [i, x] of mass.entries()) expect(x).toBeCloseTo(narrow.mass[i], 15);
    expect(below).toBeCloseTo(narrow.below, 15);
    expect(above).toBeCloseTo(narrow.above, 15);
  });
});
