import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as core from "../../src/index.js";
import {
  type Bounds,
  type DivergenceBounds,
  divergenceBounds,
  type TopKDistribution,
  topKDistribution,
} from "../../src/sparse/index.js";
import { isLong } from "../long.js";
import { randomNumbers } from "../random.js";

const MEASURES = ["kl", "reverseKl", "js", "totalVariation", "hellinger"] as const;
const ENTROPIES = ["entropyOfP", "entropyOfQ"] as const;
type Name = (typeof MEASURES)[number] | (typeof ENTROPIES)[number];

const softmaxOf = (z: Float64Array) => Float64Array.from(core.softmax(z));

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

/** The k likeliest classes, as an API lists them. */
function listOf(p: Float64Array, k: number, digits?: number): [number, number][] {
  const order = Array.from(p.keys()).sort((i, j) => p[j] - p[i]);
  return order.slice(0, k).map((i) => {
    const log = Math.log(p[i]);
    return [i, digits === undefined ? log : Number(log.toFixed(digits))];
  });
}

/** What the package says of whole distributions. */
const exactOf = (p: Float64Array, q: Float64Array): Record<Name, number> => ({
  kl: core.klDivergence(p, q),
  reverseKl: core.klDivergence(q, p),
  js: core.jsDivergence(p, q),
  totalVariation: core.totalVariationDistance(p, q),
  hellinger: core.hellingerDistance(p, q),
  entropyOfP: core.entropy(p),
  entropyOfQ: core.entropy(q),
});

/** What the exact values are off themselves. */
const ERROR = 2e-14;

function problemsOf(bounds: DivergenceBounds, exact: Record<Name, number>): string[] {
  return [...MEASURES, ...ENTROPIES].flatMap((name) => {
    const { lower, upper, estimate } = bounds[name];
    const value = exact[name];
    const isIn = lower <= value * (1 + ERROR) + ERROR && value * (1 - ERROR) - ERROR <= upper;
    const isSound = lower >= 0 && lower <= estimate && estimate <= upper;
    return isIn && isSound ? [] : [`${name}: ${lower}, ${estimate}, ${upper} of ${value}`];
  });
}

interface Pair {
  readonly p: Float64Array;
  readonly q: Float64Array;
}

/** Zipf's law or the softmax of normals, and another that is near or far. */
function randomPair(random: () => number): Pair {
  const classes = 2 + Math.floor(random() ** 3 * 400);
  const scale = 4 * random();
  const distance = 3 * 10 ** (-6 * random());
  const isZipf = random() < 0.5;
  const z = Float64Array.from({ length: classes }, (_, i) =>
    isZipf ? -(0.5 + scale) * Math.log(i + 1) : scale * normal(random),
  );
  return { p: softmaxOf(z), q: softmaxOf(z.map((x) => x + distance * normal(random))) };
}

