// What is computed from logits, and of what rows, to compare it bit by bit between engines. Portable: test/platforms.

import type { InputKind } from "../src/index.js";
import { type Constructor, differenceOf, type FloatArray, type Outcome, outcomeOf } from "./bits.js";
import { missingCalls } from "./derivedCalls.js";
import type { Functions } from "./functionsOn.js";
import { ofAnyMagnitude, randomNumbers } from "./random.js";

const cubed = (x: number): number => x * x * x;
const isF32 = (row: FloatArray) => row instanceof Float32Array;
const INFINITE = Number.NEGATIVE_INFINITY;
/** Numbers of a block. */
const blockOf = (row: FloatArray) => (isF32(row) ? 512 : 256);

/** Fills two rows of logits with numbers of a kind. */
export const KINDS: Record<string, (random: () => number, a: FloatArray, b: FloatArray, i: number) => void> = {
  ordinary(random, a, b, i) {
    a[i] = 20 * random() - 10;
    b[i] = 20 * random() - 10;
  },
  "nearly equal"(random, a, b, i) {
    a[i] = 10 * random();
    b[i] = a[i] + (random() - 0.5) * 1e-4;
  },
  "one ulp apart"(random, a, b, i) {
    const epsilon = isF32(a) ? 2 ** -23 : 2 ** -52;
    a[i] = 10 * random();
    b[i] = a[i] * (1 + (random() < 0.5 ? epsilon : -epsilon));
  },
  identical(random, a, b, i) {
    a[i] = 10 * random() - 5;
    b[i] = a[i];
  },
  "equal up to an offset of 0.5"(random, a, b, i) {
    a[i] = 10 * random();
    b[i] = a[i] + 0.5;
  },
  "equal up to an offset of 1000"(random, a, b, i) {
    a[i] = 10 * random();
    b[i] = a[i] - 1000;
  },
  "impossible here and there in p"(random, a, b, i) {
    a[i] = random() < 0.2 ? INFINITE : 5 * random();
    b[i] = 5 * random();
  },
  "impossible here and there in both"(random, a, b, i) {
    a[i] = random() < 0.3 ? INFINITE : 5 * random();
    b[i] = a[i] === INFINITE ? INFINITE : 5 * random();
  },
  "impossible in both, and more in p"(random, a, b, i) {
    b[i] = random() < 0.3 ? INFINITE : 5 * random();
    a[i] = b[i] === INFINITE || random() < 0.3 ? INFINITE : 5 * random();
  },
  "possible in p, impossible in q"(random, a, b, i) {
    a[i] = 5 * random();
    b[i] = random() < 0.02 ? INFINITE : 5 * random();
  },
  "negligible in p, impossible in q"(random, a, b, i) {
    const isNegligible = i % 7 === 5;
    a[i] = isNegligible ? -300 - 100 * random() : 0.1 * random();
    b[i] = isNegligible && random() < 0.5 ? INFINITE : a[i];
  },
  "within ±20000"(random, a, b, i) {
    a[i] = 40000 * (random() - 0.5);
    b[i] = 40000 * (random() - 0.5);
  },
  "of a magnitude of 1e30 (f32) or 1e100 (f64)"(random, a, b, i) {
    const large = isF32(a) ? 1e30 : 1e100;
    a[i] = large * (random() - 0.5);
    b[i] = large * (random() - 0.5);
  },
  "of a magnitude of 3e38 (f32) or 1e300 (f64)"(random, a, b, i) {
    const large = isF32(a) ? 6e38 : 1e300;
    a[i] = large * (random() - 0.5);
    b[i] = large * (random() - 0.5);
  },
  "large beside numbers of next to nothing"(random, a, b, i) {
    a[i] = (random() < 0.5 ? 1 : -1) * ofAnyMagnitude(random, -30, 30);
    b[i] = random() < 0.5 ? a[i] : -ofAnyMagnitude(random, -30, 30);
  },
  "masked by the most negative number"(random, a, b, i) {
    const least = isF32(a) ? -3.4028234663852886e38 : -Number.MAX_VALUE;
    a[i] = random() < 0.2 ? least : 5 * random();
    b[i] = a[i] === least && random() < 0.8 ? least : 5 * random();
  },
  "zeros of either sign"(random, a, b, i) {
    a[i] = random() < 0.5 ? -0 : 0;
    b[i] = random() < 0.5 ? -0 : 0;
  },
  "all -0"(_, a, b, i) {
    a[i] = -0;
    b[i] = -0;
  },
  "subnormal numbers"(random, a, b, i) {
    const tiny = isF32(a) ? 1e-40 : 1e-310;
    a[i] = tiny * (random() - 0.5);
    b[i] = tiny * (random() - 0.5);
  },
  "one class on top of very negative ones"(random, a, b, i) {
    a[i] = i === a.length >> 1 ? 0 : -200 - 9800 * random();
    b[i] = i === a.length >> 2 ? 0 : -200 - 9800 * random();
  },
  "down to where an exponential is subnormal, and 0"(random, a, b, i) {
    const least = isF32(a) ? -110 : -760;
    a[i] = i === 0 ? 0 : least * random();
    b[i] = i === 0 ? 0 : least * random();
  },
  "of sums Zq << Zp"(random, a, b, i) {
    a[i] = 0.1 * random();
    b[i] = i === b.length >> 1 ? 30 : 0.1 * random();
  },
  "of sums Zp << Zq"(random, a, b, i) {
    a[i] = i === a.length >> 1 ? 30 : 0.1 * random();
    b[i] = 0.1 * random();
  },
  "one difference above 1 in each block"(random, a, b, i) {
    const block = blockOf(a);
    const at = Math.floor(i / block) * 37;
    a[i] = i === 0 ? 10 : random();
    b[i] = i === 0 ? 10 : a[i] + (i % block === at % block ? (at % 2 === 0 ? 1.5 : -1.5) : 0.9 * random() - 0.45);
  },
  "differences of 1 and just beside it"(random, a, b, i) {
    const epsilon = isF32(a) ? 2 ** -20 : 2 ** -49;
    a[i] = i === 0 ? 8 : Math.floor(8 * random());
    b[i] = i === 0 ? 8 : a[i] + (random() < 0.5 ? 1 : -1) * (1 + Math.floor(3 * random() - 1) * epsilon);
  },
  "halfway between octaves"(random, a, b, i) {
    a[i] = i === 0 ? 0 : -(Math.floor(60 * random()) + 0.5) * Math.LN2;
    b[i] = i === 0 ? 0 : a[i] + (Math.floor(5 * random()) - 2.5) * Math.LN2;
  },
};

