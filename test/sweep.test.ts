import { expect, test } from "vitest";
import { createEngineSync, type InputKind } from "../src/index.js";
import { type Constructor, differenceOf, type FloatArray, type Outcome, outcomeOf } from "./bits.js";
import { DEFINITIONS } from "./definitions.js";
import type { Functions } from "./functionsOn.js";
import { flat } from "./logitCalls.js";
import { isLong } from "./long.js";
import { on } from "./on.js";
import { ofAnyMagnitude, randomNumbers } from "./random.js";

// Random calls of every function, of rows, temperatures, weights and orders up to the ends of range: the same bits in JavaScript and in
// WebAssembly, no NaN, and the same from a matrix of rows.

const TRIALS = isLong ? 1_000_000 : 2500;

const js = on(createEngineSync({ backend: "js" }));
const simd = on(createEngineSync({ backend: "simd" }));

type Random = () => number;
type Call = (f: Functions) => number | FloatArray;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)];
const signed = (random: Random, x: number) => (random() < 0.5 ? x : -x);
const fill = (type: Constructor, n: number, next: (i: number) => number): FloatArray => {
  const row = new type(n);
  for (let i = 0; i < n; i++) row[i] = next(i);
  return row;
};

const leastOf = (type: Constructor): number => (type === Float32Array ? -3.4028234663852886e38 : -Number.MAX_VALUE);
const exponentsOf = (type: Constructor): [number, number] => (type === Float32Array ? [-45, 38] : [-323, 308]);

/** A row like another, or not at all. */
function near(random: Random, type: Constructor, row: FloatArray, other: () => FloatArray): FloatArray {
  const kind = Math.floor(random() * 6);
  if (kind === 0) return row.slice();
  if (kind === 1) return row.slice().reverse();
  const change = ofAnyMagnitude(random, -16, 0);
  if (kind === 2) return fill(type, row.length, (i) => row[i] * (1 + change * (random() - 0.5)));
  if (kind === 3) return fill(type, row.length, (i) => row[i] * (1 + change));
  return other();
}

function logits(random: Random, type: Constructor, n: number): FloatArray {
  const [least, most] = exponentsOf(type);
  const spread = pick(random, [1, 1, 1, 5, 20, 100, 1e4, ofAnyMagnitude(random, least, most)]);
  const offset = pick(random, [
    0,
    0,
    0,
    signed(random, 1e4 * random()),
    signed(random, ofAnyMagnitude(random, 0, most)),
  ]);
  const masked = pick(random, [0, 0, 0.3, 0.9]);
  const mask = pick(random, [Number.NEGATIVE_INFINITY, -1e9, leastOf(type)]);
  const row = fill(type, n, () => (random() < masked ? mask : spread * (random() - 0.5) + offset));
  if (row.every((x) => x === Number.NEGATIVE_INFINITY)) row[0] = random();
  return row.map((x) => (x === Number.POSITIVE_INFINITY ? -leastOf(type) : x));
}

function probabilities(random: Random, type: Constructor, n: number): FloatArray {
  const [least, most] = exponentsOf(type);
  const zeros = pick(random, [0, 0, 0.3, 0.9]);
  const isWide = random() < 0.3;
  const scale = pick(random, [1, 1, 1, 1000, ofAnyMagnitude(random, least, most - 2)]);
  const row = fill(type, n, () =>
    random() < zeros ? 0 : isWide ? ofAnyMagnitude(random, least, most - 2) : scale * random(),
  );
  if (row.every((x) => x === 0)) row[0] = 0.5;
  return row;
}

const rowOf = (kind: InputKind, random: Random, type: Constructor, n: number): FloatArray =>
  (kind === "probabilities" ? probabilities : logits)(random, type, n);

const temperatureOf = (random: Random): number =>
  pick(random, [1, 1, 1, 2.5, 0.3, ofAnyMagnitude(random, -9, 9), ofAnyMagnitude(random, -323, 308), Number.MAX_VALUE]);