describe("over random pairs", () => {
  const PAIRS = isLong ? 100_000 : 3_000;

  test(`the exact value is within the bounds, ${PAIRS} times`, () => {
    const random = randomNumbers(20);
    const problems: string[] = [];
    for (let i = 0; i < PAIRS && problems.length < 10; i++) {
      const { p, q } = randomPair(random);
      const most = Math.min(200, p.length);
      const [kOfP, kOfQ] = [1 + Math.floor(random() * most), 1 + Math.floor(random() * most)];
      const isSame = random() < 0.5;
      const topK = random() < 0.7;
      const knowsClasses = random() < 0.5;
      const digits = random() < 0.3 ? 2 + Math.floor(5 * random()) : undefined;
      const rounding = digits !== undefined ? 0.5001 * 10 ** -digits : random() < 0.5 ? 0 : 1e-6;
      const options = { topK, rounding, ...(knowsClasses && { classes: p.length }) };
      const bounds = divergenceBounds(
        topKDistribution(listOf(p, kOfP, digits), options),
        topKDistribution(listOf(q, isSame ? kOfP : kOfQ, digits), options),
      );
      const found = problemsOf(bounds, exactOf(p, q));
      if (found.length > 0) problems.push(`pair ${i}, ${p.length} classes, ${kOfP} and ${kOfQ}: ${found.join("; ")}`);
    }
    expect(problems).toEqual([]);
  }, 900_000);

  test("a list that is no top, of any tokens", () => {
    const random = randomNumbers(21);
    const problems: string[] = [];
    for (let i = 0; i < PAIRS / 10; i++) {
      const { p, q } = randomPair(random);
      const anyOf = (d: Float64Array): [number, number][] => {
        const some = Array.from(d.keys()).filter((j) => j === 0 || random() < 0.4);
        return some.map((j) => [j, Math.log(d[j])]);
      };
      const options = { topK: false, rounding: 0, ...(random() < 0.5 && { classes: p.length }) };
      const bounds = divergenceBounds(topKDistribution(anyOf(p), options), topKDistribution(anyOf(q), options));
      problems.push(...problemsOf(bounds, exactOf(p, q)));
    }
    expect(problems).toEqual([]);
  });

  test("the least is at least what one class for all that is not shared gives", () => {
    const random = randomNumbers(22);
    for (let i = 0; i < 300; i++) {
      const { p, q } = randomPair(random);
      const k = 1 + Math.floor(random() * Math.min(40, p.length));
      const [a, b] = [p, q].map((d) => topKDistribution(listOf(d, k), { rounding: 0 }));
      const bounds = divergenceBounds(a, b);
      const shared = a.tokens.filter((token) => b.logProbability(token) !== undefined) as number[];
      const merged = [p, q].map((d) => {
        const kept = shared.map((token) => d[token]);
        const others = d.filter((_, token) => !shared.includes(token));
        return Float64Array.of(
          ...kept,
          others.reduce((sum, x) => sum + x, 0),
        );
      });
      expect(bounds.kl.lower).toBeGreaterThanOrEqual(core.klDivergence(merged[0], merged[1]) * (1 - 1e-9) - 1e-12);
      expect(bounds.js.lower).toBeGreaterThanOrEqual(core.jsDivergence(merged[0], merged[1]) * (1 - 1e-9) - 1e-12);
    }
  });
});

