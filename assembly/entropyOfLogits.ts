// entropyOfLogits: T = Σ e^x·x <= 0 and Z = Σ e^x; H = ln Z - T/Z, two parts >= 0.

import { reduceLogits } from "./logits";
import { beginsOne, ends, operand } from "./rows";

// @ts-ignore: decorator
@final @unmanaged class EntropyOfLogits<T> {
  // @ts-ignore: decorator
  @inline
  hasTerm(): bool {
    return true;
  }

  // @ts-ignore: decorator
  @inline
  term(e: v128, x: v128): v128 {
    return v128.mul<T>(e, x);
  }
}

export function entropyOfLogits_f32(z: usize, length: usize, state: usize): i32 {
  return reduceLogits<f32, EntropyOfLogits<f32>>(z, length, state);
}

export function entropyOfLogits_f64(z: usize, length: usize, state: usize): i32 {
  return reduceLogits<f64, EntropyOfLogits<f64>>(z, length, state);
}

export function entropyOfLogitsRows_f32(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const z = operand(state, 0, row);
    if (beginsOne<f32>(state, row, length, mode, z)) ends(state, row, entropyOfLogits_f32(z, length, state));
  }
}

export function entropyOfLogitsRows_f64(state: usize, length: usize, count: usize, mode: i32): void {
  for (let row: usize = 0; row < count; row++) {
    const z = operand(state, 0, row);
    if (beginsOne<f64>(state, row, length, mode, z)) ends(state, row, entropyOfLogits_f64(z, length, state));
  }
}
