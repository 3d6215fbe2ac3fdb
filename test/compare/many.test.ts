// One base against several candidates: with the bits of each pair by itself.

import { describe, expect, test } from "vitest";
import {
  type CompareManyOptions,
  type CompareOptions,
  compareLogits,
  type RowBatch,
  type RowResults,
  Summary,
} from "../../src/compare/index.js";
import { batchesOf, CLASSES, joined, makeModels, ROWS, sourceOf } from "./sources.js";

const [base, near] = makeModels();
const [, far] = makeModels(ROWS, CLASSES, 11);
const bits = new Uint32Array(near.data.buffer);
const halves = Uint16Array.from(bits, (x) => x >>> 16);
/** Candidates of all types: what is found of base alone is found in f32 and in f64. */
const candidates: Record<string, () => AsyncIterable<RowBatch>> = {
  near: () => batchesOf(near),
  far: () => batchesOf({ ...far, tokens: base.tokens }, [7]),
  bf16: () => batchesOf({ data: halves }, [10], { format: "bf16" }),
  f64: () => batchesOf({ data: Float64Array.from(near.data), tokens: near.tokens }),
  itself: () => batchesOf(base),
};
const names = Object.keys(candidates);
const common: CompareManyOptions = { classes: CLASSES, threads: 1, acceptance: true };

async function pair(name: string, options: CompareOptions = {}) {
  const parts: RowResults[] = [];
  const onRows = (_: number, rows: RowResults) => parts.push(rows);
  const summary = await compareLogits(batchesOf(base), candidates[name](), {
    ...common,
    ...options,
    onRows,
  } as CompareOptions);
  return { text: JSON.stringify(summary), rows: joined(parts) };
}

async function many(order: readonly string[], options: CompareManyOptions = {}) {
  const parts = order.map((): RowResults[] => []);
  const onRows = (_: number, rows: readonly RowResults[]) => {
    for (const [i, own] of rows.entries()) parts[i].push(own);
  };
  const summaries = await compareLogits(
    batchesOf(base),
    order.map((name) => candidates[name]()),
    { ...common, onRows, ...options },
  );
  return summaries.map((summary, i) => ({ text: JSON.stringify(summary), rows: joined(parts[i]) }));
}

const pairs = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await pair(name)] as const)));

describe("the bits of each pair by itself", () => {
  test.each([
    ["in one order", names, {}],
    ["in another", names.toReversed(), {}],
    ["in a third, with 2 threads", ["f64", "near", "itself", "bf16", "far"], { threads: 2 }],
    ["in JavaScript", names, { backend: "js" }],
    ["by batches of 7", names, { batchRows: 7, threads: 3 }],
    ["one", ["far"], {}],
    ["one twice", ["far", "far"], {}],
  ] satisfies [string, string[], CompareManyOptions][])("%s", async (_, order, options) => {
    const results = await many(order, options);
    expect(results).toHaveLength(order.length);
    for (const [i, name] of order.entries()) expect(results[i], name).toEqual(pairs[name]);
  });

  test("of files, and of parts that go on", async () => {
    const sources = [near, far].map((model) => sourceOf({ ...model, tokens: base.tokens }));
    const [first, second] = [
      await compareLogits(sourceOf(base), sources, { end: 20, acceptance: true }),
      await compareLogits(sourceOf(base), sources, { start: 40, acceptance: true }),
    ];
    const options = { start: 20, end: 40, summary: first, acceptance: true };
    const middle = await compareLogits(sourceOf(base), sources, options);
    expect(middle).toEqual(first);
    for (const [i, name] of ["near", "far"].entries()) {
      expect(JSON.stringify(middle[i].merge(second[i]))).toBe(pairs[name].text);
    }
  });

  test("of probabilities, beside logits", async () => {
    const data = Float64Array.from(near.data);
    for (let r = 0; r < ROWS; r++) {
      const row = data.subarray(r * CLASSES, (r + 1) * CLASSES);
      const sum = row.reduce((total, z) => total + Math.exp(z), 0);
      row.forEach((z, i) => {
        row[i] = Math.exp(z) / sum;
      });
    }
    const probabilities = () => batchesOf({ data, tokens: near.tokens });
    const kinds = ["logits", "probabilities", "logits", "logProbabilities"] as const;
    const logarithms = () => batchesOf({ data: data.map(Math.log), tokens: near.tokens });
    const temperature = 1.5;
    const make = [probabilities, candidates.near, logarithms];
    const all = await compareLogits(
      batchesOf(base),
      make.map((one) => one()),
      { ...common, temperature, input: kinds },
    );
    for (const [i, one] of make.entries()) {
      const input = [kinds[0], kinds[i + 1]];
      const alone = await compareLogits(batchesOf(base), one(), {
        classes: CLASSES,
        acceptance: true,
        temperature,
        input,
      });
      expect(JSON.stringify(all[i])).toBe(JSON.stringify(alone));
    }
    // of base, and of all others
    const two = [probabilities(), probabilities()];
    const [first] = await compareLogits(batchesOf(base), two, { ...common, input: ["logits", "probabilities"] });
    expect(first.rows).toBe(ROWS);
  });
});