describe("the tightest", () => {
  interface Case {
    readonly p: [number, number][];
    readonly q: [number, number][];
    readonly topK: boolean;
    readonly classes: number | null;
    readonly bounds: Record<string, { lower: number; gap: number; upper: string }>;
  }
  const cases: Case[] = JSON.parse(readFileSync("test/fixtures/sparse.json", "utf8"));

  test.each(cases.map((it, i) => [i, it] as const))("case %d, against a convex solver and all corners", (_, it) => {
    const options = { topK: it.topK, rounding: 0, ...(it.classes !== null && { classes: it.classes }) };
    const bounds = divergenceBounds(topKDistribution(it.p, options), topKDistribution(it.q, options));
    for (const name of MEASURES) {
      const square = (x: number) => (name === "hellinger" ? x * x : x);
      const { lower, gap, upper } = it.bounds[name];
      const own = bounds[name];
      expect(square(own.lower)).toBeLessThanOrEqual(lower + 1e-9);
      expect(square(own.lower)).toBeGreaterThanOrEqual(lower - gap - 1e-9);
      const most = upper === "+inf" ? Number.POSITIVE_INFINITY : Number(upper);
      if (most === Number.POSITIVE_INFINITY) expect(own.upper).toBe(most);
      else {
        // outwards, by rounding alone
        expect(square(own.upper)).toBeGreaterThanOrEqual(most * (1 - 1e-15));
        expect(square(own.upper)).toBeLessThanOrEqual(most + 1e-10);
      }
    }
  });

  /** A random point of {0 <= x <= cap, Σx = rest}: even, and mass moved from place to place. */
  function randomRest(random: () => number, rest: number, cap: number, places: number): number[] {
    const x: number[] = new Array(places).fill(rest / places);
    for (let turn = 0; turn < 4 * places; turn++) {
      const [i, j] = [Math.floor(random() * places), Math.floor(random() * places)];
      const most = Math.min(x[i], cap - x[j]);
      const moved = i === j ? 0 : most * (random() < 0.3 ? 1 : random());
      x[i] -= moved;
      x[j] += moved;
    }
    return x;
  }

  test("no completion is outside, and some come near", () => {
    const random = randomNumbers(23);
    for (let i = 0; i < 40; i++) {
      const classes = 3 + Math.floor(6 * random());
      const [p, q] = [0, 1].map(() => softmaxOf(Float64Array.from({ length: classes }, () => 1.5 * normal(random))));
      const lists = [p, q].map((d) => listOf(d, 1 + Math.floor(random() * (classes - 1))));
      const sides = lists.map((list) => topKDistribution(list, { classes, rounding: 0 }));
      const bounds = divergenceBounds(sides[0], sides[1]);
      const seen: Record<string, [number, number]> = {};
      for (let turn = 0; turn < 400; turn++) {
        const completed = sides.map((side) => {
          const d = Float64Array.from({ length: classes }, (_, j) => Math.exp(side.logProbability(j) ?? -Infinity));
          const free = Array.from(d.keys()).filter((j) => side.logProbability(j) === undefined);
          const rest = randomRest(random, side.rest, side.mostUnlisted, free.length);
          for (const [j, place] of free.entries()) d[place] = rest[j];
          return d;
        });
        const exact = exactOf(completed[0], completed[1]);
        expect(problemsOf(bounds, exact)).toEqual([]);
        for (const name of MEASURES) {
          const [least, most] = seen[name] ?? [Number.POSITIVE_INFINITY, 0];
          seen[name] = [Math.min(least, exact[name]), Math.max(most, exact[name])];
        }
      }
      const { lower, upper } = bounds.totalVariation;
      expect(seen.totalVariation[0] - lower).toBeLessThan(0.1);
      expect(upper - seen.totalVariation[1]).toBeLessThan(0.1);
    }
  });

  test("entropies: the rest even, or at as few classes as it can be", () => {
    const p = topKDistribution(
      [
        ["a", Math.log(0.5)],
        ["b", Math.log(0.2)],
      ],
      { classes: 6, rounding: 0 },
    );
    const { entropyOfP } = divergenceBounds(p, p);
    const h = (x: number) => -x * Math.log(x);
    expect(entropyOfP.upper).toBeCloseTo(h(0.5) + h(0.2) + 4 * h(0.075), 12);
    expect(entropyOfP.lower).toBeCloseTo(h(0.5) + 2 * h(0.2) + h(0.1), 12);
    const other = topKDistribution([["a", Math.log(0.5)]], { topK: false, rounding: 0 });
    const open = divergenceBounds(other, other).entropyOfP;
    expect(open.lower).toBeCloseTo(Math.LN2, 12);
    expect(open.upper).toBe(Number.POSITIVE_INFINITY);
    expect(open.upperReason).toContain("classes");
  });
});

const ln = Math.log;