export interface Rows {
  a: FloatArray;
  b: FloatArray;
  counts: FloatArray;
  /** A distribution with zeros in it. */
  probabilities: FloatArray;
  /** One weight a class. */
  weights: FloatArray;
  /** Two rows of logits, of a teacher's, of soft targets, and their labels. */
  student: FloatArray;
  teacher: FloatArray;
  targets: FloatArray;
  labels: Int32Array;
}

function joined(type: Constructor, first: FloatArray, second: FloatArray): FloatArray {
  const both = new type(2 * first.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

export function makeRows(kind: string, type: Constructor, n: number): Rows {
  const random = randomNumbers(n * 31 + kind.length);
  const [a, b, counts, weights, probabilities] = Array.from({ length: 5 }, () => new type(n));
  const numbers = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    KINDS[kind](random, a, b, i);
    counts[i] = Math.floor(random() * 4);
    weights[i] = random();
    numbers[i] = i > 0 && random() < 0.2 ? 0 : cubed(random());
  }
  const sum = numbers.reduce((all, x) => all + x);
  for (let i = 0; i < n; i++) probabilities[i] = numbers[i] / sum;
  const student = joined(type, a, b);
  const teacher = joined(type, b, a);
  const targets = joined(type, probabilities, probabilities.slice().reverse());
  return { a, b, counts, probabilities, weights, student, teacher, targets, labels: Int32Array.of(n >> 1, n - 1) };
}

export type Calls = Record<string, (f: Functions, rows: Rows) => number | FloatArray>;

const PAIRS = [
  "crossEntropy",
  "klDivergence",
  "jeffreysDivergence",
  "jsDivergence",
  "jsDistance",
  "hellingerDistance",
  "bhattacharyyaDistance",
  "totalVariationDistance",
] as const;

/** Every measure of rows of two kinds. */
export function measuresOf(first: InputKind, second: InputKind, temperature?: number): Calls {
  const p = ({ a, probabilities }: Rows) => (first === "probabilities" ? probabilities : a);
  const q = ({ b, probabilities }: Rows) => (second === "probabilities" ? probabilities : b);
  const tempered = temperature === undefined ? {} : { temperature };
  const raw = { input: [first, second], ...tempered };
  const normalize = { ...raw, normalize: true };
  const calls: Calls = {
    logLikelihoodRatio: (f, rows) => f.logLikelihoodRatio(rows.counts, p(rows), q(rows), raw),
    logRatio: (f, rows) => f.logRatio(p(rows), q(rows), raw),
  };
  for (const name of PAIRS) calls[name] = (f, rows) => f[name](p(rows), q(rows), normalize);
  for (const alpha of [0.1, 0.75, 2, Number.POSITIVE_INFINITY]) {
    calls[`renyiDivergence of ${alpha}`] = (f, rows) => f.renyiDivergence(p(rows), q(rows), alpha, normalize);
  }
  for (const alpha of [0.01, 0.99]) {
    calls[`skewDivergence of ${alpha}`] = (f, rows) => f.skewDivergence(p(rows), q(rows), alpha, normalize);
  }
  if (first === second) {
    const options = { ...normalize, input: first };
    calls.distanceMatrix = (f, { a, b }) => f.distanceMatrix([a, b, a], f.jeffreysDivergence, options);
    calls["jsDivergence of many"] = (f, { a, b }) => f.jsDivergence.of([a, b, a], options);
    calls.entropy = (f, { a }) => f.entropy(a, options);
    calls["renyiEntropy of 0.1"] = (f, { a }) => f.renyiEntropy(a, 0.1, options);
    calls["renyiEntropy of 2"] = (f, { a }) => f.renyiEntropy(a, 2, options);
    calls["tsallisEntropy of 0.75"] = (f, { a }) => f.tsallisEntropy(a, 0.75, options);
  }
  const arrayOf = (rows: Rows, distribution: number) => [p(rows), q(rows)][distribution] ?? rows.counts;
  Object.assign(calls, missingCalls(Object.keys(calls), { kinds: [first, second], arrayOf, options: normalize }));
  const under = `${first}, ${second}${temperature === undefined ? "" : `, temperature ${temperature}`}`;
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [`${name} (${under})`, call]));
}

