// .safetensors: eight bytes of length, a header in JSON of as many bytes, then the numbers of one tensor after the other.
// https://huggingface.co/docs/safetensors

import type { InputFile } from "./file.js";
import { checkEnd, type Matrix, shapeText, wholeRows } from "./matrix.js";
import { shown } from "./shown.js";

/** The format's own limit, in bytes. */
const LARGEST_HEADER = 100_000_000;

/** Of a message. */
const NAMES_LISTED = 20;

const ELEMENT_TYPES: ReadonlyMap<string, Pick<Matrix, "type" | "encoding">> = new Map([
  ["F16", { type: "f16" }],
  ["BF16", { type: "bf16" }],
  ["F32", { type: "f32" }],
  ["F64", { type: "f64" }],
  ["F8_E4M3", { type: "f32", encoding: "f8e4m3" }],
  ["F8_E5M2", { type: "f32", encoding: "f8e5m2" }],
]);

interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In the file, in bytes. */
  readonly begin: number;
  readonly end: number;
}

/** The tensor called `wanted`, or the only one that can be rows of logits. */
export async function findTensor(file: InputFile, wanted: string | undefined, isPartial: boolean): Promise<Matrix> {
  const tensors = await readTensors(file, isPartial);
  const tensor = wanted === undefined ? onlyMatrix(file, tensors) : tensors.find(({ name }) => name === wanted);
  if (tensor === undefined) {
    throw new RangeError(`${file.name}: there is no tensor "${shown(wanted ?? "")}"; there are ${list(tensors)}`);
  }
  const stored = ELEMENT_TYPES.get(tensor.dtype);
  if (stored === undefined) {
    const given = `tensor "${shown(tensor.name)}" is of ${shown(tensor.dtype)}`;
    throw new TypeError(`${file.name}: ${given}; F16, BF16, F32, F64, F8_E4M3 and F8_E5M2 are read`);
  }
  const matrix = { ...stored, shape: tensor.shape, offset: tensor.begin };
  checkEnd(file, matrix, tensor.end);
  if (!isPartial || tensor.end <= file.size) return matrix;
  const whole = wholeRows(file, matrix, file.size);
  if (whole === matrix) checkEnd(file, matrix, file.size);
  return whole;
}

function onlyMatrix({ name }: InputFile, tensors: readonly Tensor[]): Tensor {
  const matrices = tensors.filter(
    ({ dtype, shape }) => ELEMENT_TYPES.has(dtype) && (shape.length === 2 || shape.length === 3),
  );
  if (matrices.length === 1) return matrices[0];
  const count = matrices.length === 0 ? "no tensor" : `${matrices.length} tensors`;
  throw new TypeError(`${name}: ${count} of rows of logits; name one by the option tensor. There are ${list(tensors)}`);
}

function list(tensors: readonly Tensor[]): string {
  if (tensors.length === 0) return "none";
  const named = tensors
    .slice(0, NAMES_LISTED)
    .map(({ name, dtype, shape }) => `"${shown(name)}" ${shown(dtype)} ${shapeText(shape)}`);
  const more = tensors.length - named.length;
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** All tensors in the order of their numbers, which follow one another without a gap and fill the file. */
async function readTensors(file: InputFile, isPartial: boolean): Promise<Tensor[]> {
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
    const place = `${file.name}: tensor "${shown(name)}"`;
    if (begin !== end) {
      const what = begin < end ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new RangeError(`${place}, at byte ${begin}, ${what}, which ends at byte ${end}`);
    }
    if (after > file.size && !isPartial) {
      throw new RangeError(`${place} ends at byte ${after}; the file, at ${file.size}: truncated`);
    }
    end = after;
  }
  if (end !== file.size && !(isPartial && end > file.size))
    throw new RangeError(`${file.name}: the last tensor ends at byte ${end}, the file at ${file.size}`);
  return tensors;
}

function parse(name: string, bytes: Uint8Array): object {
  const place = `${name}: the header, at byte 8,`;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const problem = problemOf(text);
    if (problem !== undefined) throw new TypeError(problem);
    const header: unknown = JSON.parse(text);
    if (typeof header === "object" && header !== null && !Array.isArray(header)) return header;
  } catch (cause) {
    throw new TypeError(`${place} is not JSON of tensors: ${shown((cause as Error).message, 300)}`, { cause });
  }
  throw new TypeError(`${place} is not an object of JSON`);
}

/** Brackets in one another: of the header, of a tensor, of its shape; with some room. */
const DEEPEST = 8;

/** What JSON.parse does not mind: a key that an object has twice, and any number of brackets in one another. */
function problemOf(json: string): string | undefined {
  /** Of each object that is open its keys; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let i = 0; i < json.length; i++) {
    switch (json.charCodeAt(i)) {
      case Sign.brace:
      case Sign.bracket:
        if (open.length === DEEPEST) return `more than ${DEEPEST} brackets in one another, at character ${i}`;
        isKey = json.charCodeAt(i) === Sign.brace;
        open.push(isKey ? new Set() : undefined);
        break;
      case Sign.closingBrace:
      case Sign.closingBracket:
        open.pop();
        break;
      case Sign.comma:
        isKey = open.at(-1) !== undefined;
        break;
      case Sign.quote: {
        const start = i;
        while (++i < json.length && json.charCodeAt(i) !== Sign.quote) if (json.charCodeAt(i) === Sign.backslash) i++;
        if (!isKey) break;
        isKey = false;
        const text = json.slice(start, i + 1);
        const key: string = text.includes("\\") ? JSON.parse(text) : text.slice(1, -1);
        const keys = open.at(-1);
        if (keys?.has(key)) return `"${shown(key)}" is there twice`;
        keys?.add(key);
      }
    }
  }
  return undefined;
}

const Sign = {
  quote: 0x22,
  comma: 0x2c,
  bracket: 0x5b,
  backslash: 0x5c,
  closingBracket: 0x5d,
  brace: 0x7b,
  closingBrace: 0x7d,
} as const;

function tensorOf(fileName: string, name: string, entry: unknown, data: number): Tensor {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const isDescribed = typeof dtype === "string" && isCounts(shape) && isCounts(offsets) && offsets.length === 2;
  if (!isDescribed || offsets[0] > offsets[1]) {
    throw new TypeError(
      `${fileName}: tensor "${shown(name)}" is described by ${shown(JSON.stringify(entry), 300)}, in the header, at byte 8`,
    );
  }
  return { name, dtype, shape, begin: data + offsets[0], end: data + offsets[1] };
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);
