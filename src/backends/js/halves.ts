// The twin of assembly/halves.ts.

/** Bits but the sign; shift; difference of the biases; unit of subnormal numbers; least; most. */
const FORMATS = [
  [0x7fff, 13, 0x38000000, 2 ** -24, 0x3ff, 0x7bff],
  [0x7fff, 16, 0, 0, -1, 0x7fff],
  [0x7f, 20, 0x3c000000, 2 ** -9, 7, 0x7e],
  [0x7f, 21, 0x38000000, 2 ** -16, 3, 0x7b],
];

const float = /* @__PURE__ */ new Float32Array(1);
const bits = /* @__PURE__ */ new Int32Array(float.buffer);

/** The number of 8 or 16 bits. */
export function widened(half: number, format: number): number {
  const [mask, shift, bias, unit, least, most] = FORMATS[format];
  const magnitude = half & mask;
  if (magnitude > least) bits[0] = ((magnitude << shift) + bias) | (magnitude > most ? 0x7f800000 : 0);
  else float[0] = magnitude * unit;
  return half > mask ? -float[0] : float[0];
}

export function widen(from: Uint16Array | Uint8Array, out: Float32Array | Float64Array, format: number): void {
  for (let i = 0; i < from.length; i++) out[i] = widened(from[i], format);
}
