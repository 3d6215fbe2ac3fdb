// What callers give as rows.

import { typeNameOf } from "../backends/arrays.js";
import type { ElementType } from "./elements.js";
import { shownValue } from "./shown.js";

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
