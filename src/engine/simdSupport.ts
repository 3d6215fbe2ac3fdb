// Whether the kernels' modules run here.

import { LOW } from "../numbers/lanes.js";

/** () → v128: what every platform takes that has fixed-width SIMD. */
export const SIMD_PROBE: Uint8Array<ArrayBuffer> = /* @__PURE__ */ Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // header
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // type 0: () → v128
  ...[0x03, 0x02, 0x01, 0x00], // function 0 is of type 0
  ...[0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x11, 0x0b], // i32.const 0, i32x4.splat
);

/** Why this platform cannot run the module, or undefined if it can. */
export function obstacle(bytes: Uint8Array<ArrayBuffer>, feature: string): string | undefined {
  if (typeof WebAssembly === "undefined") return "this platform has no WebAssembly";
  if (LOW !== 0) return "this machine is big-endian, WebAssembly's memory is not";
  if (!WebAssembly.validate(bytes)) return `this platform's WebAssembly has no ${feature}`;
  return undefined;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * How a page's policy refuses to compile. It cannot be asked beforehand: `validate` knows nothing of it. Chromium throws and says
 * nothing on the console, but sends the report that a policy may ask for.
 */
const mayNotCompile = (error: unknown): string => `WebAssembly may not be compiled here: ${messageOf(error)}`;

/** Why the kernels' modules cannot be compiled here, or undefined if they can. The probe is too small to hold anybody up. */
export function whyNotSimd(): string | undefined {
  const reason = obstacle(SIMD_PROBE, "SIMD");
  if (reason !== undefined) return reason;
  try {
    new WebAssembly.Module(SIMD_PROBE);
    return undefined;
  } catch (error) {
    return mayNotCompile(error);
  }
}
