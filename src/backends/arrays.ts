// The types of typed arrays, whatever realm they come from: to `instanceof`, those of a frame or of a test's sandbox are none.

/** The name of a typed array's type; undefined of anything else. */
export const typeNameOf = (value: unknown): string | undefined =>
  ArrayBuffer.isView(value) ? (value as Float32Array)[Symbol.toStringTag] : undefined;

// a proxy of an array is an instance too, but no view
export const isFloat32 = (value: unknown): value is Float32Array =>
  ArrayBuffer.isView(value) && (value instanceof Float32Array || typeNameOf(value) === "Float32Array");

const KINDS: readonly unknown[] = ["Float32Array", "Int32Array", "Uint32Array", "Float64Array"];

export const FLOAT64 = 3;

/** The kind of numbers that an array holds, as assembly/staging.ts has them; -1 for any other. */
export const kindOf = (value: unknown): number => KINDS.indexOf(typeNameOf(value));

export const isFloat64 = (value: unknown): value is Float64Array =>
  ArrayBuffer.isView(value) && (value instanceof Float64Array || typeNameOf(value) === "Float64Array");