/** A number from 0 to 1 that may be next to either. */
function share(random: Random): number {
  const small = 2 ** -Math.floor(random() * 300);
  return pick(random, [0.5, random(), small, small < 1 ? 1 - Math.max(small, 2 ** -53) : 0.5]);
}

function orderOf(random: Random, most: number): number {
  if (most === 1) return pick(random, [0, 1, share(random)]);
  return pick(random, [
    0,
    0.5,
    1,
    2,
    random(),
    1 + ofAnyMagnitude(random, -15, 0),
    ofAnyMagnitude(random, -12, 300),
    1e300,
  ]);
}

const typeOf = (random: Random): Constructor => (random() < 0.5 ? Float32Array : Float64Array);
const lengthOf = (random: Random): number => 1 + Math.floor(random() * random() * 40);

const MEASURES = Object.keys(DEFINITIONS).filter((name) => DEFINITIONS[name].kind !== "loss");

/** Of a measure: of one row, or of a matrix of two. */
function measureCall(random: Random): [string, Call] {
  const name = pick(random, MEASURES);
  const { arrays, distributions, mostAlpha, inputs, keys } = DEFINITIONS[name];
  const type = typeOf(random);
  const n = lengthOf(random);
  const kinds = distributions.map(() => pick(random, inputs));
  if (random() < 0.7) kinds.fill(kinds[0]);
  const isMatrix = random() < 0.3;
  const matrixOf = (make: () => FloatArray): FloatArray => {
    if (!isMatrix) return make();
    const [first, second] = [make(), make()];
    return fill(type, 2 * n, (i) => (i < n ? first[i] : second[i - n]));
  };
  const sources: FloatArray[] = [];
  for (const array of arrays) {
    const place = distributions.indexOf(array);
    if (place < 0) sources.push(matrixOf(() => fill(type, n, () => Math.floor(random() * 3))));
    else if (place === 1 && kinds[0] === kinds[1]) {
      const first = sources[sources.length - 1];
      sources.push(near(random, type, first, () => matrixOf(() => rowOf(kinds[1], random, type, n))));
    } else sources.push(matrixOf(() => rowOf(kinds[place], random, type, n)));
  }
  const options: Record<string, unknown> = {};
  if (keys.includes("input") && kinds.some((kind) => kind !== "probabilities")) options.input = kinds;
  if (keys.includes("normalize")) options.normalize = true;
  if (keys.includes("temperature") && kinds.includes("logits")) options.temperature = temperatureOf(random);
  if (isMatrix) options.rowLength = n;
  const args = [...sources, ...(mostAlpha > 0 ? [orderOf(random, mostAlpha)] : []), options];
  const call: Call = (f) => {
    const form = f[name as "klDivergence"] as unknown as ((...args: unknown[]) => number) & { rows: Call };
    return (isMatrix ? form.rows : form)(...(args as [never]));
  };
  return [`${name}(${args.map(shown).join(", ")})`, call];
}

const shown = (x: unknown): string =>
  ArrayBuffer.isView(x)
    ? `${x.constructor.name}.of(${x})`
    : JSON.stringify(x, (_, y) => (ArrayBuffer.isView(y) ? shown(y) : y));

const weightsOf = (random: Random, n: number): FloatArray =>
  random() < 0.5 ? fill(Float64Array, n, random) : probabilities(random, Float64Array, n);

