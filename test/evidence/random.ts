import mt19937 from "@stdlib/random-base-mt19937";
import { expect } from "vitest";

/** Uniform numbers in (0, 1), of a generator that a hundred million draws do not wear out. */
export function uniform(seed: number): () => number {
  const words = mt19937.factory({ seed });
  return () => words() / 4294967296;
}

/** Classes drawn from probabilities. */
export function drawFrom(probabilities: readonly number[], random: () => number): () => number {
  return () => {
    let rest = random();
    let k = 0;
    while (k < probabilities.length - 1 && rest >= probabilities[k]) rest -= probabilities[k++];
    return k;
  };
}

/** Standard normal numbers, by Marsaglia's polar method; they need not be the same everywhere. */
export function normals(random: () => number): () => number {
  return () => {
    for (;;) {
      const [x, y] = [2 * random() - 1, 2 * random() - 1];
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  };
}

/** ln of the normal density of that mean and deviation. */
export const normal = (mean: number, deviation = 1) => ({
  logProbability: (x: number) =>
    -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI),
});

/** What is thrown, its kind and its words. */
export function expectError(call: () => unknown, type: typeof TypeError | typeof RangeError, message: string | RegExp) {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(type);
  if (typeof message === "string") expect((error as Error).message).toBe(message);
  else expect((error as Error).message).toMatch(message);
}
