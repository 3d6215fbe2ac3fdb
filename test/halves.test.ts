import { describe, expect, test } from "vitest";
import { FORMATS, type NumberFormat, numbersOf } from "../src/backends/halves.js";
import { widened } from "../src/backends/js/halves.js";
import {
  createEngine,
  createEngineSync,
  crossEntropyLoss,
  distillationLoss,
  entropy,
  gaussianKl,
  klDivergence,
  logLikelihoodRatio,
  logRatio,
  logSoftmax,
  logSumExp,
  perplexity,
  softmax,
} from "../src/index.js";
import { BACKENDS, engines } from "./engines.js";
import { type Arrays, everyCall } from "./everyCall.js";
import { FUNCTIONS } from "./on.js";
import { randomNumbers } from "./random.js";

// Numbers of 16 and of 8 bits: widened exactly, in every function, on every backend.

/** Exponent bits, mantissa bits, and whether the largest exponent has infinities. */
const LAYOUTS: Record<NumberFormat, [exponent: number, mantissa: number, hasInfinities: boolean]> = {
  f16: [5, 10, true],
  bf16: [8, 7, true],
  e4m3: [4, 3, false],
  e5m2: [5, 2, true],
};

/** As the standards define it, in f64, where all of it is exact. */
function exact(bits: number, format: NumberFormat): number {
  const [exponents, mantissas, hasInfinities] = LAYOUTS[format];
  const sign = bits >> (exponents + mantissas) ? -1 : 1;
  const exponent = (bits >> mantissas) & (2 ** exponents - 1);
  const fraction = bits & (2 ** mantissas - 1);
  const bias = 2 ** (exponents - 1) - 1;
  const isTop = exponent === 2 ** exponents - 1;
  if (isTop && hasInfinities) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (isTop && fraction === 2 ** mantissas - 1) return Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - mantissas);
  return sign * (2 ** mantissas + fraction) * 2 ** (exponent - bias - mantissas);
}

const isWide = (format: NumberFormat) => format === "f16" || format === "bf16";
const arrayOf = (format: NumberFormat, bits: ArrayLike<number>) =>
  isWide(format) ? Uint16Array.from(bits) : Uint8Array.from(bits);
const formats = FORMATS as readonly NumberFormat[];
const all = (format: NumberFormat) =>
  arrayOf(
    format,
    Array.from({ length: isWide(format) ? 65536 : 256 }, (_, i) => i),
  );

/** The bits of the number of a format that is nearest to x. */
function nearest(format: NumberFormat, x: number): number {
  let [best, distance] = [0, Number.POSITIVE_INFINITY];
  const table = tables[format];
  for (let i = 0; i < table.length; i++) {
    const own = Math.abs(table[i] - x);
    if (own < distance) [best, distance] = [i, own];
  }
  return best;
}
const tables = Object.fromEntries(
  formats.map((format) => [format, Float64Array.from(all(format), (bits) => exact(bits, format))]),
) as Record<NumberFormat, Float64Array>;

describe.each(formats)("%s", (format) => {
  const index = FORMATS.indexOf(format);
  const bits = all(format);
  const expected = tables[format];

  test("every number is widened exactly, one by one", () => {
    expect(Float64Array.from(bits, (half) => widened(half, index))).toEqual(expected);
    expect(Float64Array.from(numbersOf(bits, index))).toEqual(expected);
  });

  // x/τ for τ = 1 is x, and ln(x/1) tells sign and bits of each number that it takes: here by what no kernel changes, e^0 = 1
  test.each(BACKENDS)("every finite number is widened exactly while it is staged, %s", (backend) => {
    const finite = Array.from(bits).filter((half) => Number.isFinite(expected[half]));
    const engine = engines[backend];
    for (const half of finite.filter((_, i) => i % (isWide(format) ? 97 : 1) === 0)) {
      const one = arrayOf(format, [half]);
      expect(logSumExp(one, { format, engine })).toBe(expected[half] + 0);
    }
    // all at once: the sum of differences of a matrix of pairs from themselves, and the largest of each
    const half = arrayOf(format, finite);
    const wide = Float32Array.from(finite, (each) => expected[each]);
    const options = { rowLength: 1, engine };
    expect(logSumExp.rows(half, { ...options, format })).toEqual(Float64Array.from(wide, (x) => x + 0));
    for (const rowLength of [1, 2, 3]) {
      const length = wide.length - (wide.length % rowLength);
      expect(logSoftmax.rows(half.subarray(0, length), { rowLength, engine, format })).toEqual(
        logSoftmax.rows(wide.subarray(0, length), { rowLength, engine }),
      );
    }
  });

  test.each(BACKENDS)("infinities and NaN are refused as those of f32 are, %s", (backend) => {
    const engine = engines[backend];
    for (const half of bits) {
      const x = expected[half];
      if (Number.isFinite(x) || (isWide(format) && half % 129 !== 0 && half % 1024 !== 0)) continue;
      const numbers = arrayOf(format, [half, 0, 0]);
      if (x === Number.NEGATIVE_INFINITY) {
        expect(softmax(numbers, { format, engine })).toEqual(Float32Array.of(0, 0.5, 0.5));
        continue;
      }
      expect(() => softmax(numbers, { format, engine })).toThrow(
        new RangeError(`softmax: z[0] is ${x}; logits must be finite or -Infinity`),
      );
    }
  });
});

