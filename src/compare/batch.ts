// What callers give as rows.

import { typeNameOf } from "../backends/arrays.js";
import { FORMATS, halvesOf } from "../backends/halves.js";
import { type Matrix, open } from "../call/inputs.js";
import { isList, mustBe } from "../engine/checks.js";
import type { ElementType } from "./elements.js";
import { tableOf8 } from "./half.js";
import { shownValue } from "./shown.js";
import type { HalfFormat, RowBatch, RowsInMemory } from "./source.js";

/** What the numbers of a batch are stored as. */
export function typeOfBatch(batch: unknown, nameOf: () => string): ElementType {
  if (typeof batch !== "object" || batch === null || !("data" in batch)) {
    throw new TypeError(`${nameOf()} is ${shownValue(batch)}; it must be { data }, with an array of numbers`);
  }
  const { data, format } = batch as { data: unknown; format?: unknown };
  const array = typeNameOf(data);
  const given = (what: string) => `${nameOf()} has a ${array} with the format ${shownValue(format)}; ${what}`;
  switch (array) {
    case "Uint16Array":
      if (format === "f16" || format === "bf16") return format;
      throw new TypeError(given(`16-bit floats need format: "f16" or "bf16"`));
    case "Float32Array":
    case "Float64Array":
      if (format === undefined) return array === "Float32Array" ? "f32" : "f64";
      throw new TypeError(given(`a format is for a Uint16Array, whose numbers are the bits of 16-bit floats`));
    default:
      throw new TypeError(
        `${nameOf()} has data that is ${shownValue(data)}; it must be a Float32Array (Float32Array.from(numbers)), a ` +
          `Float64Array, or a Uint16Array with format: "f16" or "bf16"`,
      );
  }
}

/** A batch as an array that can be copied from, and the length of a row where it tells that. */
export interface OpenBatch extends RowBatch {
  readonly type: ElementType;
  readonly rowLength?: number;
}

/** Whether rows come as a tensor, or one by one. */
export const areRows = (batch: unknown): batch is Matrix =>
  isList(batch) || (typeof batch === "object" && batch !== null && ("dims" in batch || "shape" in batch));

/** What a caller gives as rows: the batches of files, tensors, rows of their own. `name` is that of the batch, for messages. */
export function openBatch(functionName: string, name: () => string, batch: RowsInMemory): OpenBatch {
  const given = areRows(batch) ? { data: batch, format: undefined, tokens: undefined } : batch;
  const nameOf = () => `${functionName}: ${name()}`;
  const { data: numbers, format, tokens } = Object(given) as typeof given;
  const array = typeNameOf(numbers);
  if (!areRows(numbers) || /^(Uint16|Float32|Float64)Array$/.test(`${array}`)) {
    return { ...(given as RowBatch), type: typeOfBatch(given, nameOf) };
  }
  const { data, rowLength } = open(functionName, name(), numbers, format);
  const opened: RowBatch = { ...rowsOf(functionName, name, data), tokens };
  return { ...opened, type: typeOfBatch(opened, nameOf), rowLength };
}

/** Numbers as an array of a type that kernels take. */
function rowsOf(functionName: string, name: () => string, numbers: ArrayLike<number>): RowBatch {
  const halves = halvesOf(numbers);
  if (halves) {
    const { data, format } = halves;
    if (data.BYTES_PER_ELEMENT === 2) return { data: data as Uint16Array, format: FORMATS[format] as HalfFormat };
    const table = tableOf8(FORMATS[format] === "e4m3" ? "f8e4m3" : "f8e5m2");
    return { data: Float32Array.from(data, (byte) => table[byte]) };
  }
  if (/^Float(32|64)Array$/.test(`${typeNameOf(numbers)}`)) return { data: numbers as Float32Array };
  return {
    data: Float64Array.from(numbers, (x: unknown, i) => {
      if (typeof x !== "number") throw mustBe(functionName, `number ${i} of ${name()}`, x, "a number");
      return x;
    }),
  };
}

/** Rows that are all in memory, as a stream of one batch, and what they tell of themselves. */
export class MemorySource implements AsyncIterable<RowsInMemory> {
  readonly classes?: number;
  readonly rows?: number;
  readonly #batch: RowsInMemory;

  constructor(functionName: string, argument: string, rows: RowsInMemory) {
    const { rowLength, ...batch } = openBatch(functionName, () => argument, rows);
    this.#batch = batch;
    if (rowLength === undefined) return;
    this.classes = rowLength;
    this.rows = batch.data.length / rowLength;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RowsInMemory> {
    yield this.#batch;
  }
}
