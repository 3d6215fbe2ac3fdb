// Numbers that look random, and are the same wherever they are made: by +, −, ×, ÷ alone. Powers, exponentials and logarithms
// differ between engines in their last bits.

/** Uniform numbers in (0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) + 0.5) / 16777216;
  };
}

/** Uniform in their number of digits: from 10^least to 10^most. */
export function ofAnyMagnitude(random: () => number, least: number, most: number): number {
  let x = 1 + 9 * random();
  const exponent = least + Math.floor((most - least) * random());
  for (let k = 0; k < exponent; k++) x *= 10;
  for (let k = 0; k > exponent; k--) x /= 10;
  return x;
}