const flat: Record<Exclude<keyof Arrays, "tokens">, number[]> = {
  z: [0.5, -1.25, 3, 2, 0, -7, 0.125, 0.25, 1, -2, 4, 5],
  w: [1, 2, 0.5, -0.75, 0.0625, 0, -1, -1.5, 2.5, 0, 0, 1],
  p: [0.5, 0.5, 0, 0.25, 0.5, 0.25, 1, 0, 0, 0.125, 0.25, 0.625],
  counts: [1, 2, 3, 0, 5, 6, 7, 8, 1, 2, 3, 4],
  one: [0.25, 0.25, 0.5],
};
const tokens = Int32Array.of(2, 0, 1, 2);

const ENCODED = Object.fromEntries(
  formats.map((format) => [
    format,
    Object.fromEntries(Object.entries(flat).map(([name, numbers]) => [name, numbers.map((x) => nearest(format, x))])),
  ]),
) as Record<NumberFormat, Record<string, number[]>>;

describe.each(everyCall(FUNCTIONS))("$name", ({ name, args }) => {
  const [own, form] = name.split(".");
  type Form = ((...args: unknown[]) => unknown) & { rows: Form; of: Form; async: Form };
  const all = FUNCTIONS[own as "entropy"] as unknown as Form;
  const f = form ? all[form as "rows" | "of"] : all;

  /** The arguments with arrays of bits, and with f32 of the same numbers. */
  function both(format: NumberFormat): [bits: unknown[], wide: unknown[]] {
    const bits = {} as Record<string, unknown>;
    const wide = {} as Record<string, unknown>;
    for (const [key, encoded] of Object.entries(ENCODED[format])) {
      bits[key] = arrayOf(format, encoded);
      wide[key] = Float32Array.from(encoded, (half) => exact(half, format));
    }
    if (own === "logLikelihoodRatio") bits.counts = wide.counts;
    if (own === "logLikelihoodRatio" && form === undefined)
      return [
        [wide.one, bits.one, bits.one, { format }],
        [wide.one, wide.one, wide.one],
      ];
    const given = args({ ...bits, tokens } as unknown as Arrays);
    const last = given.at(-1);
    const isOptions = typeof last === "object" && !ArrayBuffer.isView(last);
    return [
      isOptions ? [...given.slice(0, -1), { ...last, format }] : [...given, { format }],
      args({ ...wide, tokens } as unknown as Arrays),
    ];
  }

  test.each(formats)("%s: the same bits as of f32", async (format) => {
    const [bits, wide] = both(format);
    expect(f(...bits)).toEqual(f(...wide));
    expect(await f.async(...bits)).toEqual(f(...wide));
    const options = (args: unknown[]) => {
      const last = args.at(-1);
      const isOptions = typeof last === "object" && !ArrayBuffer.isView(last);
      return isOptions ? [...args.slice(0, -1), { ...last, engine: engines.js }] : [...args, { engine: engines.js }];
    };
    expect(f(...options(bits))).toEqual(f(...wide));
  });
});

const random = (length: number) => Float32Array.from({ length }, (_, i) => ((i * 7919) % 4001) / 1000 - 2);
const one = new Float32Array(1);
const bitsOfOne = new Uint32Array(one.buffer);
const toBf16 = (x: number) => {
  one[0] = x;
  return bitsOfOne[0] >>> 16;
};
const widenBf16 = (bits: ArrayLike<number>) => Float32Array.from(bits, (half) => tables.bf16[half]);

