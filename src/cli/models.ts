// What a command says of its models besides their logits: labels, sizes, bits per weight.

import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { shown } from "../compare/shown.js";
import { explaining } from "../compare/systemError.js";
import { unpackedName } from "../compare/unpacked.js";
import { shownPlace } from "../compare/urlRequest.js";

/** A model as it is told of. */
export interface Model {
  /** Of its logits; of a URL, what is not secret. */
  readonly path: string;
  /** By which options call it: the name of its file without what follows the last dot, or its path where two have one name. */
  readonly name: string;
  readonly label: string;
  /** In bytes. */
  readonly size: number | null;
  readonly bitsPerWeight: number | null;
}

/** `name=value` of an option. */
export interface Assignment<T = string> {
  readonly name: string;
  readonly value: T;
}

export interface ModelOptions {
  readonly label?: readonly Assignment[];
  readonly size?: readonly Assignment<number>[];
  readonly model?: readonly Assignment[];
  readonly bits?: readonly Assignment<number>[];
}

/** Base first. What options say of it they say by its name, or of "base". */
export async function modelsOf(places: readonly string[], options: ModelOptions): Promise<Model[]> {
  const paths = places.map(shownPlace);
  const short = paths.map((path) => {
    const name = basename(unpackedName(path));
    return basename(name, extname(name));
  });
  const names = short.map((name, i) => (short.indexOf(name) === short.lastIndexOf(name) ? name : paths[i]));
  const labels = assigned("label", options.label, names, paths);
  const sizes = assigned("size", options.size, names, paths);
  const bits = assigned("bits", options.bits, names, paths);
  const models = assigned("model", options.model, names, paths);
  for (const [i, path] of models) {
    if (sizes.has(i)) throw new RangeError(`--model and --size are both given for ${names[i]}; leave one of them out`);
    sizes.set(i, await bytesOf(path));
  }
  const all = paths.map((path, i) => ({
    ...{ path, name: names[i], label: labels.get(i) ?? names[i] },
    ...{ size: sizes.get(i) ?? null, bitsPerWeight: bits.get(i) ?? null },
  }));
  const candidates = all.slice(1).map(({ label }) => label);
  const twice = candidates.find((label, i) => candidates.indexOf(label) !== i);
  if (twice !== undefined) {
    throw new RangeError(`two candidates are called "${shown(twice)}"; give each a --label of its own`);
  }
  return all;
}

/** The models that assignments are for. */
function assigned<T>(
  option: string,
  assignments: readonly Assignment<T>[] = [],
  names: readonly string[],
  paths: readonly string[],
): Map<number, T> {
  const found = new Map<number, T>();
  for (const { name, value } of assignments) {
    const i = placeOf(name, names, paths);
    if (i === undefined) throw new RangeError(`--${option} is for ${nameless(name, ["base", ...names.slice(1)])}`);
    if (found.has(i)) throw new RangeError(`--${option} is given twice for ${names[i]}`);
    found.set(i, value);
  }
  return found;
}

function placeOf(name: string, names: readonly string[], paths: readonly string[]): number | undefined {
  for (const known of [names.slice(1), paths.slice(1)]) if (known.includes(name)) return 1 + known.indexOf(name);
  return name === "base" || name === names[0] || name === paths[0] ? 0 : undefined;
}

/** The candidate that an option calls by its label, its name or its path. */
export function candidateOf(option: string, name: string, candidates: readonly Model[]): number {
  for (const key of ["label", "name", "path"] as const) {
    const i = candidates.findIndex((candidate) => candidate[key] === name);
    if (i >= 0) return i;
  }
  const labels = candidates.map(({ label }) => label);
  throw new RangeError(`${option} is for ${nameless(name, labels)}`);
}

const nameless = (name: string, known: readonly string[]): string =>
  `"${shown(name)}", but there is no such model; known are ${known.map((one) => shown(one)).join(", ")}`;

/** Of a file, or of all files in a folder: a model in shards. */
async function bytesOf(path: string): Promise<number> {
  const stats = await explaining(stat(path), path, "read");
  if (!stats.isDirectory()) return stats.size;
  let bytes = 0;
  for (const name of await explaining(readdir(path), path, "read")) {
    const part = await explaining(stat(join(path, name)), path, "read");
    if (part.isFile()) bytes += part.size;
  }
  return bytes;
}

const UNITS: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** "2.2GB", "1.5 GiB", "812000"; undefined for what is no size. */
export function readBytes(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d*)?|\.\d+)\s*(?:([kKMGT]i?)?B?)$/.exec(text.trim()) ?? [];
  const bytes = Number(number) * (unit === "" ? 1 : UNITS[unit.replace(/^K$/, "k")]);
  return bytes > 0 && bytes < Number.MAX_SAFE_INTEGER ? Math.round(bytes) : undefined;
}
