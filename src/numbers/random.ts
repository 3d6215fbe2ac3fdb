// Random numbers from a seed, by integers alone, so that all engines draw the same.

/** Uniform integers of 32 bits: xorshift128 of Marsaglia, seeded by a sequence of Weyl. */
export function randomWords(seed: number): () => number {
  let [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  let [a, b, c, d] = Array.from({ length: 4 }, () => {
    low = (low + 0x9e3779b9) >>> 0;
    high = (high + 0x85ebca6b) >>> 0;
    let x = low ^ Math.imul(high, 0xc2b2ae35);
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return x ^ (x >>> 15);
  });
  d |= 1;
  return () => {
    let x = d;
    x ^= x << 11;
    x ^= x >>> 8;
    d = c;
    c = b;
    b = a;
    a = x ^ b ^ (b >>> 19);
    return a >>> 0;
  };
}
