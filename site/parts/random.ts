// Numbers from 0 to 1 that are the same for the same seed: Chris Doty-Humphrey's sfc32.

export function makeRandom(seed: number): () => number {
  let [a, b, c, d] = [0, seed, 0, 1];
  const next = () => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