describe.each(BACKENDS)("%s", (backend) => {
  const engine = engines[backend];

  test("long rows, short rows and odd lengths are those of f32, wherever they lie", () => {
    for (const [rowLength, rows] of [
      [1, 1],
      [7, 5],
      [1001, 40],
      [8192, 3],
      [8193, 3],
      [16384, 2],
      [16387, 2],
      [40000, 2],
    ]) {
      const a = Uint16Array.from(random(rowLength * rows), toBf16);
      const b = Uint16Array.from(random(rowLength * rows + 11).subarray(11), toBf16);
      const held = engine.bfloat16(a.length);
      held.set(a);
      const options = { rowLength, engine, input: "logits" } as const;
      const expected = klDivergence.rows(widenBf16(a), widenBf16(b), options);
      expect(klDivergence.rows(a, b, { ...options, format: "bf16" })).toEqual(expected);
      expect(klDivergence.rows(held, b, { ...options, format: "bf16" })).toEqual(expected);
      expect(klDivergence.rows(held, widenBf16(b), options)).toEqual(expected);
      expect(klDivergence.rows(held.subarray(0, rowLength), b, { ...options, format: "bf16" })).toEqual(
        klDivergence.rows(widenBf16(a).subarray(0, rowLength), widenBf16(b), options),
      );
      engine.free(held);
    }
  });

  test.each(["f16", "bf16"] as const)(
    "the largest number of a row in the engine's memory: %s of any length and sign",
    (format) => {
      const bits = Array.from(all(format)).filter((half) => Number.isFinite(exact(half, format)));
      const infinity = all(format).findIndex((half) => exact(half, format) === Number.POSITIVE_INFINITY);
      const next = randomNumbers(20261128);
      const integer = (below: number) => Math.floor(next() * below);
      const held = engine.bfloat16(64);
      for (const length of [1, 2, 7, 8, 9, 15, 16, 17, 31, 40, 56]) {
        for (let offset = 0; offset < 8; offset++) {
          const row = held.subarray(offset, offset + length);
          // what lies beside the row is larger
          held.fill(infinity);
          // rows of negative numbers, some of which are impossible; and of both signs, and zeros
          const isNegative = offset % 2 === 0;
          for (let i = 0; i < length; i++) row[i] = bits[integer(bits.length)] | (isNegative ? 0x8000 : 0);
          if (length > 1) row[integer(length)] = infinity | 0x8000;
          if (row.every((half) => half === (infinity | 0x8000))) row[0] = 0x8000;
          const numbers = Float64Array.from(row, (half) => exact(half, format));
          const probabilities = softmax(row, { format, engine });
          const largest = numbers.indexOf(Math.max(...numbers));
          expect(probabilities[largest]).toBe(Math.max(...probabilities));
          expect(probabilities).toEqual(softmax(Float32Array.from(numbers), { engine }));
          // what is no logit is told, wherever it is
          const at = integer(length);
          for (const half of [infinity, infinity + 1, (infinity + 1) | 0x8000, 0xffff]) {
            row[at] = half;
            const message = `softmax: z[${at}] is ${exact(half, format)}; logits must be finite or -Infinity`;
            expect(() => softmax(row, { format, engine })).toThrow(new RangeError(message));
          }
        }
      }
      engine.free(held);
    },
  );

  test("with f64 they are computed in f64", () => {
    const a = Uint16Array.from(random(5000), toBf16);
    const b = Float64Array.from(random(5000), (x) => x + 1e-9);
    const options = { engine, input: "logits" } as const;
    expect(klDivergence(a, b, { ...options, format: "bf16" })).toBe(
      klDivergence(Float64Array.from(widenBf16(a)), b, options),
    );
  });

  test("impossible classes, zeros and numbers that leave f32's range take the rare paths", () => {
    const least = Uint16Array.of(1, 0x7f7f, 0, 0x80, 0x7f00);
    const wide = widenBf16(least);
    const options = { engine, normalize: true };
    for (const f of [entropy]) expect(f(least, { ...options, format: "bf16" })).toBe(f(wide, options));
    const other = least.toReversed();
    expect(klDivergence(least, other, { ...options, format: "bf16" })).toBe(
      klDivergence(wide, widenBf16(other), options),
    );
    const some = Uint16Array.of(1, 0x7f7f, 0x3f80, 0x80, 0x7f00);
    expect(klDivergence(least, some, { ...options, format: "bf16" })).toBe(
      klDivergence(wide, widenBf16(some), options),
    );
    expect(logRatio(least, some, { engine, format: "bf16" })).toEqual(logRatio(wide, widenBf16(some), { engine }));
  });

  test("of an engine's view no format is asked, of its parts it is", () => {
    const view = engine.bfloat16(2).fill(0x3f00);
    const expected = entropy(Float32Array.of(0.5, 0.5));
    expect(entropy(view)).toBe(expected);
    expect(() => entropy(view.subarray(0))).toThrow(/pass \{ format: "f16" \} or "bf16"/);
    expect(entropy(view.subarray(0), { format: "bf16" })).toBe(expected);
    expect(engine.float16(3).length).toBe(3);
    expect(() => engine.bfloat16(-1)).toThrow("bfloat16: length is -1");
    engine.free(view);
    expect(() => engine.free(view)).toThrow(RangeError);
  });
});

