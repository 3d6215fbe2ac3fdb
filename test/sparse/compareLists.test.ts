import { describe, expect, test } from "vitest";
import {
  compareLists,
  divergenceBounds,
  type Position,
  positionsOf,
  readPositions,
  topKDistribution,
} from "../../src/sparse/index.js";

const FOLDER = "test/fixtures/sparse";

/** Positions of texts, whose lists have the token and another. */
const texts = (log: number, ...records: string[]): Position[] =>
  records.flatMap((text, record) =>
    Array.from(text, (token, index) => ({
      ...{ record, index, token, logProbability: log },
      distribution: topKDistribution([
        [token, log],
        ["other", -3],
      ]),
    })),
  );

const summary = async (base: Position[], other: Position[]) => {
  const { records, positions, leftOut, diverging } = await compareLists(base, other);
  return { records, positions, leftOut: [leftOut.base, leftOut.other], diverging };
};

describe("compareLists", () => {
  test("the same texts: means of the bounds of all positions", async () => {
    const [base, other] = [texts(-0.5, "abc", "d"), texts(-0.25, "abc", "d")];
    const seen: number[] = [];
    const report = await compareLists(base, other, {
      onPosition: (p, q, { js }) => seen.push(p.index - q.index, js.lower),
    });
    expect(report).toMatchObject({ records: 2, positions: 4, leftOut: { base: 0, other: 0 }, diverging: 0 });
    const bounds = divergenceBounds(base[0].distribution, other[0].distribution);
    for (const name of ["js", "totalVariation", "hellinger", "reverseKl"] as const) {
      for (const end of ["lower", "estimate"] as const) {
        expect(report[name][end].mean).toBeCloseTo(bounds[name][end], 14);
        expect(report[name][end].standardError).toBeCloseTo(0, 14);
      }
    }
    expect(report.kl.upper).toEqual({ mean: Number.POSITIVE_INFINITY, standardError: Number.NaN });
    expect(seen).toEqual(new Array(4).fill([0, bounds.js.lower]).flat());
  });

  test("the standard error is that of a mean", async () => {
    const base = [...texts(-0.5, "a"), ...texts(-0.5, "", "b")];
    const other = [...texts(-0.25, "a"), ...texts(-1, "", "b")];
    const { totalVariation } = await compareLists(base, other);
    const [one, two] = base.map((_, i) => divergenceBounds(base[i].distribution, other[i].distribution).totalVariation);
    expect(totalVariation.lower.mean).toBeCloseTo((one.lower + two.lower) / 2, 14);
    expect(totalVariation.lower.standardError).toBeCloseTo(Math.abs(one.lower - two.lower) / 2, 14);
  });

  test("texts that part are compared up to the first token that differs, with that", async () => {
    expect(await summary(texts(-1, "abcd", "ef"), texts(-1, "abxyz", "ef"))).toEqual({
      ...{ records: 2, positions: 5, leftOut: [1, 2], diverging: 1 },
    });
    // one is longer, or has records that the other has not
    expect(await summary(texts(-1, "abc", "d", "e"), texts(-1, "ab"))).toEqual({
      ...{ records: 1, positions: 2, leftOut: [3, 0], diverging: 0 },
    });
    expect(await summary(texts(-1, "ab", "", "c"), texts(-1, "", "xy", "c"))).toEqual({
      ...{ records: 1, positions: 1, leftOut: [2, 2], diverging: 0 },
    });
  });

  test("tokens that are not known are taken for the same", async () => {
    const unknown = texts(-1, "abc").map((position) => ({ ...position, token: undefined }));
    expect(await summary(texts(-1, "abc"), unknown)).toMatchObject({ positions: 3, diverging: 0 });
  });

  test("files of servers, beside an answer that is there", async () => {
    const report = await compareLists(
      readPositions(`${FOLDER}/openai-chat.jsonl`),
      readPositions(`${FOLDER}/ollama.jsonl`),
    );
    expect(report).toMatchObject({ records: 2, positions: 4, diverging: 0 });
    for (const name of ["kl", "js", "totalVariation", "hellinger"] as const) expect(report[name].lower.mean).toBe(0);
    const top = [["Yes", -1]];
    const { positions } = await compareLists(positionsOf({ top }), positionsOf({ top }));
    expect(positions).toBe(1);
  });

  test("units, and what is closed", async () => {
    let closed = 0;
    async function* of(positions: Position[]) {
      try {
        yield* positions;
      } finally {
        closed++;
      }
    }
    const [nats, bits] = [
      await compareLists(of(texts(-0.5, "a")), of(texts(-1, "a"))),
      await compareLists(texts(-0.5, "a"), texts(-1, "a"), { base: 2 }),
    ];
    expect(bits.js.lower.mean).toBeCloseTo(nats.js.lower.mean / Math.LN2, 12);
    const failing = compareLists(of(texts(-0.5, "ab")), of(texts(-1, "ab")), {
      onPosition: () => {
        throw new Error("enough");
      },
    });
    await expect(failing).rejects.toThrow("enough");
    expect(closed).toBe(4);
  });

  const a = texts(-1, "a");
  test.each<[string, () => Promise<unknown>, new () => Error, string]>([
    [
      "nothing in common",
      () => compareLists([], a),
      RangeError,
      "compareLists: base has 0 positions, other 1, and no record is in both",
    ],
    [
      "no iterable",
      () => compareLists(5 as never, a),
      TypeError,
      "compareLists: base is number; it must be an iterable of positions",
    ],
    [
      "no positions",
      () => compareLists(a, [5] as never),
      TypeError,
      "compareLists: other gives number; it must give positions",
    ],
    [
      "records that go back",
      () => compareLists([...texts(-1, "", "a"), ...a], texts(-1, "", "a")),
      RangeError,
      "base goes back from record 1 to 0",
    ],
    [
      "ids beside texts",
      () => compareLists(a, [{ ...a[0], distribution: topKDistribution([[1, -1]]) }]),
      RangeError,
      "compareLists: p names tokens by texts, q by ids; both must name them alike (record 0, position 0)",
    ],
    [
      "a base of 1",
      () => compareLists(a, a, { base: 1 }),
      RangeError,
      "compareLists: base is 1; it must be finite and above 1",
    ],
    [
      "an unknown option",
      () => compareLists(a, a, { unit: 2 } as never),
      TypeError,
      'compareLists: unknown option "unit"',
    ],
    [
      "a callback that is none",
      () => compareLists(a, a, { onPosition: 5 as never }),
      TypeError,
      "compareLists: onPosition is number",
    ],
  ])("%s: an error", async (_, call, type, message) => {
    await expect(call()).rejects.toThrow(type);
    await expect(call()).rejects.toThrow(message);
  });
});
