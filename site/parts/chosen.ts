// What a person has chosen to compare.

import type { Model } from "../../src/cli/models.js";

/** A file, or the address of one. */
export type Chosen = File | string;

export const nameOf = (chosen: Chosen): string => (typeof chosen === "string" ? chosen : chosen.name);

export interface Progress {
  readonly signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** Base first, each by the name of its file. */
export function modelsOf(files: readonly Chosen[]): Model[] {
  const labels = labelsOf(files.map(nameOf));
  return files.map((file, i) => ({
    ...{ path: nameOf(file), name: labels[i], label: labels[i] },
    ...{ size: null, bitsPerWeight: null },
  }));
}

/** Names without folder and ending; where two are alike, with them, and then with a number. */
function labelsOf(names: readonly string[]): string[] {
  const short = names.map((name) => name.replace(/^.*\//, "").replace(/(?<=.)\.[^.]*$/, ""));
  const labels = short.map((label, i) => (short.indexOf(label) === short.lastIndexOf(label) ? label : names[i]));
  return labels.map((label, i) => (labels.indexOf(label) === i ? label : `${label} (${i + 1})`));
}
