// .safetensors: eight bytes of length, a header in JSON of as many bytes, then the numbers of one tensor after the other.
// https://huggingface.co/docs/safetensors

import type { ElementType } from "./elements.js";
import type { InputFile } from "./file.js";
import { checkEnd, type Matrix } from "./matrix.js";

/** The format's own limit, in bytes. */
const LARGEST_HEADER = 100_000_000;

/** Of a message. */
const NAMES_LISTED = 20;

const ELEMENT_TYPES: Record<string, ElementType> = { F16: "f16", BF16: "bf16", F32: "f32", F64: "f64" };

interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In the file, in bytes. */
  readonly begin: number;
  readonly end: number;
}

/** The tensor called `wanted`, or the only one that can be rows of logits. */
export async function findTensor(file: InputFile, wanted: string | undefined): Promise<Matrix> {
  const tensors = await readTensors(file);
  const tensor = wanted === undefined ? onlyMatrix(file, tensors) : tensors.find(({ name }) => name === wanted);
  if (tensor === undefined) {
    throw new RangeError(`${file.name}: there is no tensor "${wanted}"; there are ${list(tensors)}`);
  }
  const type = ELEMENT_TYPES[tensor.dtype];
  if (type === undefined) {
    throw new TypeError(`${file.name}: tensor "${tensor.name}" is of ${tensor.dtype}; F16, BF16, F32 and F64 are read`);
  }
  const matrix = { type, shape: tensor.shape, offset: tensor.begin };
  checkEnd(file, matrix, tensor.end);
  return matrix;
}

function onlyMatrix({ name }: InputFile, tensors: readonly Tensor[]): Tensor {
  const matrices = tensors.filter(
    ({ dtype, shape }) => dtype in ELEMENT_TYPES && (shape.length === 2 || shape.length === 3),
  );
  if (matrices.length === 1) return matrices[0];
  const count = matrices.length === 0 ? "no tensor" : `${matrices.length} tensors`;
  throw new TypeError(`${name}: ${count} of rows of logits; name one by the option tensor. There are ${list(tensors)}`);
}

function list(tensors: readonly Tensor[]): string {
  if (tensors.length === 0) return "none";
  const named = tensors
    .slice(0, NAMES_LISTED)
    .map(({ name, dtype, shape }) => `"${name}" ${dtype} (${shape.join(", ")})`);
  const more = tensors.length - named.length;
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** All tensors in the order of their numbers, which follow one another without a gap and fill the file. */
async function readTensors(file: InputFile): Promise<Tensor[]> {
  const start = await file.readBytes(0, 8);
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length > LARGEST_HEADER || 8n + length > file.size) {
    throw new RangeError(`${file.name}: a header of ${length} bytes, at byte 0, in a file of ${file.size}`);
  }
  const data = 8 + Number(length);
  const header = parse(file.name, await file.readBytes(8, Number(length)));
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => tensorOf(file.name, name, entry, data))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);

  let end = data;
  for (const { name, begin, end: after } of tensors) {
    if (begin !== end) {
      const what = begin < end ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new RangeError(`${file.name}: tensor "${name}", at byte ${begin}, ${what}, which ends at byte ${end}`);
    }
    if (after > file.size) {
      throw new RangeError(
        `${file.name}: tensor "${name}" ends at byte ${after}; the file, at ${file.size}: truncated`,
      );
    }
    end = after;
  }
  if (end !== file.size)
    throw new RangeError(`${file.name}: the last tensor ends at byte ${end}, the file at ${file.size}`);
  return tensors;
}

function parse(name: string, bytes: Uint8Array): object {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header === "object" && header !== null && !Array.isArray(header)) return header;
  } catch (cause) {
    throw new TypeError(`${name}: the header, at byte 8, is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw new TypeError(`${name}: the header, at byte 8, is not an object of JSON`);
}

function tensorOf(fileName: string, name: string, entry: unknown, data: number): Tensor {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const [begin, end] = isCounts(offsets) ? offsets : [];
  if (typeof dtype !== "string" || !isCounts(shape) || begin === undefined || end === undefined || begin > end) {
    throw new TypeError(
      `${fileName}: tensor "${name}" is described by ${JSON.stringify(entry)}, in the header, at byte 8`,
    );
  }
  return { name, dtype, shape, begin: data + begin, end: data + end };
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);