function lossCall(random: Random): [string, Call] {
  const type = typeOf(random);
  const n = lengthOf(random);
  const rows = 1 + Math.floor(random() * 3);
  const z = fill(type, rows * n, () => 0);
  for (let r = 0; r < rows; r++) z.set(logits(random, type, n), r * n);
  const w = near(random, type, z, () => {
    const other = z.slice();
    for (let r = 0; r < rows; r++) other.set(logits(random, type, n), r * n);
    return other;
  });
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * n));
  const temperature = temperatureOf(random);
  const options = { rowLength: n, temperature, reduction: pick(random, ["mean", "sum", "none"] as const) };
  const kind = Math.floor(random() * 5);
  if (kind === 0) {
    const all = {
      ...options,
      gradient: random() < 0.7,
      labelSmoothing: pick(random, [0, 0.1, 1, random()]),
      zLoss: pick(random, [0, 0, 1e-2, ofAnyMagnitude(random, -300, 2)]),
      ...(random() < 0.5 && { classWeights: weightsOf(random, n) }),
    };
    if (random() < 0.5)
      return [
        `crossEntropyLoss(${shown(z)}, ${shown(labels)}, ${shown(all)})`,
        (f) => flat(f.crossEntropyLoss(z, labels, all)),
      ];
    const targets = fill(type, rows * n, () => (random() < 0.3 ? 0 : random()));
    for (let r = 0; r < rows; r++) {
      const row = targets.subarray(r * n, (r + 1) * n);
      let sum = 0;
      for (const x of row) sum += x;
      for (let i = 0; i < n; i++) row[i] = sum === 0 ? 1 / n : row[i] / sum;
    }
    return [
      `crossEntropyLoss(${shown(z)}, ${shown(targets)}, ${shown(all)})`,
      (f) => flat(f.crossEntropyLoss(z, targets, all)),
    ];
  }
  if (kind === 1 || kind === 2) {
    const direction = pick(random, ["forward", "reverse", "js", "js"] as const);
    const beta = Math.max(2 ** -300, share(random) || 0.5);
    const all = { ...options, direction, beta: beta < 1 ? beta : 0.5, gradient: random() < 0.7 };
    return [`distillationLoss(${shown(z)}, ${shown(w)}, ${shown(all)})`, (f) => flat(f.distillationLoss(z, w, all))];
  }
  if (kind === 3) {
    const of = { rowLength: n, temperature };
    if (random() < 0.5)
      return [
        `tokenLogProbabilities(${shown(z)}, [${labels}], ${shown(of)})`,
        (f) => f.tokenLogProbabilities(z, labels, of),
      ];
    return [
      `logLikelihoodRatioOfTokens(${shown(z)}, ${shown(w)}, [${labels}], ${shown(of)})`,
      (f) => {
        const { sum, mean } = f.logLikelihoodRatioOfTokens(z, w, labels, of);
        return Float64Array.of(sum, mean);
      },
    ];
  }
  const large = pick(random, [1, 1, 30, 700, 2000]);
  const number = (size: number) => fill(type, rows * n, () => size * (2 * random() - 1));
  const mean = number(pick(random, [1, 1e3, 1e30]));
  const logVariance = number(large);
  const prior =
    random() < 0.5
      ? {}
      : {
          priorMean: random() < 0.5 ? mean : number(1),
          priorLogVariance: random() < 0.5 ? logVariance : number(large),
        };
  const all = { rowLength: n, reduction: options.reduction, gradient: true, ...prior };
  return [
    `gaussianKl(${shown(mean)}, ${shown(logVariance)}, ${shown(all)})`,
    (f) => {
      const { kl, perRow, gradient } = f.gaussianKl(mean, logVariance, all);
      return Float64Array.of(kl, ...(perRow ?? []), ...(gradient?.mean ?? []), ...(gradient?.logVariance ?? []));
    },
  ];
}

const hasNaN = (outcome: Outcome): boolean =>
  typeof outcome === "object" ? outcome.some(Number.isNaN) : Number.isNaN(outcome);

test(`${TRIALS} calls have the same bits in JavaScript and in WebAssembly, and are numbers`, {
  timeout: 3_600_000,
}, () => {
  const random = randomNumbers(14);
  const found: string[] = [];
  for (let trial = 0; trial < TRIALS && found.length < 20; trial++) {
    const [name, call] = random() < 0.6 ? measureCall(random) : lossCall(random);
    let expected: Outcome = 0;
    try {
      expected = outcomeOf(() => call(js));
      const difference = differenceOf(
        outcomeOf(() => call(simd)),
        expected,
      );
      if (difference !== undefined) found.push(`${name}: simd is ${difference}`);
    } catch (error) {
      found.push(`${name}: ${error}`);
    }
    // the ratio of 0 to 0 is none
    if (hasNaN(expected) && !name.startsWith("logRatio")) found.push(`${name} is NaN`);
  }
  expect(found).toEqual([]);
});