test("tensors tell the format by their type", () => {
  const bits = Uint16Array.of(0x3400, 0x3a00); // 0.25, 0.75
  const expected = entropy(Float32Array.of(0.25, 0.75));
  expect(entropy({ data: bits, dims: [1, 2], type: "float16" })).toBe(expected);
  expect(entropy({ data: Uint16Array.of(0x3e80, 0x3f40), shape: [2], dtype: "bfloat16" })).toBe(expected);
  for (const type of ["float8e4m3fn", "float8_e4m3fn"]) {
    expect(entropy({ data: Uint8Array.of(0x28, 0x34), dims: [2], type })).toBe(expected);
  }
  for (const type of ["float8e5m2", "float8_e5m2"]) {
    expect(entropy({ data: Uint8Array.of(0x34, 0x3a), dims: [2], type })).toBe(expected);
  }
  expect(entropy.rows([{ data: bits, dims: [2], type: "float16" }, Float32Array.of(0.25, 0.75)])).toEqual(
    Float64Array.of(expected, expected),
  );
});

test("a format that does not fit is refused", () => {
  const bits = Uint16Array.of(0x3400, 0x3a00);
  expect(() => entropy(bits, { format: "e4m3" })).toThrow(
    new TypeError('entropy: p is [object Uint16Array]; it must be a Uint8Array for format "e4m3"'),
  );
  expect(() => entropy(Uint8Array.of(1, 2), { format: "f16" })).toThrow('it must be a Uint16Array for format "f16"');
  expect(() => entropy(bits, { format: "fp16" as "f16" })).toThrow(
    new RangeError('entropy: format is "fp16"; it must be "f16" or "bf16" or "e4m3" or "e5m2"'),
  );
  expect(() => entropy(bits.subarray(0, 0), { format: "f16" })).toThrow("entropy: p is empty");
  // of arrays of other types it says nothing
  expect(entropy([0.25, 0.75], { format: "f16" })).toBe(entropy([0.25, 0.75]));
  expect(logLikelihoodRatio(Uint16Array.of(3, 1), bits, bits, { format: "f16" })).toBe(0);
  expect(() => entropy(bits)).toThrow(/for half-precision bits pass \{ format: "f16" \} or "bf16"/);
});

test("soft targets and tokens", () => {
  const logits = Uint16Array.of(0x3400, 0x3a00, 0, 0x3c00);
  const wide = Float32Array.of(0.25, 0.75, 0, 1);
  const format = "f16";
  const targets = { data: Uint16Array.of(0x3400, 0x3a00, 0, 0x3c00), dims: [2, 2], type: "float16" };
  expect(crossEntropyLoss(logits, targets, { rowLength: 2, format }).loss).toBe(
    crossEntropyLoss(wide, wide, { rowLength: 2 }).loss,
  );
  // integers of 16 bits are labels
  expect(perplexity(logits, Uint16Array.of(1, 0), { rowLength: 2, format })).toBe(
    perplexity(wide, [1, 0], { rowLength: 2 }),
  );
});

