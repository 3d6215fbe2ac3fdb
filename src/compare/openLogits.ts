// Any file of logits that is known here.

import { checkOptions } from "../engine/checks.js";
import type { FileSource } from "./bytes.js";
import { checkChoice, checkType } from "./checks.js";
import { ELEMENT_TYPES, type ElementType } from "./elements.js";
import { type InputFile, withFile } from "./file.js";
import { LLAMA_CPP_MAGIC } from "./llamaCpp.js";
import { checkEnd, matrixSource, wholeRows } from "./matrix.js";
import { elementTypeOf, NPY_MAGIC, readNpyHeader } from "./npy.js";
import { openArray } from "./npz.js";
import { isPath, openBytes } from "./openBytes.js";
import { rawMatrix } from "./raw.js";
import { llamaCppSource } from "./readLlamaCpp.js";
import { findTensor } from "./safetensors.js";
import { joinedSource, shardsOf } from "./shards.js";
import { shown, shownValue } from "./shown.js";
import type { LogitFormat, LogitSource } from "./source.js";
import { unpackedName } from "./unpacked.js";

/** Of a file in an archive. */
const ZIP_MAGIC = "PK\x03\x04";

const LOGIT_FORMATS: readonly LogitFormat[] = ["npy", "npz", "safetensors", "llama.cpp", "raw"];

/** The options of {@link openLogits}. */
export interface OpenLogitsOptions {
  /** Found from the file's first bytes and name by default, or "raw" where a shape is given. */
  format?: LogitFormat;
  /** Of a raw file: [rows, classes] or [batch, sequence, classes]. The first may be -1: as many as the file holds. */
  shape?: readonly number[];
  /** Of a raw file's numbers. */
  type?: ElementType;
  /** The name of a tensor in a .safetensors file, by default the only one of two or three dimensions; of an array in .npz, by default the only one. */
  tensor?: string;
  /** Of a .npy file: 16-bit integers are bfloat16 numbers. `false` by default. */
  bfloat16?: boolean;
  /** Of a .npy file: 16-bit integers are the bits of f16. `false` by default. */
  float16?: boolean;
  /** Of a .npy file: its numbers are big-endian. `false` by default. */
  bigEndian?: boolean;
  /** Reads the rows that are whole where the file ends before it should; `false` by default: that is an error. */
  partial?: boolean;
  /** What the numbers are: "logits" by default, which log-probabilities are too. llama.cpp's are log-probabilities. */
  input?: "logits" | "logProbabilities";
}

const KEYS: readonly (keyof OpenLogitsOptions)[] = [
  "format",
  "shape",
  "type",
  "tensor",
  "bfloat16",
  "float16",
  "bigEndian",
  "partial",
  "input",
];

/**
 * Opens a file of logits, whose rows are read when they are asked for, a few megabytes at a time, however large it is.
 *
 * Known are `.npy` (f16, f32, f64, or bfloat16 or f16 as u16, little-endian, or big-endian with `bigEndian`), `.npz` of such arrays,
 * `.safetensors` (F8_E4M3, F8_E5M2, F16, BF16, F32, F64), and what llama.cpp's perplexity tool saves (`--kl-divergence-base`). Files of numbers
 * and nothing else need `shape` and `type`. A matrix may be in several
 * files: in a folder, where they are read in the order of their names, with numbers in these as numbers; or called
 * `…-00001-of-00003…`, the first of which stands for all.
 *
 * Of numbers column by column (Fortran order), blocks of rows of up to 256 MiB are read and turned. Packed arrays of `.npz` are unpacked to a
 * temporary file first (in Node, Bun and Deno), as are files of `.gz`, and of `.zst` where Node has it (22.15); in pages `.gz` is, to a `Blob`.
 *
 * @param source - The path of a regular file, or a folder of such, or "-" for standard input, which is copied to a temporary file: in Node,
 * Bun and Deno. Anywhere a URL or a `Request`, read by range requests; a `Blob` or a `File`; a `Response` or a stream, loaded as a whole first;
 * bytes in memory; or what {@link ByteSource} describes. {@link FileSource} says more.
 * @returns A promise of the rows, which can be read as often as is wanted, until `close` closes the file.
 * @throws TypeError for what is no such source, another format or type of numbers, several tensors of which none is named, and for an option
 * that is unknown or of the wrong kind.
 * @throws RangeError for a file that is shorter or longer than it says, has no rows, or not the tensor asked for; and for files of one matrix that do not fit together, or of which
 * one is missing.
 * @throws Error for a path that cannot be read, with the system's `code`, and an object behind a URL that cannot be loaded; and where the file
 * is changed while it is read. Names and passwords in a URL, and what follows its `?`, are in no message.
 * @example
 * const logits = await openLogits("base.npy");
 * [logits.rows, logits.classes]; // [2, 4]
 * for await (const { data } of logits) console.log(data.length / logits.classes, "rows");
 * await logits.close();
 */
