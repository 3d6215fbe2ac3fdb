// What rounding alone comes to: base beside itself, rounded to 16 bits.

import { toBF16, toF16, widen } from "../compare/half.js";
import type { LogitSource } from "../compare/index.js";
import type { HalfFormat, ReadOptions, RowBatch } from "../compare/source.js";

/** Those that round anything. */
export const floorsOf = ({ type }: LogitSource): HalfFormat[] =>
  (["bf16", "f16"] as const).filter((format) => format !== type);

export function roundedSource(source: LogitSource, format: HalfFormat): LogitSource {
  const round = format === "f16" ? toF16 : toBF16;

  async function* read({ start, end, batchRows }: ReadOptions = {}): AsyncGenerator<RowBatch, void, undefined> {
    for await (const batch of source.read({ start, end, batchRows })) {
      const numbers = widen(batch);
      const data = new Uint16Array(numbers.length);
      for (let i = 0; i < data.length; i++) data[i] = round(numbers[i]);
      yield { data, format, tokens: batch.tokens };
    }
  }

  return {
    ...{ name: `${source.name}, rounded to ${format},`, classes: source.classes, rows: source.rows, type: format },
    input: source.input,
    read,
    [Symbol.asyncIterator]: () => read()[Symbol.asyncIterator](),
    placeOf: (row, column) => source.placeOf(row, column),
    close: async () => {},
  };
}