test("threads compute the same, in the engine's memory and out of it", async () => {
  const engine = await createEngine({ threads: 2 });
  const rows = 64;
  const rowLength = 5000;
  const bits = Uint16Array.from(random(rows * rowLength), toBf16);
  const expected = entropy.rows(widenBf16(bits), { rowLength, input: "logits" });
  const options = { rowLength, input: "logits", engine, format: "bf16" } as const;
  expect(await entropy.rows.async(bits, options)).toEqual(expected);
  const held = engine.bfloat16(bits.length);
  held.set(bits);
  expect(entropy.rows(held, { rowLength, input: "logits" })).toEqual(expected);
  expect(await entropy.rows.async(held, { rowLength, input: "logits" })).toEqual(expected);
  const eight = Uint8Array.from(bits, (half) => half & 0x77);
  const wide = Float32Array.from(eight, (half) => exact(half, "e4m3"));
  expect(await entropy.rows.async(eight, { ...options, format: "e4m3" })).toEqual(
    entropy.rows(wide, { rowLength, input: "logits" }),
  );
  const a = await softmax.rows.async(bits, { rowLength, engine, format: "bf16" });
  expect(a).toEqual(softmax.rows(widenBf16(bits), { rowLength }));
  engine.dispose();
});

// a Float16Array, where the platform has one
const { Float16Array } = globalThis as unknown as { Float16Array?: typeof Float32Array };

const testsOfFloat16Array = (make: typeof Float32Array) => {
  const z = make.from(random(3 * 9000));
  const wide = Float32Array.from(z);
  const rowLength = 9000;
  const asOut = (array: unknown) => array as Float32Array;

  test("is read as it is", () => {
    expect(entropy.rows(z, { rowLength, input: "logits" })).toEqual(entropy.rows(wide, { rowLength, input: "logits" }));
    const engine = createEngineSync();
    const held = engine.float16(z.length) as unknown as Float32Array;
    held.set(z);
    expect(entropy.rows(held, { rowLength, input: "logits" })).toEqual(
      entropy.rows(wide, { rowLength, input: "logits" }),
    );
  });

  test.each([9000, 100, 3])("takes results, rounded once: rows of %d", async (length) => {
    for (const f of [softmax, logSoftmax]) {
      const expected = make.from(f.rows(wide, { rowLength: length }));
      const out = asOut(new make(z.length));
      expect(f.rows(wide, { rowLength: length, out })).toBe(out);
      expect(Array.from(out)).toEqual(Array.from(expected));
      const inPlace = asOut(make.from(z));
      f.rows(inPlace, { rowLength: length, out: inPlace });
      expect(Array.from(inPlace)).toEqual(Array.from(expected));
      const later = asOut(new make(z.length));
      await f.rows.async(wide, { rowLength: length, out: later });
      expect(Array.from(later)).toEqual(Array.from(expected));
    }
    const [one, all] = [wide.subarray(0, length), asOut(new make(length))];
    expect(Array.from(softmax(Float64Array.from(one), { out: all }))).toEqual(
      Array.from(make.from(softmax(Float64Array.from(one)))),
    );
  });

  test("takes gradients", () => {
    const labels = [1, 2, 3];
    const gradient = asOut(new make(z.length));
    const expected = crossEntropyLoss(wide, labels, { rowLength, gradient: true });
    const result = crossEntropyLoss(z, labels, { rowLength, gradient });
    expect(result.gradient).toBe(gradient);
    expect(result.loss).toBe(expected.loss);
    expect(Array.from(gradient)).toEqual(Array.from(make.from(expected.gradient as Float32Array)));
    const distilled = distillationLoss(z, wide, { rowLength, gradient });
    expect(distilled.gradient).toBe(gradient);
    const parts = { mean: asOut(new make(z.length)), logVariance: asOut(new make(z.length)) };
    gaussianKl(z, wide, { rowLength, gradient: parts });
    const own = gaussianKl(wide, wide, { rowLength, gradient: true }).gradient;
    expect(Array.from(parts.mean)).toEqual(Array.from(make.from(own?.mean as Float32Array)));
    expect(Array.from(parts.logVariance)).toEqual(Array.from(make.from(own?.logVariance as Float32Array)));
  });

  test("of another length, or over a part of the input, is refused", () => {
    expect(() => softmax(wide, { out: asOut(new make(3)) })).toThrow("softmax: out has 3 numbers, the result 27000");
    const whole = asOut(make.from(z));
    expect(() => softmax(whole.subarray(0, 9000), { out: whole.subarray(9, 9009) })).toThrow(/out overlaps an input/);
  });
};

if (Float16Array) describe("Float16Array", () => testsOfFloat16Array(Float16Array));