/** The functions that are of logits by nature. */
function softmaxes(temperature = 1): Calls {
  const options = { temperature };
  const calls: Calls = {
    logSumExp: (f, { a }) => f.logSumExp(a, options),
    softmax: (f, { a }) => f.softmax(a, options),
    logSoftmax: (f, { a }) => f.logSoftmax(a, options),
  };
  const arrayOf = ({ a, b, counts }: Rows, distribution: number) => [a, b][distribution] ?? counts;
  Object.assign(calls, missingCalls(Object.keys(calls), { arrayOf, options }));
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [`${name} (temperature ${temperature})`, call]),
  );
}

export const OF_LOGITS: Calls = { ...measuresOf("logits", "logits"), ...softmaxes() };

export const OF_OTHERS: Calls = {
  ...measuresOf("logProbabilities", "logProbabilities"),
  ...measuresOf("probabilities", "logits"),
  ...measuresOf("logits", "probabilities"),
  ...measuresOf("probabilities", "logProbabilities"),
  ...measuresOf("logProbabilities", "logits", 2.5),
  ...measuresOf("probabilities", "logits", 0.3),
};

export const AT_TEMPERATURES: Calls = Object.assign(
  {},
  ...[0.3, 2.5, 1e-9, 1e9].map((temperature) => ({
    ...measuresOf("logits", "logits", temperature),
    ...softmaxes(temperature),
  })),
);

