// The twin of assembly/halves.ts.

const bitsOfFloats = (out: Float32Array): Int32Array => new Int32Array(out.buffer, out.byteOffset, out.length);

export function widenF16(from: Uint16Array, out: Float32Array): void {
  const bits = bitsOfFloats(out);
  for (let i = 0; i < from.length; i++) {
    const half = from[i];
    const magnitude = half & 0x7fff;
    const sign = (half & 0x8000) << 16;
    // subnormal numbers are whole numbers of 2^-24
    if (magnitude < 0x400) out[i] = sign === 0 ? magnitude * 2 ** -24 : -magnitude * 2 ** -24;
    else bits[i] = sign | ((magnitude << 13) + (magnitude < 0x7c00 ? 0x38000000 : 0x70000000));
  }
}

export function widenBf16(from: Uint16Array, out: Float32Array): void {
  const bits = bitsOfFloats(out);
  for (let i = 0; i < from.length; i++) bits[i] = from[i] << 16;
}