describe("special lists", () => {
  const lists: [string, [string, number][]][] = [
    ["one token", [["a", ln(0.5)]]],
    [
      "three",
      [
        ["a", ln(0.5)],
        ["b", ln(0.25)],
        ["c", ln(0.125)],
      ],
    ],
    [
      "everything",
      [
        ["a", ln(0.5)],
        ["b", ln(0.5)],
      ],
    ],
    [
      "a sum above 1 by rounding",
      [
        ["a", 0],
        ["b", -14.5],
      ],
    ],
    [
      "a probability of 0",
      [
        ["a", ln(0.5)],
        ["b", ln(0.5)],
        ["c", Number.NEGATIVE_INFINITY],
      ],
    ],
    [
      "a probability that f64 does not have",
      [
        ["a", -1e-9],
        ["b", -9999],
      ],
    ],
  ];

  test.each(lists)("equal ones, of %s: from 0 on", (_, entries) => {
    for (const options of [{}, { rounding: 0 }, { topK: false }, { classes: 4 }, { classes: 1000 }]) {
      // one token of 0.5 and two others, of at most 0.5 each, or what is above 1 by more than f64 rounds
      if (options.rounding === 0 && entries[1]?.[1] === -14.5) continue;
      const [p, q] = [0, 1].map(() => topKDistribution(entries, options));
      const bounds = divergenceBounds(p, q);
      for (const name of MEASURES) {
        expect(bounds[name].lower).toBe(0);
        expect(bounds[name].upper).toBeGreaterThanOrEqual(0);
      }
      expect(bounds.totalVariation.upper).toBeLessThanOrEqual(1);
    }
  });

  test("what is known whole has an interval of rounding alone", () => {
    const of = (a: number) =>
      topKDistribution(
        [
          ["a", ln(a)],
          ["b", ln(1 - a)],
        ],
        { classes: 2, rounding: 0 },
      );
    const bounds = divergenceBounds(of(0.25), of(0.5));
    const exact = exactOf(Float64Array.of(0.25, 0.75), Float64Array.of(0.5, 0.5));
    for (const name of [...MEASURES, ...ENTROPIES]) {
      expect(bounds[name].upper - bounds[name].lower).toBeLessThan(1e-12);
      expect(bounds[name].lower).toBeLessThanOrEqual(exact[name]);
      expect(bounds[name].upper).toBeGreaterThanOrEqual(exact[name]);
      expect(bounds[name].upperReason).toBeUndefined();
    }
  });

  test("peaks that rounding makes sum to 1 are not infinitely far", () => {
    // as f32 servers give them: nothing seems to be left for the token that the other lists
    const p = topKDistribution([
      ["a", -1.1920928244535389e-7],
      ["b", -16.5],
    ]);
    const q = topKDistribution([
      ["a", 0],
      ["c", -17.25],
    ]);
    const { kl, reverseKl } = divergenceBounds(p, q);
    expect(kl.lower).toBeLessThan(1e-5);
    expect(reverseKl.lower).toBeLessThan(1e-5);
    expect(kl.upper).toBe(Number.POSITIVE_INFINITY);
  });

  test("nothing shared: as far as can be", () => {
    const p = topKDistribution([["a", ln(0.9)]], { rounding: 0 });
    const q = topKDistribution([["b", ln(0.9)]], { rounding: 0 });
    const { totalVariation, js, kl, hellinger } = divergenceBounds(p, q);
    expect(totalVariation.lower).toBeCloseTo(0.8, 12);
    expect([totalVariation.upper, js.upper, hellinger.upper]).toEqual(
      [1, Math.LN2, 1].map((x) => expect.closeTo(x, 12)),
    );
    expect(js.upper).toBeLessThanOrEqual(0.6931471805599453);
    expect(kl.upper).toBe(Number.POSITIVE_INFINITY);
    expect(kl.lower).toBeCloseTo(0.9 * ln(9) + 0.1 * ln(1 / 9), 12);
  });

  test("a token that the other says is impossible", () => {
    const p = topKDistribution(
      [
        ["a", ln(0.5)],
        ["b", ln(0.5)],
      ],
      { classes: 2, rounding: 0 },
    );
    const q = topKDistribution(
      [
        ["a", 0],
        ["b", Number.NEGATIVE_INFINITY],
      ],
      { classes: 2, rounding: 0 },
    );
    const { kl, reverseKl } = divergenceBounds(p, q);
    expect([kl.lower, kl.upper]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(kl.upperReason).toBe("q has probability 0 where p has not");
    expect(reverseKl.lower).toBeCloseTo(Math.LN2, 12);
    expect(reverseKl.upper).toBeCloseTo(Math.LN2, 12);
  });

  test("why a bound is infinite", () => {
    const p = topKDistribution([
      ["a", ln(0.5)],
      ["b", ln(0.25)],
    ]);
    const q = topKDistribution([["a", ln(0.5)]]);
    expect(divergenceBounds(p, q).kl.upperReason).toBe("q may have probability 0 at a token that only p lists");
    expect(divergenceBounds(p, q).reverseKl.upperReason).toBe(
      "p may have probability 0 where q has what its list leaves",
    );
  });

  test("probabilities that f64 does not have are compared by their logarithms", () => {
    const of = (a: number, b: number): TopKDistribution =>
      topKDistribution(
        [
          ["a", a],
          ["b", b],
        ],
        { classes: 2, rounding: 0 },
      );
    const { kl } = divergenceBounds(of(ln(0.5), ln(0.5)), of(0, -2000));
    expect(kl.lower).toBeCloseTo(0.5 * ln(0.5) + 0.5 * (ln(0.5) + 2000), 9);
    expect(kl.upper).toBeCloseTo(kl.lower, 9);
  });
});

test("of any lists that there can be, intervals are intervals", () => {
  const random = randomNumbers(77);
  const LOGS = [Number.NEGATIVE_INFINITY, 0, -1e-7, -1e-17, -9999, -750];
  const anyLog = () => (random() < 0.5 ? LOGS[Math.floor(LOGS.length * random())] : -20 * random() ** 2);
  const problems: string[] = [];
  let made = 0;
  const anyList = (): TopKDistribution | undefined => {
    const entries = Array.from({ length: 6 }, (_, i) => [i, anyLog()] as const).filter(() => random() < 0.5);
    const rounding = [0, 1e-6, 1e-3, 0.1, 0.5][Math.floor(5 * random())];
    const topK = random() < 0.5 ? true : random() < 0.5 ? false : 1 + Math.floor(3 * random());
    try {
      return topKDistribution(entries, {
        rounding,
        topK,
        ...(random() < 0.5 && { classes: 6 + Math.floor(10 * random()) }),
      });
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  };
  while (made < 3000) {
    const [p, q] = [anyList(), anyList()];
    if (p === undefined || q === undefined) continue;
    let bounds: DivergenceBounds;
    try {
      bounds = divergenceBounds(p, q);
    } catch (error) {
      if (error instanceof RangeError) continue;
      throw error;
    }
    made++;
    for (const name of [...MEASURES, ...ENTROPIES]) {
      const { lower, upper, estimate, upperReason } = bounds[name];
      const isInterval = lower >= 0 && lower <= estimate && estimate <= upper;
      if (!isInterval || (upper === Number.POSITIVE_INFINITY) !== (upperReason !== undefined)) {
        problems.push(`${name}: ${lower}, ${estimate}, ${upper} of ${JSON.stringify([p, q])}`);
      }
    }
  }
  expect(problems).toEqual([]);
});

test("exchanged, the bounds are", () => {
  const random = randomNumbers(24);
  const values = ({ lower, upper }: Bounds) => [lower, upper];
  for (let i = 0; i < 50; i++) {
    const { p, q } = randomPair(random);
    const [a, b] = [p, q].map((d) => topKDistribution(listOf(d, Math.min(5, d.length))));
    const [one, other] = [divergenceBounds(a, b), divergenceBounds(b, a)];
    const near = (x: readonly number[]) =>
      x.map((value) => (Number.isFinite(value) ? expect.closeTo(value, 12) : value));
    expect(values(one.kl)).toEqual(near(values(other.reverseKl)));
    expect(values(one.js)).toEqual(near(values(other.js)));
    expect(values(one.entropyOfP)).toEqual(values(other.entropyOfQ));
  }
});

test("units", () => {
  const p = topKDistribution([["a", ln(0.5)]], { classes: 4 });
  const q = topKDistribution([["a", ln(0.75)]], { classes: 4 });
  const [nats, bits] = [divergenceBounds(p, q), divergenceBounds(p, q, { base: 2 })];
  expect(bits.js.upper).toBeCloseTo(nats.js.upper / Math.LN2, 12);
  expect(bits.entropyOfP.lower).toBeCloseTo(nats.entropyOfP.lower / Math.LN2, 12);
  expect(bits.totalVariation).toEqual(nats.totalVariation);
});