/** A loss, the losses of its rows and its gradient in one array. */
export function flat(result: { loss: number; perRow?: Float64Array; gradient?: FloatArray }): Float64Array {
  const { loss, perRow = [], gradient = [] } = result;
  const all = new Float64Array(1 + perRow.length + gradient.length);
  all[0] = loss;
  all.set(perRow, 1);
  all.set(gradient, 1 + perRow.length);
  return all;
}

export const crossEntropyLosses: Calls = Object.fromEntries(
  Object.entries({
    plain: {},
    smoothed: { labelSmoothing: 0.1, reduction: "none" as const },
    "with zLoss": { zLoss: 1e-2, temperature: 2.5, reduction: "sum" as const },
  }).flatMap(([name, options]) => {
    const optionsFor = ({ a }: Rows) => ({ rowLength: a.length, gradient: true, ...options });
    return Object.entries<Calls[string]>({
      labels: (f, rows) => flat(f.crossEntropyLoss(rows.student, rows.labels, optionsFor(rows))),
      "weighted labels": (f, rows) =>
        flat(f.crossEntropyLoss(rows.student, rows.labels, { ...optionsFor(rows), classWeights: rows.weights })),
      targets: (f, rows) => flat(f.crossEntropyLoss(rows.student, rows.targets, optionsFor(rows))),
      "weighted targets": (f, rows) =>
        flat(f.crossEntropyLoss(rows.student, rows.targets, { ...optionsFor(rows), classWeights: rows.weights })),
    }).map(([of, call]) => [`crossEntropyLoss of ${of}, ${name}`, call]);
  }),
);

export const distillationLosses: Calls = Object.fromEntries(
  Object.entries({
    forward: { direction: "forward" as const },
    reverse: { direction: "reverse" as const },
    js: { direction: "js" as const },
    "js, beta 0.1": { direction: "js" as const, beta: 0.1 },
    "js, beta 1e-12": { direction: "js" as const, beta: 1e-12 },
  }).flatMap(([name, options]) =>
    [1, 2.5].map((temperature) => [
      `distillationLoss, ${name}, temperature ${temperature}`,
      (f: Functions, { student, teacher, a }: Rows) => {
        const all = { rowLength: a.length, reduction: "none" as const, temperature, ...options };
        const result = f.distillationLoss(student, teacher, all);
        // an infinite reverse KL has none: errorsOfLogits.test.ts
        const gradient = options.direction !== "reverse" || Number.isFinite(result.loss);
        return flat(f.distillationLoss(student, teacher, { ...all, gradient }));
      },
    ]),
  ),
);

export const LOSSES: Calls = {
  ...crossEntropyLosses,
  ...distillationLosses,
  "distillationLoss of one teacher": (f, { student, b }) =>
    flat(f.distillationLoss(student, b, { rowLength: b.length, gradient: true })),
  tokenLogProbabilities: (f, { student, labels, a }) =>
    f.tokenLogProbabilities(student, labels, { rowLength: a.length, temperature: 0.3 }),
  perplexity: (f, { student, labels, a }) => f.perplexity(student, labels, { rowLength: a.length }),
  logLikelihoodRatioOfTokens(f, { student, teacher, labels, a }) {
    const options = { rowLength: a.length };
    const { sum, mean, standardError } = f.logLikelihoodRatioOfTokens(student, teacher, labels, options);
    return Float64Array.of(sum, mean, standardError);
  },
};

export type Outcomes = Record<string, Outcome>;

export function outcomesOf(calls: Calls, f: Functions, rows: Rows): Outcomes {
  const outcomes: Outcomes = {};
  for (const name in calls) outcomes[name] = outcomeOf(() => calls[name](f, rows));
  return outcomes;
}

/** What differs between two engines, in words. */
export function differencesOf(actual: Outcomes, expected: Outcomes, where: string): string[] {
  return Object.keys(expected).flatMap((name) => {
    const difference = differenceOf(actual[name], expected[name]);
    return difference === undefined ? [] : [`${where}: ${name} is ${difference}`];
  });
}

/** Fails with what differs, of each call the first place and how many there are. */
export function expectNone(differences: string[]): void {
  if (differences.length > 0) throw new Error(differences.join("\n"));
}