test("1 - TV is only there where it is asked for", async () => {
  const without = await compareLogits(batchesOf(base), batchesOf(near), { classes: CLASSES });
  expect(without.report().acceptance.count).toBe(0);
  const { acceptance, kl } = Summary.fromJSON(JSON.parse(pairs.near.text)).report();
  expect(acceptance.count).toBe(ROWS);
  expect(acceptance.min).toBeGreaterThan(0);
  // Pinsker
  expect(1 - acceptance.mean).toBeLessThan(Math.sqrt(kl.mean / 2));
  expect(pairs.itself.rows.acceptance).toEqual(new Array(ROWS).fill(1));
});

describe("what cannot be is an error", () => {
  const withNaN = (row: number) => {
    const data = near.data.slice();
    data[row * CLASSES + 3] = Number.NaN;
    return sourceOf({ data, tokens: base.tokens }, { name: `nan${row}.npy` });
  };
  test.each<[string, () => Promise<unknown>]>([
    ["others has 0 sources; there must be from 1 to 64", () => compareLogits(sourceOf(base), [])],
    ["others has 65 sources", () => compareLogits(sourceOf(base), new Array(65).fill(sourceOf(near)))],
    ["others[1] is 5: it must be", () => compareLogits(sourceOf(base), [sourceOf(near), 5 as never])],
    [
      "others[1] is a Promise; await it first: await openLogits",
      () => compareLogits(sourceOf(base), [sourceOf(near), Promise.resolve() as never]),
    ],
    [
      "nan9.npy has NaN in row 9, column 3, at byte",
      () => compareLogits(sourceOf(base), [sourceOf(near), withNaN(12), withNaN(9)], { threads: 2 }),
    ],
    ["nan9.npy has NaN in row 9", () => compareLogits(withNaN(9), [withNaN(9), sourceOf(near)])],
    [
      "has 61 rows, few.npy has 50",
      () =>
        compareLogits(sourceOf(base), [
          sourceOf(near),
          sourceOf({ ...near, data: near.data.slice(0, 50 * CLASSES) }, { name: "few.npy" }),
        ]),
    ],
    [
      "others[1] ends after 50 rows, base goes on",
      () =>
        compareLogits(
          batchesOf(base),
          [batchesOf(near), batchesOf({ data: near.data.slice(0, 50 * CLASSES) })],
          common,
        ),
    ],
    [
      "the token of row 2 is 5 in others[0] and 6 in others[1]: they are not of one text",
      () => {
        const tokens = (token: number) => Int32Array.from({ length: ROWS }, (_, r) => (r === 2 ? token : -1));
        const others = [5, 6].map((token) => batchesOf({ data: near.data, tokens: tokens(token) }));
        return compareLogits(batchesOf({ data: base.data }), others, common);
      },
    ],
    [
      "summary is [object Object]; it must be a list of 2",
      () => compareLogits(sourceOf(base), [sourceOf(near), sourceOf(near)], { summary: new Summary() as never }),
    ],
    [
      "summary is [object Array]; it must be a list of 2",
      () => compareLogits(sourceOf(base), [sourceOf(near), sourceOf(near)], { summary: [new Summary()] }),
    ],
    [
      "summary has one Summary twice",
      () => {
        const summary = new Summary();
        return compareLogits(sourceOf(base), [sourceOf(near), sourceOf(near)], { summary: [summary, summary] });
      },
    ],
    [
      "summary is [object Array]; it must be a Summary",
      () => compareLogits(sourceOf(base), sourceOf(near), { summary: [new Summary()] as never }),
    ],
    [
      "input is [object Array]",
      () => compareLogits(sourceOf(base), [sourceOf(near), sourceOf(near)], { input: ["logits"] }),
    ],
    [
      "acceptance is 1; it must be a boolean",
      () => compareLogits(sourceOf(base), sourceOf(near), { acceptance: 1 as never }),
    ],
    ["blockRows is -1", () => compareLogits(sourceOf(base), sourceOf(near), { blockRows: -1 })],
    [
      "groups is 5; it must be an array of texts",
      () => compareLogits(sourceOf(base), sourceOf(near), { groups: 5 as never }),
    ],
    [
      "groups[1] is 2; it must be a text",
      () => compareLogits(sourceOf(base), sourceOf(near), { groups: ["a", 2 as never] }),
    ],
    [
      "groups has 2 groups, file.npy 61 rows",
      () => compareLogits(sourceOf(base), sourceOf(near), { groups: ["a", "b"] }),
    ],
    [
      "groups has 2 groups; row 2 has none",
      () => compareLogits(batchesOf(base), batchesOf(near), { classes: CLASSES, groups: ["a", "b"] }),
    ],
  ])("%s", (message, act) => expect((async () => act())()).rejects.toThrow(message));
});

test("blocks are those of base's chunks, if it has any", async () => {
  const chunked = { ...sourceOf(base), blockRows: 20 };
  const by = async (options: CompareOptions, source = sourceOf(base)) =>
    (await compareLogits(source, sourceOf(near), { threads: 1, ...options })).report().clustered.by;
  expect(await by({})).toEqual({ kind: "blocks", count: 2, rows: 32 });
  expect(await by({}, chunked)).toEqual({ kind: "blocks", count: 4, rows: 20 });
  expect(await by({ blockRows: 5 }, chunked)).toEqual({ kind: "blocks", count: 13, rows: 5 });
  const groups = Array.from({ length: ROWS }, (_, r) => `prompt ${r % 3}`);
  expect(await by({ groups }, chunked)).toEqual({ kind: "groups", count: 3, rows: undefined });
});
