// Logits of a model that does not exist, and of two that were made of it by rounding, as .npy files.

import { makeRandom } from "./random.js";

const ROWS = 256;
const CLASSES = 512;

function npy(name: string, numbers: Float32Array<ArrayBuffer>): File {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${ROWS}, ${CLASSES}), }`;
  const header = new TextEncoder().encode(`${text.padEnd(117)}\n`);
  return new File([Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, header.length, 0), header, numbers], name);
}

export function exampleFiles(): File[] {
  const random = makeRandom(7);
  // a sum of uniform numbers is nearly normal
  const base = Float32Array.from({ length: ROWS * CLASSES }, () => 4 * (random() + random() + random() + random() - 2));
  const rounded = (step: number) => base.map((x) => Math.round(x / step) * step);
  return [npy("base.npy", base), npy("rounded-fine.npy", rounded(0.1)), npy("rounded-coarse.npy", rounded(0.5))];
}
