// Distances of distributions over ordered bins, from the differences F_p - F_q of their cumulative distributions. These are sums of
// p̂ - q̂ that cancel: they are kept to twice the precision, in plain f64, one code for both backends.

import type { Backend } from "../../backends/backend.js";
import type { Call, NamedRow } from "../../call/arguments.js";
import { sumOfAll } from "../../numbers/twofold.js";
import { ExactPair } from "./exact.js";
import { asProbabilities } from "./mixture.js";

/** F_p - F_q behind each bin but the last, times `sum`. */
const differencesOf = (backend: Backend, call: Call, rows: readonly NamedRow[]) =>
  new ExactPair(
    call,
    rows.map((row) => asProbabilities(backend, call, row).row),
  ).cumulative();

/** Σ |F_p - F_q|. */
export function wassersteinDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { differences, sum } = differencesOf(backend, call, rows);
  for (let i = 0; i < differences.length; i++) differences[i] = Math.abs(differences[i]);
  return sumOfAll(differences) / sum;
}

/** √Σ (F_p - F_q)². */
export function cramerDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { differences, sum } = differencesOf(backend, call, rows);
  for (let i = 0; i < differences.length; i++) differences[i] *= differences[i];
  return Math.sqrt(sumOfAll(differences)) / sum;
}

/** max |F_p - F_q|. */
export function kolmogorovSmirnovDistance(backend: Backend, call: Call, rows: readonly NamedRow[]): number {
  const { differences, sum } = differencesOf(backend, call, rows);
  let most = 0;
  for (let i = 0; i < differences.length; i++) {
    const d = Math.abs(differences[i]);
    if (most < d) most = d;
  }
  return Math.min(1, most / sum);
}
