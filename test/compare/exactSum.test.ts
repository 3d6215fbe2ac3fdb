import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExactSum, spread, toNumber } from "../../src/compare/exactSum.js";
import { JsonValue } from "../../src/compare/json.js";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
/** No larger, so that the exact sum is a number. */
const summable = finite.filter((x) => Math.abs(x) < 2 ** 1000);

/** x in units of 2^-1074. */
function unitsOf(x: number): bigint {
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(x) || 1)) - 1);
  const scaled = x * 2 ** Math.min(1023, 52 - exponent) * 2 ** Math.max(0, 52 - exponent - 1023);
  return BigInt(scaled) << BigInt(exponent - 52 + 1074);
}

const sumOf = (numbers: readonly number[]): ExactSum => {
  const sum = new ExactSum();
  for (const x of numbers) sum.add(x);
  return sum;
};

describe("ExactSum", () => {
  test("is exact", () => {
    fc.assert(
      fc.property(fc.array(summable, { maxLength: 50 }), (numbers) => {
        const units = numbers.reduce((sum, x) => sum + unitsOf(x), 0n);
        expect(sumOf(numbers).toUnits()).toBe(units << BigInt(2400 - 1074));
      }),
    );
    expect(sumOf([1e308, 1, -1e308, 2 ** -1074, -1]).value).toBe(2 ** -1074);
    expect(sumOf(new Array(10).fill(0.1)).value).toBe(1);
    expect(sumOf([-0.25]).value).toBe(-0.25);
  });

  test("of products too", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, finite), { maxLength: 20 }), (pairs) => {
        const sum = new ExactSum();
        for (const [x, y] of pairs) sum.addProduct(x, y);
        const units = pairs.reduce((all, [x, y]) => all + unitsOf(x) * unitsOf(y), 0n);
        expect(sum.toUnits()).toBe(units << BigInt(2400 - 2 * 1074));
      }),
    );
  });

  test("in any order, in any parts, there and back as text", () => {
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1, maxLength: 30 }),
        fc.nat(),
        fc.boolean(),
        (numbers, cut, isReversed) => {
          const at = cut % numbers.length;
          const parts = [sumOf(numbers.slice(0, at)), sumOf(numbers.slice(at))];
          if (isReversed) parts.reverse();
          parts[0].addAll(ExactSum.from(new JsonValue("test", parts[1].toString())));
          expect(parts[0].toString()).toBe(sumOf(numbers).toString());
        },
      ),
    );
  });

  test("takes carries in time", () => {
    const sum = new ExactSum();
    for (let i = 0; i < 3_000_000; i++) sum.add(4294967295.5);
    expect(sum.value).toBe(3_000_000 * 4294967295.5);
  });

  test("refuses text that is none", () => {
    // no hexadecimal digits, zeros at the ends (each sum has one text), more than there are bits
    const long = "f".repeat(1100);
    for (const text of ["", "1", "x:1", "1:-1", "1:99999", "0:1", "-0:0", "01:0", "10:0", "1:01", `${long}:29`, 5]) {
      expect(() => ExactSum.from(new JsonValue("test", text))).toThrow(/^test: it is .*; it must be/);
    }
    expect(ExactSum.from(new JsonValue("test", `${long}:28`)).toString()).toBe(`${long}:28`);
  });
});

test("toNumber rounds to the nearest, ties to even", () => {
  expect(toNumber((1n << 53n) + 1n, 0)).toBe(2 ** 53);
  expect(toNumber((1n << 53n) + 3n, 0)).toBe(2 ** 53 + 4);
  // just above a tie
  expect(toNumber(((1n << 53n) + 1n) * (1n << 400n) + 1n, -400)).toBe(2 ** 53 + 2);
  expect(toNumber(-3n, -1)).toBe(-1.5);
});

test("spread loses nothing to a large mean", () => {
  const numbers = [1e9, 1e9 + 2 ** -20, 1e9 + 2 ** -19];
  const [sum, squares] = [new ExactSum(), new ExactSum()];
  for (const x of numbers) {
    sum.add(x);
    squares.addProduct(x, x);
  }
  // n² times the variance: 3·(1 + 4) - 9 in units of 2^-40
  expect(spread(3, squares, sum, sum)).toBe(6 * 2 ** -40);
});
