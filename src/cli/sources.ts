// The files of a command, opened as its options say.

import { type LogitSource, openLogits } from "../compare/index.js";
import { checkTimes, type FileOptions, openOptionsOf } from "./options.js";

/** @throws for a file that cannot be opened, and for an option that has no use for any of them. */
export async function openSources(paths: readonly string[], options: FileOptions): Promise<LogitSource[]> {
  for (const name of ["tensor", "type", "shape"] as const) checkTimes(name, options[name], paths);
  const sources: LogitSource[] = [];
  try {
    for (const [side, path] of paths.entries()) sources.push(await openLogits(path, openOptionsOf(options, side)));
    checkUse(options, sources);
    return sources;
  } catch (error) {
    await closeAll(sources);
    throw error;
  }
}

export async function closeAll(sources: readonly LogitSource[]): Promise<void> {
  await Promise.all(sources.map((source) => source.close()));
}

const isNumPy = (format: LogitSource["format"]): boolean => format === "npy" || format === "npz";

/** What is given once is for one of the files at least; what is given for each file, for each. */
function checkUse({ tensor = [], bfloat16, float16, bigEndian }: FileOptions, sources: readonly LogitSource[]): void {
  const names = (some: readonly LogitSource[]) => some.map(({ name }) => name).join(" and ");
  const others = sources.filter(({ format }) => format !== "safetensors" && format !== "npz");
  if (
    others.length > 0 &&
    (tensor.length === sources.length || (tensor.length > 0 && others.length === sources.length))
  ) {
    throw new RangeError(`--tensor is for .safetensors and .npz files, but not for ${names(others)}; leave it out`);
  }
  for (const [name, isGiven, own] of [
    ["bfloat16", bfloat16, "bf16"],
    ["float16", float16, "f16"],
  ] as const) {
    if (!isGiven || sources.some(({ format, type }) => isNumPy(format) && type === own)) continue;
    throw new RangeError(`--${name} is for .npy files of 16-bit integers, but not for ${names(sources)}; leave it out`);
  }
  if (bigEndian && !sources.some(({ format }) => isNumPy(format))) {
    throw new RangeError(`--big-endian is for .npy files, but not for ${names(sources)}; leave it out`);
  }
}