export async function openLogits(source: FileSource, options: OpenLogitsOptions = {}): Promise<LogitSource> {
  check(options);
  if (!isPath(source)) return openOne(source, options);
  const paths = await shardsOf(source);
  if (paths.length === 1) return openOne(paths[0], options);
  return joinedSource(shown(source, Infinity), paths, (shard) => openOne(shard, options));
}

async function openOne(source: FileSource, options: OpenLogitsOptions): Promise<LogitSource> {
  const { shape, type, tensor, partial = false, input = "logits" } = options;
  return withFile(openBytes("openLogits", source), async (file) => {
    const format = options.format ?? (await recognise(file, shape !== undefined));
    if (format !== "raw" && (shape !== undefined || type !== undefined)) {
      throw new TypeError(`${file.name}: shape and type are of raw files; this is ${format} (or give format: "raw")`);
    }
    switch (format) {
      case "llama.cpp":
        return llamaCppSource(file, partial);
      case "safetensors":
        return matrixSource(file, format, await findTensor(file, tensor, partial), input);
      case "raw":
        return matrixSource(file, format, rawMatrix(file, shape, type, partial), input);
      case "npy":
        return npySource(file, format, options);
      case "npz": {
        const array = await openArray(file, tensor);
        try {
          return await npySource(array, format, options);
        } catch (error) {
          await array.close();
          throw error;
        }
      }
    }
  });
}

async function npySource(
  file: InputFile,
  format: "npy" | "npz",
  { bfloat16, float16, bigEndian = false, partial = false, input = "logits" }: OpenLogitsOptions,
): Promise<LogitSource> {
  const header = await readNpyHeader(file);
  const integers = bfloat16 ? "bf16" : float16 ? "f16" : undefined;
  const said = { ...header, ...elementTypeOf(file.name, header.descr, integers, bigEndian) };
  const matrix = partial && !said.isByColumns ? wholeRows(file, said, file.size) : said;
  if (matrix === said) checkEnd(file, matrix, file.size);
  return matrixSource(file, format, matrix, input);
}

function check(options: OpenLogitsOptions): void {
  checkOptions("openLogits", options, KEYS);
  const { format, shape, type, tensor, bfloat16, float16, input } = options;
  checkChoice("openLogits", "format", format, LOGIT_FORMATS);
  checkChoice("openLogits", "type", type, ELEMENT_TYPES);
  checkChoice("openLogits", "input", input, ["logits", "logProbabilities"]);
  checkType("openLogits", "tensor", tensor, "string");
  checkType("openLogits", "bfloat16", bfloat16, "boolean");
  checkType("openLogits", "float16", float16, "boolean");
  checkType("openLogits", "bigEndian", options.bigEndian, "boolean");
  checkType("openLogits", "partial", options.partial, "boolean");
  if (bfloat16 && float16)
    throw new RangeError("openLogits: bfloat16 and float16 are both true; 16-bit integers are one");
  if (shape === undefined) return;
  if (!(Array.isArray(shape) && Array.from(shape).every((length) => typeof length === "number"))) {
    const given = Array.isArray(shape) ? `[${shown(Array.from(shape, shownValue).join(", "))}]` : shownValue(shape);
    throw new TypeError(`openLogits: shape is ${given}; it must be an array of numbers, [rows, classes]`);
  }
}

async function recognise(file: InputFile, hasShape: boolean): Promise<LogitFormat> {
  const { size } = file;
  const name = unpackedName(file.name);
  if (size === 0) throw new RangeError(`${file.name} is empty`);
  const bytes = await file.readBytes(0, Math.min(size, 9));
  const start = String.fromCharCode(...bytes);
  if (start.startsWith(NPY_MAGIC)) return "npy";
  if (start.startsWith(LLAMA_CPP_MAGIC)) return "llama.cpp";
  // by its name before its shape, so that a damaged file is not taken for numbers
  if (name.endsWith(".npy")) return "npy";
  if (name.endsWith(".npz") || start.startsWith(ZIP_MAGIC)) return "npz";
  if (name.endsWith(".safetensors")) return "safetensors";
  if (hasShape) return "raw";
  if (start[8] === "{") return "safetensors";
  const shown = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new TypeError(
    `${name} is not known: it begins, at byte 0, with ${shown}. Known are .npy, .npz, .safetensors and llama.cpp's files; a raw file needs shape and type`,
  );
}
